"""The users API as a WSGI application."""

from __future__ import annotations

import re
import uuid
from typing import TYPE_CHECKING

from flask import Flask, Response, request

from storefront.users import graphql, oauth, rest
from storefront.users.problems import register

if TYPE_CHECKING:
    from storefront.database import Database

__all__ = ["create_app"]

_MAX_BODY_BYTES = 64 * 1024
_REQUEST_ID = re.compile(r"[!-~]{1,128}")  # visible ASCII: anything else stays out of headers and logs


def create_app(database: Database, *, token_lifetime: int = 60) -> Flask:
    """The application over `database`.

    Args:
        database: With all migrations applied.
        token_lifetime: Seconds that an access token is valid.
    """
    app = Flask("storefront.users", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = _MAX_BODY_BYTES
    app.config["PROVIDE_AUTOMATIC_OPTIONS"] = False
    register(app)
    oauth.guard(app, database)
    app.register_blueprint(oauth.blueprint(app, database, token_lifetime=token_lifetime))
    app.register_blueprint(rest.blueprint(database))
    app.register_blueprint(graphql.blueprint(database))
    app.add_url_rule("/health", "health", _health)
    app.after_request(_name_request)
    return app


def _health() -> Response:
    return Response('{"status": "up"}', content_type="application/json")


def _name_request(response: Response) -> Response:
    given = request.headers.get("X-Request-Id", "")
    response.headers["X-Request-Id"] = given if _REQUEST_ID.fullmatch(given) else str(uuid.uuid4())
    return response
