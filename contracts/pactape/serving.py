"""HTTP servers in this process: a WSGI application on a port, on the loopback by default."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from pactape.errors import MissingExtraError, OutputError

try:
    from cheroot import wsgi
except ModuleNotFoundError as error:
    raise MissingExtraError("server", "an HTTP server") from error

if TYPE_CHECKING:
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

__all__ = ["HttpServer", "WsgiServer", "address_of", "bind", "in_background", "serving"]

_THREADS = 10
_BACKLOG = (
    128  # connections that wait for a thread; cheroot's own default of 5 would let the next wait a second
)
_POLL_SECONDS = 0.05  # how often an idle server checks whether it is to stop
_SHUTDOWN_SECONDS = 5


class _Server(Protocol):
    def serve(self) -> None: ...
    def stop(self) -> None: ...


class WsgiServer(wsgi.Server):
    """cheroot's server, with threads only for connections that have sent something.

    A browser opens connections that it may need later. cheroot gives each new one to a thread, which waits for
    its request: ten such connections, and no request is answered until the first of them times out.
    """

    def process_conn(self, conn: Any) -> None:
        """Give a connection to a thread; only watch it while nothing has been received."""
        if conn.rfile.has_data() or _is_readable(conn.socket):
            super().process_conn(conn)
        else:
            self.put_conn(conn)


def _is_readable(connection: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(timeout=0))


def bind(server: wsgi.Server, *, host: str, port: int) -> None:
    """Make a cheroot server listen at its address.

    Raises:
        OutputError: The port is in use or may not be used; nothing is left open.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # This error says why; cheroot's only that all addresses failed.
        socket.create_server((host, port), family=family).close()
        server.prepare()
    except OSError as error:
        raise OutputError(
            f"can't listen there ({error})",
            where=f"{host}:{port}",
            remedy="choose another port; 0 takes any free one",
        ) from error


def address_of(server: wsgi.Server, *, host: str) -> str:
    """Return the base URL of a listening server, without a slash at the end."""
    return f"http://{f'[{host}]' if ':' in host else host}:{server.bind_addr[1]}"


@contextmanager
def in_background(server: _Server, *, name: str) -> Iterator[None]:
    """Run a server on a thread of this name while the context lasts."""
    thread = threading.Thread(target=server.serve, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()


class HttpServer:
    """A WSGI application bound to a port, not yet serving.

    Args:
        application: What answers; called from several threads.
        host: The address to listen at.
        port: 0 takes any free port.

    Raises:
        OutputError: The port can't be bound.
    """

    def __init__(self, application: WSGIApplication, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self._host = host
        self._server = WsgiServer(
            (host, port),
            application,
            numthreads=_THREADS,
            request_queue_size=_BACKLOG,
            shutdown_timeout=_SHUTDOWN_SECONDS,
        )
        self._server.expiration_interval = _POLL_SECONDS
        bind(self._server, host=host, port=port)

    @property
    def url(self) -> str:
        """Its base URL, without a slash at the end."""
        return address_of(self._server, host=self._host)

    @property
    def port(self) -> int:
        """The port that it listens at."""
        return int(self._server.bind_addr[1])

    def serve(self) -> None:
        """Serve until `stop` is called from another thread."""
        self._server.serve()

    def stop(self) -> None:
        """Finish the requests that are being answered, and free the port."""
        self._server.stop()


@contextmanager
def serving(application: WSGIApplication, *, name: str) -> Iterator[str]:
    """Serve a WSGI application on a free port of the loopback while the context lasts.

    Args:
        application: What answers.
        name: The name of the server's thread.

    Yields:
        The server's base URL.

    Raises:
        OutputError: No port can be bound.
    """
    server = HttpServer(application)
    with in_background(server, name=name):
        yield server.url
