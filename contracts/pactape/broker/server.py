"""The broker's server: on the loopback interface by default, ready when its URL is printed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from pactape.broker.config import BrokerConfig
from pactape.broker.http.application import Application
from pactape.broker.http.protocol.authentication import access_of
from pactape.broker.http.protocol.hosts import is_localhost
from pactape.broker.pages.site import HtmlPages
from pactape.broker.store.database.base import utc_now
from pactape.broker.store.database.opening import open_database
from pactape.broker.webhook_delivery.dispatcher import WebhookDispatcher
from pactape.broker.wsgi.request_buffer import Head, RejectedRequest
from pactape.broker.wsgi.server import BufferingServer
from pactape.errors import BadInputError, OutputError
from pactape.serving import address_url, listen, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["BrokerServer", "running_broker"]

_THREADS = 10
_BACKLOG = 512  # connections waiting to be accepted
_SHUTDOWN_SECONDS = 5
_POLL_SECONDS = 0.1  # how often cheroot checks for a stop


class BrokerServer:
    """A broker that is bound to a port but doesn't serve yet.

    Args:
        database: The SQLite file, which is created if missing, or a PostgreSQL URL.
        host: The address or host name to listen on.
        port: The port; 0 for any free port.
        config: Limits and credentials.

    Raises:
        BadInputError: The address can be reached by others, but no credentials are set.
        OutputError: The database can't be used or the port can't be bound.
    """

    def __init__(
        self,
        database: Path | str,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        config: BrokerConfig | None = None,
    ) -> None:
        self.config = _with_host_names(config or BrokerConfig(), host)
        if not is_localhost(host) and not self.config.credentials.required:
            raise BadInputError(
                f"others can reach {host}, but no credentials are set",
                remedy="set a user with a password or a token (docs/reference/broker.md), or use 127.0.0.1",
            )
        self._database = open_database(database)
        self._dispatcher = WebhookDispatcher(self._database, self.config, clock=utc_now)
        application = Application(
            self._database, self.config, on_deliveries=self._dispatcher.wake, pages=HtmlPages()
        )
        self._server = BufferingServer(
            (host, port),
            application,
            body_limit=self.config.body_limit,
            request_seconds=self.config.request_seconds,
            admit=self._reject_unauthorized,
            numthreads=_THREADS,
            request_queue_size=_BACKLOG,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self._server.expiration_interval = _POLL_SECONDS
        self._server.max_request_header_size = 0  # the request buffer has checked both sizes
        self._server.max_request_body_size = 0
        self._host = host
        try:
            listen(self._server.prepare, host=host, port=port)
        except OutputError:
            self._database.close()
            raise

    @property
    def url(self) -> str:
        """Its URL, without a slash at the end."""
        return address_url(self._host, self._server.bind_addr[1])

    @property
    def database(self) -> str:
        """The location of its data, without credentials."""
        return self._database.shown

    def serve(self) -> None:
        """Serve until `stop` is called from another thread or a signal's handler."""
        self._dispatcher.start()
        try:
            self._server.serve()
        finally:
            self._dispatcher.stop()
            self._database.close()

    def stop(self) -> None:
        """Finish running requests, and release the port and the database."""
        self._server.stop()

    def _reject_unauthorized(self, head: Head) -> None:
        """Reject a body from an unauthorized sender before any of it is stored."""
        header = b", ".join(head.values(b"authorization")).decode("latin-1")
        if access_of(header, self.config.credentials) is None:
            raise RejectedRequest(401, "Please authenticate with basic authentication or a bearer token")


def _with_host_names(config: BrokerConfig, host: str) -> BrokerConfig:
    """Return the configuration with the host names that an open broker on this machine accepts."""
    if config.host_names is not None or not is_localhost(host) or config.credentials.required:
        return config
    return msgspec.structs.replace(config, host_names=(host,))


@contextmanager
def running_broker(
    database: Path | str, *, port: int = 0, config: BrokerConfig | None = None
) -> Iterator[str]:
    """Run a broker on the loopback interface while the block runs, and yield its URL.

    Args:
        database: The SQLite file, which is created if missing, or a PostgreSQL URL.
        port: The port; 0 for any free port.
        config: Limits and credentials.

    Raises:
        OutputError: The database can't be used or the port can't be bound.
    """
    with running(BrokerServer(database, port=port, config=config)) as server:
        yield server.url
