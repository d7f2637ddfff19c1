"""A cheroot server whose threads receive only complete requests."""

from __future__ import annotations

import io
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cheroot import wsgi
from cheroot.server import HTTPConnection

from pactape.broker.wsgi.gateway import WsgiGateway
from pactape.broker.wsgi.request_buffer import Head, RejectedRequest, RequestBuffer

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["BufferingServer"]

_STEP = 65_536
_IDLE_SECONDS = 10  # cheroot closes connections that were idle for this long
_DRAIN_SECONDS, _DRAIN_BYTES = 5, 20_000_000
_MOST_CONNECTIONS = 4_000
_OTHER_FILES = 200  # other files of the process: the database, webhooks, libraries
_MOST_BYTES = 100_000_000  # the total size of unfinished requests
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class _Connection(HTTPConnection):
    """A connection whose request is collected before a thread handles it.

    Attributes:
        buffer: The received part of the next request; None between requests.
        left: The data received after the current request.
        refused: Why the request is rejected without reading its body: a status and a sentence.
        draining: How many more bytes to read and discard, so that the client reads the response first.
    """

    def __init__(self, server: Any, sock: Any, *more: Any) -> None:
        super().__init__(server, sock, *more)
        self.buffer: RequestBuffer | None = None
        self.left = b""
        self.refused: tuple[int, str] | None = None
        self.draining: int | None = None
        self.deadline = 0.0
        self._stream = self.rfile

    def read_from(self, data: bytes) -> None:
        """Make cheroot read a complete request from memory."""
        self.rfile = _Complete(data, self)

    def read_from_socket(self) -> None:
        """Make cheroot read from the socket again, for the next request."""
        self.rfile = self._stream

    def close(self) -> None:
        """Close the connection; if its request was rejected, first read what the client still sends."""
        if self.refused is not None and self.draining is None:
            self.draining = _DRAIN_BYTES
            self.read_from_socket()
            with suppress(OSError):
                self.socket.shutdown(socket.SHUT_WR)
                self.server.drain(self)
                return
        self.server.forget(self)
        self.read_from_socket()
        super().close()
        with suppress(OSError):  # else Python reports later what a client that is gone didn't receive
            self.wfile.close()


class _Complete(io.BytesIO):
    """A complete request, in the form that cheroot reads from a connection."""

    def __init__(self, data: bytes, connection: _Connection) -> None:
        super().__init__(data)
        self._connection = connection
        self.bytes_read = 0

    def has_data(self) -> bool:
        """Return whether the beginning of another request has arrived."""
        return bool(self._connection.left)


class BufferingServer(wsgi.Server):
    """A server that reads requests without a thread, and gives each to a thread when it is complete.

    Args:
        address: Host and port.
        application: The WSGI application.
        body_limit: The largest body in bytes.
        request_seconds: The time limit for receiving a request's head and body, in seconds.
        admit: Called with a head that announces a body; it may reject the request before any of the body is stored.
        options: Further options of cheroot.
    """

    ConnectionClass = _Connection

    def __init__(
        self,
        address: tuple[str, int],
        application: Any,
        *,
        body_limit: int,
        request_seconds: float,
        admit: Callable[[Head], None],
        **options: Any,
    ) -> None:
        super().__init__(address, application, timeout=_IDLE_SECONDS, **options)
        self.gateway = WsgiGateway
        self._body_limit = body_limit
        self._request_seconds = request_seconds
        self._admit = admit
        self._lock = threading.Lock()
        self._held = 0
        self._most_connections = _most_connections()

    def process_conn(self, conn: _Connection) -> None:
        """Read received data from a connection; when a request is complete, give it to a thread."""
        try:
            if conn.draining is not None:
                self._drain_on(conn)
            else:
                self._read(conn)
        except (OSError, ValueError):
            conn.refused = None
            conn.close()

    def drain(self, conn: _Connection) -> None:
        """Read from a rejected connection for a few more seconds, so that its client receives the response."""
        self._wait(conn, until=time.time() + _DRAIN_SECONDS)

    def forget(self, conn: _Connection) -> None:
        """Stop counting a connection's unfinished request."""
        if conn.buffer is not None:
            with self._lock:
                self._held -= len(conn.buffer)
            conn.buffer = None

    def _read(self, conn: _Connection) -> None:
        data = self._receive(conn)
        if data == b"":
            conn.close()
            return
        if conn.buffer is None:
            self._begin(conn)
        try:
            complete = self._feed(conn, data or b"")
        except RejectedRequest as error:
            self._refuse(conn, error)
            return
        if complete:
            self._enqueue_request(conn)
        else:
            self._wait(conn, until=conn.deadline)

    def _begin(self, conn: _Connection) -> None:
        """Begin to collect a request, and start its timer."""
        self._make_room()
        conn.read_from_socket()
        conn.refused = None
        conn.buffer = RequestBuffer(body_limit=self._body_limit, admit=self._admit)
        conn.deadline = time.time() + self._request_seconds

    def _receive(self, conn: _Connection) -> bytes | None:
        """Return received data; b"" if the client has closed the connection, None if no data arrived."""
        if conn.left:
            data, conn.left = conn.left, b""
            return data
        conn.socket.setblocking(False)  # noqa: FBT003 -- the socket's own interface
        try:
            return bytes(conn.socket.recv(_STEP))
        except (BlockingIOError, InterruptedError):
            return None
        finally:
            conn.socket.settimeout(self.timeout)

    def _feed(self, conn: _Connection, data: bytes) -> bool:
        buffer = conn.buffer
        assert buffer is not None, "_begin() has made one"  # noqa: S101 -- for the type checker
        before = len(buffer)
        try:
            complete = bool(data) and buffer.feed(data)
        finally:
            with self._lock:
                self._held += len(buffer) - before
        if self._held > _MOST_BYTES and not complete:
            raise RejectedRequest(503, "The broker has too many unfinished requests; try again")
        if buffer.expects_continue and not complete:
            buffer.expects_continue = False
            conn.socket.sendall(_CONTINUE)
        return complete

    def _enqueue_request(self, conn: _Connection) -> None:
        assert conn.buffer is not None, "it is complete"  # noqa: S101 -- for the type checker
        request, remaining_bytes = conn.buffer.take()
        self.forget(conn)
        conn.left = remaining_bytes
        conn.read_from(request)
        self.requests.put(conn)

    def _refuse(self, conn: _Connection, refusal: RejectedRequest) -> None:
        head = conn.buffer.head_without_body() if conn.buffer else b""
        self.forget(conn)
        conn.refused = (refusal.status, refusal.reason)
        conn.left = b""
        if head:
            conn.read_from(head)
            self.requests.put(conn)
            return
        with suppress(OSError):
            conn.socket.sendall(_plain(refusal))
        conn.close()

    def _drain_on(self, conn: _Connection) -> None:
        data = self._receive(conn)
        if data is not None:
            conn.draining = (conn.draining or 0) - len(data)
        if data == b"" or (conn.draining or 0) <= 0:
            conn.close()
        else:
            self._wait(conn, until=conn.last_used + _IDLE_SECONDS)

    def _wait(self, conn: _Connection, *, until: float) -> None:
        """Wait for more data until a deadline, when cheroot closes the connection."""
        self.put_conn(conn)
        conn.last_used = until - _IDLE_SECONDS

    def _make_room(self) -> None:
        """Close the connection that has waited longest, if there are too many."""
        connections: Any = vars(self)["_connections"]
        selector = connections._selector  # noqa: SLF001 -- cheroot offers no other way
        if len(selector) < self._most_connections:
            return
        waiting_connections = [connection for _, connection in selector.connections if connection is not self]
        oldest = min(waiting_connections, key=lambda waiting_connection: waiting_connection.last_used)
        with suppress(KeyError, OSError, ValueError):
            selector.unregister(oldest.socket.fileno())
            oldest.refused = None
            oldest.close()


def _most_connections() -> int:
    """Return how many connections may be open at once: fewer than the process's limit of open files."""
    try:
        import resource  # noqa: PLC0415 -- not on every system
    except ImportError:
        return _MOST_CONNECTIONS
    soft_limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(min(_MOST_CONNECTIONS, soft_limit - _OTHER_FILES), _OTHER_FILES // 2)


def _plain(refusal: RejectedRequest) -> bytes:
    body = f"{refusal.reason}\n".encode()
    lines = [
        f"HTTP/1.1 {refusal.status} Refused",
        "Content-Type: text/plain",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body
