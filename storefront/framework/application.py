"""The common parts of a provider's WSGI application."""

from __future__ import annotations

import re
import uuid

from flask import Flask, Response, request

from storefront.framework.problems import register

__all__ = ["provider_app"]

_MAX_BODY_BYTES = 64 * 1024
_REQUEST_ID = re.compile(r"[!-~]{1,128}")  # visible ASCII only: safe in headers and logs


def provider_app(name: str) -> Flask:
    """Create an application with /health, request ids, a body size limit and problem bodies.

    Args:
        name: The provider's name: "storefront-inventory".
    """
    app = Flask(name, static_folder=None, root_path=".")
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY_BYTES
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    register(app)
    app.add_url_rule("/health", "health", _health)
    app.after_request(_name_request)
    return app


def _health() -> Response:
    return Response('{"status": "up"}', content_type="application/json")


def _name_request(response: Response) -> Response:
    request_id = request.headers.get("X-Request-Id", "")
    response.headers["X-Request-Id"] = request_id if _REQUEST_ID.fullmatch(request_id) else str(uuid.uuid4())
    return response
