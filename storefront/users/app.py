"""The users API as a WSGI application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from storefront.framework.application import provider_app
from storefront.users import graphql, oauth, rest
from storefront.users.problems import register
from storefront.users.user_events import discard

if TYPE_CHECKING:
    from flask import Flask

    from storefront.database import Database
    from storefront.users.user_events import Publish

__all__ = ["create_app"]


def create_app(database: Database, *, token_lifetime: int = 60, publish: Publish = discard) -> Flask:
    """Create the application.

    Args:
        database: With all migrations applied.
        token_lifetime: Seconds that an access token is valid.
        publish: Called with each change of a user, in its transaction.
    """
    app = provider_app("storefront.users")
    register(app)
    oauth.guard(app, database)
    app.register_blueprint(oauth.blueprint(app, database, token_lifetime=token_lifetime))
    app.register_blueprint(rest.blueprint(database, publish=publish))
    app.register_blueprint(graphql.blueprint(database))
    return app
