"""Serve a WSGI application from threads of this process."""

from __future__ import annotations

import selectors
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from cheroot import wsgi
from cheroot.server import HTTPConnection
from pactape.serving import address_url, listen
from pactape.serving import running as serving_in_background

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator
    from wsgiref.types import WSGIApplication

__all__ = ["running"]

_THREADS = 16
_WAITING = 128  # connections waiting for a thread; with cheroot's default of 5 the next one waits a second
_MAX_HEADER_BYTES = 64 * 1024


@contextmanager
def running(app: WSGIApplication, *, host: str = "127.0.0.1", port: int = 0) -> Iterator[str]:
    """Serve `app` while the context lasts.

    Args:
        app: A WSGI application.
        host: The address to listen on.
        port: The port; 0 chooses a free one.

    Yields:
        Its base URL.

    Raises:
        OutputError: The port is in use or may not be used.
    """
    server = _WsgiServer((host, port), app, numthreads=_THREADS, request_queue_size=_WAITING)
    server.expiration_interval = 0.05  # how often an idle server checks for a stop request, in seconds
    server.max_request_header_size = _MAX_HEADER_BYTES
    listen(server.prepare, host=host, port=port)
    with serving_in_background(server):
        yield address_url(host, server.bind_addr[1])


class _Connection(HTTPConnection):
    """cheroot's connection, which leaves nothing to the garbage collector."""

    def close(self) -> None:
        """Close the connection, also for writing: else Python reports later what a client didn't receive."""
        super().close()
        with suppress(OSError):
            self.wfile.close()


class _WsgiServer(wsgi.Server):
    """cheroot's server, with threads only for connections that have sent something.

    A browser opens connections that it may need later. cheroot gives each new one to a thread, which waits for
    its request: as many such connections as threads, and no request is answered until one of them times out.
    """

    ConnectionClass = _Connection

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
