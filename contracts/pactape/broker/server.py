"""Serving the broker: cheroot, on the loopback unless told otherwise, ready when it says so."""

from __future__ import annotations

import ipaddress
from contextlib import contextmanager
from typing import TYPE_CHECKING

from pactape.broker.config import BrokerConfig
from pactape.broker.delivery.dispatcher import WebhookDispatcher
from pactape.broker.http.application import Application
from pactape.broker.pages.site import HtmlPages
from pactape.broker.store.database.sqlite import Database, utc_now
from pactape.broker.wsgi.gateway import WsgiGateway
from pactape.errors import BadInputError, OutputError
from pactape.serving import WsgiServer, address_of, bind, in_background

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["BrokerServer", "running_broker"]

_THREADS = 10
_BACKLOG = 128  # connections that wait for a thread
_SHUTDOWN_SECONDS = 5
_LARGEST_HEADERS = 65_536  # bytes, with the request line
_POLL_SECONDS = 0.1  # how often cheroot looks whether it is to stop


class BrokerServer:
    """A broker bound to a port, not yet serving.

    Args:
        database: The SQLite file; it is made when missing.
        host: Where to listen: an address or a name.
        port: 0 takes any free port.
        config: Limits and credentials.

    Raises:
        BadInputError: Credentials are missing for an address that others can reach.
        OutputError: The file can't be used or the port can't be bound.
    """

    def __init__(
        self, database: Path, *, host: str = "127.0.0.1", port: int = 0, config: BrokerConfig | None = None
    ) -> None:
        self.config = config or BrokerConfig()
        if not _is_loopback(host) and not self.config.credentials.required:
            raise BadInputError(
                f"others can reach {host}, and no credentials are set",
                remedy="set a user with a password or a token (docs/reference/broker.md), or use 127.0.0.1",
            )
        self._database = Database(database)
        self._dispatcher = WebhookDispatcher(self._database, self.config, clock=utc_now)
        self._server = WsgiServer(
            (host, port),
            Application(self._database, self.config, listener=self._dispatcher.enqueue, pages=HtmlPages()),
            numthreads=_THREADS,
            request_queue_size=_BACKLOG,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self._server.gateway = WsgiGateway
        self._server.expiration_interval = _POLL_SECONDS
        self._server.max_request_header_size = _LARGEST_HEADERS
        self._server.max_request_body_size = 0  # the application answers with 413 and says the limit
        self._host = host
        try:
            bind(self._server, host=host, port=port)
        except OutputError:
            self._database.close()
            raise

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return address_of(self._server, host=self._host)

    def serve(self) -> None:
        """Serve until `stop` is called from another thread or a signal's handler."""
        self._dispatcher.start()
        try:
            self._server.serve()
        finally:
            self._dispatcher.stop()
            self._database.close()

    def stop(self) -> None:
        """Finish the requests that are being answered and let the port and the file go."""
        self._server.stop()


@contextmanager
def running_broker(database: Path, *, port: int = 0, config: BrokerConfig | None = None) -> Iterator[str]:
    """A broker on the loopback for as long as the block runs; gives its URL.

    Args:
        database: The SQLite file; it is made when missing.
        port: 0 takes any free port.
        config: Limits and credentials.

    Raises:
        OutputError: The file can't be used or the port can't be bound.
    """
    server = BrokerServer(database, port=port, config=config)
    with in_background(server, name="pactape-broker"):
        yield server.url


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
