"""Small HTTP servers on a free loopback port, for the official tools to call while they run.

They need nothing but the standard library, and keep the case and the order of headers, as a relay has to.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeVar

    _S = TypeVar("_S", bound="LoopbackServer")

__all__ = ["LoopbackServer", "ReceivedRequest", "Reply", "running"]

_POLL_SECONDS = 0.01
_NO_BODY = frozenset({204, 304})


class ReceivedRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A request to a loopback server.

    Args:
        method: In upper case.
        target: Path and query, as they were sent.
        headers: Name and value pairs in the order on the wire.
        body: Its bytes; empty when there is none.
    """

    method: str
    target: str
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever its case; None when there is none."""
        return next((value for each, value in self.headers if each.lower() == name.lower()), None)


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """The response of a loopback server.

    Args:
        status: The status code.
        headers: Name and value pairs, without Content-Length.
        body: Its bytes.
    """

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class LoopbackServer(ThreadingHTTPServer):
    """A server on a free port of 127.0.0.1; serve it with `running`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)

    def server_bind(self) -> None:
        """Bind without looking up the name of this machine, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]

    @property
    def url(self) -> str:
        """The server's base URL, without a slash at the end."""
        return f"http://127.0.0.1:{self.server_port}"

    def reply(self, request: ReceivedRequest) -> Reply | None:
        """Return the response to a request; None closes the connection without a response."""
        raise NotImplementedError

    def serve(self) -> None:
        """Serve until `shutdown` is called from another thread."""
        self.serve_forever(_POLL_SECONDS)


@contextmanager
def running(server: _S) -> Iterator[_S]:
    """Serve on a thread of its own while the context lasts, and close the server afterwards."""
    thread = threading.Thread(target=server.serve, name=type(server).__name__, daemon=True)
    with server:
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackServer
    protocol_version = "HTTP/1.1"

    def _respond(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        request = ReceivedRequest(
            method=self.command,
            target=self.path,
            headers=tuple(self.headers.items()),
            body=self.rfile.read(length) if length else b"",
        )
        reply = self.server.reply(request)
        if reply is None:
            self.close_connection = True
            return
        self.send_response(reply.status)
        for name, value in reply.headers:
            self.send_header(name, value)
        if reply.status not in _NO_BODY:
            self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(reply.body)

    do_GET = do_HEAD = do_POST = do_PUT = _respond  # noqa: N815 -- the standard library's names
    do_PATCH = do_DELETE = do_OPTIONS = do_TRACE = _respond  # noqa: N815 -- as above

    def log_message(self, *_arguments: object) -> None:
        """Print nothing: the caller reports what happened."""
