"""Client credentials at token endpoints that Authlib fails to parse."""

from __future__ import annotations

from flask import Response, request

__all__ = ["refuse_unreadable_credentials"]


def refuse_unreadable_credentials() -> Response | None:
    """Return a 401 (RFC 6749, section 5.2) for an Authorization header that is not ASCII or has no scheme.

    None when the header is absent or can be parsed; Authlib fails on bytes that are not UTF-8.
    """
    header = request.headers.get("Authorization")
    if header is None or (header.isascii() and request.authorization is not None):
        return None
    response = Response('{"error": "invalid_client"}', status=401, content_type="application/json")
    response.headers["WWW-Authenticate"] = 'Basic error="invalid_client"'
    response.headers["Cache-Control"] = "no-store"
    return response
