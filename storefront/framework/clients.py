"""The credentials of clients at token endpoints, as far as Authlib can't read them."""

from __future__ import annotations

from flask import Response, request

__all__ = ["refuse_unreadable_credentials"]


def refuse_unreadable_credentials() -> Response | None:
    """The refusal (RFC 6749, section 5.2) of an Authorization header that is no text, or no header of any scheme.

    None when it can be read, or is absent; Authlib fails on bytes that are no UTF-8.
    """
    header = request.headers.get("Authorization")
    if header is None or (header.isascii() and request.authorization is not None):
        return None
    answer = Response('{"error": "invalid_client"}', status=401, content_type="application/json")
    answer.headers["WWW-Authenticate"] = 'Basic error="invalid_client"'
    answer.headers["Cache-Control"] = "no-store"
    return answer
