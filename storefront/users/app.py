"""The users API as a WSGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storefront.framework.application import provider_app
from storefront.users import graphql, oauth, rest
from storefront.users.problems import register
from storefront.users.user_events import nobody

if TYPE_CHECKING:
    from flask import Flask

    from storefront.database import Database
    from storefront.users.user_events import Tell

__all__ = ["create_app"]


def create_app(database: Database, *, token_lifetime: int = 60, tell: Tell = nobody) -> Flask:
    """The application over `database`.

    Args:
        database: With all migrations applied.
        token_lifetime: Seconds that an access token is valid.
        tell: Told of each change of a user.
    """
    app = provider_app("storefront.users")
    register(app)
    oauth.guard(app, database)
    app.register_blueprint(oauth.blueprint(app, database, token_lifetime=token_lifetime))
    app.register_blueprint(rest.blueprint(database, tell=tell))
    app.register_blueprint(graphql.blueprint(database))
    return app
