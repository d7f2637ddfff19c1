"""Test helpers: servers that answer with something else than HTTP."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["HEAD", "Listener", "byte_by_byte", "closing", "listening"]

#: The beginning of an answer with a hundred headers.
HEAD = b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % number for number in range(100))


class Listener:
    """A server on a free port that does one thing with each connection."""

    def __init__(self, act: Callable[[socket.socket], None]) -> None:
        self.connections = 0
        self._act = act
        self._connection: socket.socket | None = None
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                self.connections += 1
                self._connection = connection
                with connection, suppress(OSError):
                    self._act(connection)

    def close(self) -> None:
        """Stop, also where a client keeps its connection open."""
        for opened in (self._socket, self._connection):
            if opened is not None:
                with suppress(OSError):
                    opened.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join(5)


@contextmanager
def listening(act: Callable[[socket.socket], None]) -> Iterator[Listener]:
    listener = Listener(act)
    try:
        yield listener
    finally:
        listener.close()


@contextmanager
def closing() -> Iterator[Listener]:
    """A server that reads a request and closes the connection without an answer."""

    def serve(connection: socket.socket) -> None:
        connection.recv(65_536)

    with listening(serve) as listener:
        yield listener


@contextmanager
def byte_by_byte(text: bytes) -> Iterator[str]:
    """A server that sends an answer one byte in 20 milliseconds."""
    over = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        with connection:
            connection.recv(65_536)
            for position in range(len(text)):
                if over.wait(0.02):
                    return
                connection.sendall(text[position : position + 1])

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        over.set()
        listener.close()
