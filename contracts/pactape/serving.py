"""Listening: binding a server to a port, and its address."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Protocol

from cheroot import wsgi

from pactape.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["WsgiServer", "address_of", "bind", "in_background"]


class _Server(Protocol):
    def serve(self) -> None: ...
    def stop(self) -> None: ...


class WsgiServer(wsgi.Server):
    """cheroot's server, with threads for those only who have something to say.

    A browser opens connections that it may need later. cheroot gives each new one to a thread, which waits for
    its request: ten such connections, and nobody is answered until the first of them is given up.
    """

    def process_conn(self, conn: Any) -> None:
        """Give a connection to a thread; watch it when nothing has come over it yet."""
        if conn.rfile.has_data() or _is_readable(conn.socket):
            super().process_conn(conn)
        else:
            self.put_conn(conn)


def _is_readable(connection: socket.socket) -> bool:
    with selectors.DefaultSelector() as selector:
        selector.register(connection, selectors.EVENT_READ)
        return bool(selector.select(timeout=0))


def bind(server: wsgi.Server, *, host: str, port: int) -> None:
    """Have a cheroot server listen at its address.

    Raises:
        OutputError: The port is in use or may not be used; nothing is left open.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # This error says why; cheroot's, that all ways failed.
        socket.create_server((host, port), family=family).close()
        server.prepare()
    except OSError as error:
        raise OutputError(
            f"can't be listened on ({error})",
            where=f"{host}:{port}",
            remedy="name another port with --port, or 0 for any free one",
        ) from error


def address_of(server: wsgi.Server, *, host: str) -> str:
    """The base URL of a server that listens, without a slash at the end."""
    return f"http://{f'[{host}]' if ':' in host else host}:{server.bind_addr[1]}"


@contextmanager
def in_background(server: _Server, *, name: str) -> Iterator[None]:
    """Have a server serve on a thread of this name while the context lasts."""
    thread = threading.Thread(target=server.serve, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.stop()
        thread.join()
