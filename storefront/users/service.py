"""A running users API for tests, recordings and the demo."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

import msgspec
import requests
from flask import Flask
from pactape_clients import ClientCredentials, TokenAuth

from storefront.database import Database, temporary_database
from storefront.framework.states import bound
from storefront.server import running
from storefront.users.app import create_app
from storefront.users.oauth import register_client
from storefront.users.user_events import discard

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storefront.users.user_events import Publish

__all__ = ["UsersService", "running_users_api"]

_CLIENT_ID = "storefront-web"


class UsersService(msgspec.Struct, frozen=True, kw_only=True):
    """A running users API.

    Args:
        url: Its base URL.
        app: The WSGI application behind it.
        client_id: A registered client.
        client_secret: Its secret.
        database: Its database.
    """

    url: str
    app: Flask
    client_id: str
    client_secret: str
    database: Database

    def __repr__(self) -> str:
        return f"UsersService(url={self.url!r})"

    @property
    def database_url(self) -> str:
        """The database URL, password included, for provider states in another process."""
        return self.database.engine.url.render_as_string(hide_password=False)

    def authorization(self) -> dict[str, str]:
        """Return a header with a fresh access token."""
        source = ClientCredentials(
            f"{self.url}/oauth/token", client_id=self.client_id, client_secret=self.client_secret
        )
        request = requests.Request("GET", self.url, auth=TokenAuth(source)).prepare()
        return {"Authorization": request.headers["Authorization"]}


@contextmanager
def running_users_api(
    *,
    database: Database | None = None,
    token_lifetime: int = 60,
    host: str = "127.0.0.1",
    port: int = 0,
    publish: Publish = discard,
) -> Iterator[UsersService]:
    """Run the users API; the provider states of this process work on its database.

    Args:
        database: With all migrations applied; None creates a temporary one.
        token_lifetime: Seconds that an access token is valid.
        host: The address to listen on.
        port: The port; 0 chooses a free one.
        publish: Called with each change of a user, in its transaction.

    Raises:
        BadInputError: The database server can't be used, or the port is taken.
    """
    with ExitStack() as stack:
        own = database or stack.enter_context(temporary_database())
        stack.enter_context(bound(own))
        app = create_app(own, token_lifetime=token_lifetime, publish=publish)
        yield UsersService(
            url=stack.enter_context(running(app, host=host, port=port)),
            app=app,
            client_id=_CLIENT_ID,
            client_secret=register_client(own, _CLIENT_ID),
            database=own,
        )
