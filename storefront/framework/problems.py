"""Error responses with problem bodies (RFC 9457)."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, current_app
from werkzeug.exceptions import HTTPException

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

__all__ = ["InvalidContentError", "RefusalError", "problem", "register"]


class RefusalError(Exception):
    """A request that the domain refuses; the message is sent to the caller.

    Subclasses set the HTTP status.
    """

    status = 409


class InvalidContentError(RefusalError):
    """Content that is well-formed but invalid.

    Args:
        errors: The "field" and "message" of each error.
    """

    status = 422

    def __init__(self, errors: Sequence[Mapping[str, str]]) -> None:
        super().__init__("the content is not valid")
        self.errors = errors


def problem(status: int, detail: str, *, errors: Sequence[Mapping[str, str]] = ()) -> Response:
    """Return a response with a problem body."""
    body: dict[str, object] = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    if errors:
        body["errors"] = list(errors)
    return Response(json.dumps(body), status=status, content_type="application/problem+json")


def register(app: Flask) -> None:
    """Register error handlers on `app` that response with problem bodies."""
    app.register_error_handler(InvalidContentError, _invalid)
    app.register_error_handler(RefusalError, _refusal)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _failure)


def _refusal(error: RefusalError) -> Response:
    return problem(error.status, str(error))


def _invalid(error: InvalidContentError) -> Response:
    return problem(error.status, str(error), errors=error.errors)


def _http(error: HTTPException) -> Response:
    response = problem(error.code or 500, error.description or "")
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            response.headers[name] = value
    return response


def _failure(error: Exception) -> Response:
    """Return a 500 without internal details."""
    current_app.logger.error("a request failed", exc_info=error)
    return problem(500, "the service failed")
