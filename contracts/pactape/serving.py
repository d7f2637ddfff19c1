"""A threaded HTTP server inside this process, by default on a free port of the loopback address.

The replay server, the recording proxy and the servers that the official tools call use it. (The broker, which
several people share, has its own server: `pactape.broker.wsgi`.)
"""

from __future__ import annotations

import os
import re
import socket
import sys
import threading
from contextlib import contextmanager, suppress
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import quote

from pactape.errors import OutputError
from pactape.exchange import Request, Response
from pactape.http_bodies import end_to_end, header, received_body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeVar

    _S = TypeVar("_S", bound="Server")

__all__ = ["LoopbackServer", "ReceivedRequest", "Server", "address_url", "framed", "listen", "running"]

_POLL_SECONDS = 0.02  # how often an idle server checks whether it should stop
_SHUTDOWN_SECONDS = 5
_BACKLOG = 128  # connections waiting to be accepted; with the default of 5, the sixth would wait a second
#: Statuses whose responses never have a body, in addition to those below 200 (RFC 9110, section 6.4.1).
_WITHOUT_BODY = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})


class Server(Protocol):
    """A server that is bound to a port, for `running`."""

    def serve(self) -> None:
        """Serve until `stop` is called."""

    def stop(self) -> None:
        """Make `serve` end; called from another thread."""


class ReceivedRequest(Request, frozen=True, kw_only=True):
    """A request that a server received; its URL has the host that the client named.

    Args:
        target: Path and query exactly as the client wrote them, including `//` and encoded characters.
        is_absolute: Whether the client wrote a URL instead of a path, as it does for proxies.
    """

    target: str
    is_absolute: bool = False


class LoopbackServer(ThreadingHTTPServer):
    """A server bound to a port, not yet serving: call `serve`, or use `running`.

    Each connection has its own thread, so one that sends nothing doesn't delay others.

    Args:
        host: The address to listen on.
        port: 0 takes any free port.

    Raises:
        OutputError: The port is in use or may not be used.
    """

    daemon_threads = True
    request_queue_size = _BACKLOG

    def __init__(self, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._host = host
        self._open: set[socket.socket] = set()
        self._open_requests = 0
        self._changed = threading.Condition()
        try:
            super().__init__((host, port), _Handler)
        except OSError as error:
            raise _listen_error(error, host=host, port=port) from error

    def server_bind(self) -> None:
        """Bind without looking up the name of this machine, which may take seconds."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = self.server_address[:2]  # type: ignore[assignment]  # TCP addresses are pairs of str and int

    @property
    def url(self) -> str:
        """The server's base URL, without a slash at the end."""
        return address_url(self._host, self.server_port)

    def reply(self, request: ReceivedRequest) -> Response | None:
        """Return the response to a request; None closes the connection without a response.

        Only its end-to-end headers are sent, with the correct Content-Length.
        """
        raise NotImplementedError

    def serve(self) -> None:
        """Serve until `stop` is called; then finish the requests that are being answered, and free the port."""
        try:
            self.serve_forever(_POLL_SECONDS)
        finally:
            self.server_close()
            with self._changed:
                self._changed.wait_for(lambda: not self._open_requests, timeout=_SHUTDOWN_SECONDS)
            self._close_connections()

    def stop(self) -> None:
        """Make `serve` end; call it from a thread other than that of `serve`."""
        self.shutdown()

    @contextmanager
    def counting_request(self) -> Iterator[None]:
        """Count a request as being answered while the context lasts."""
        with self._changed:
            self._open_requests += 1
        try:
            yield
        finally:
            with self._changed:
                self._open_requests -= 1
                self._changed.notify_all()

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection, and remember it until it is closed."""
        connection, address = super().get_request()
        self._open.add(connection)
        return connection, address

    def shutdown_request(self, request: Any) -> None:
        """Close a connection."""
        self._open.discard(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Print the traceback of an error in `reply`; a client that is gone is not an error."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)

    def _close_connections(self) -> None:
        """End the threads of connections that clients keep open."""
        for connection in list(self._open):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


@contextmanager
def running(server: _S) -> Iterator[_S]:
    """Serve on a separate thread while the context lasts; Ctrl-C doesn't wait for requests in progress."""
    thread = threading.Thread(target=server.serve, name=type(server).__name__, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stop()
        if not isinstance(sys.exception(), KeyboardInterrupt):
            thread.join()


def address_url(host: str, port: int) -> str:
    """Return the base URL of a server, without a slash at the end."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"


def listen(prepare: Callable[[], object], *, host: str, port: int) -> None:
    """Make another library's server listen; if it can't, raise an error that says why.

    Args:
        prepare: Makes the server listen on this address.
        host: The address.
        port: The port; 0 chooses a free one.

    Raises:
        OutputError: The port is in use or may not be used; nothing is left open.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        # This call's error says why; cheroot's says only that no address worked.
        socket.create_server((host, port), family=family).close()
        prepare()
    except OSError as error:
        raise _listen_error(error, host=host, port=port) from error


def _listen_error(error: OSError, *, host: str, port: int) -> OutputError:
    """Return the error for an address that no server can listen on."""
    system = not isinstance(error, socket.gaierror) and error.errno
    reason = os.strerror(system) if system else error.strerror or str(error)
    return OutputError(
        f"can't listen there ({reason})",
        where=f"{host}:{port}",
        remedy="choose another port (0 takes any free one), or stop what uses this one",
    )


def framed(method: str, response: Response) -> Response:
    """Return a response as a server sends it (RFC 9110, section 8.6).

    It keeps its end-to-end headers. Its Content-Length is that of its body; a response to HEAD keeps the recorded
    one, and a status without a body has none. The body of 205 (Reset Content) is empty (section 15.3.6).
    """
    if response.status == HTTPStatus.RESET_CONTENT:
        response = Response(status=response.status, headers=response.headers, body=b"")
    without_body = response.status in _WITHOUT_BODY or response.status < HTTPStatus.OK
    headers = tuple(field for field in end_to_end(response.headers) if field[0].lower() != "content-length")
    if (
        method == "HEAD"
        and response.status != HTTPStatus.NO_CONTENT
        and (length := header(response.headers, "content-length"))
    ):
        headers = (*headers, ("Content-Length", length))
    elif method != "HEAD" and not without_body:
        headers = (*headers, ("Content-Length", str(len(response.body))))
    body = b"" if method == "HEAD" or without_body else response.body
    return Response(status=response.status, headers=headers, body=body)


def _percent_encoded(match: re.Match[str]) -> str:
    """Return characters of a request line, which are the bytes that the client sent, percent-encoded."""
    return quote(match[0].encode("latin-1"))


class _Handler(BaseHTTPRequestHandler):
    server: LoopbackServer
    protocol_version = "HTTP/1.1"
    wbufsize = -1  # send a response's head and body together: two small packets can be delayed by each other

    def __getattr__(self, name: str) -> Callable[[], None]:
        """Handle every method alike; the standard library looks for `do_GET`, `do_POST` and so on."""
        if name.startswith("do_"):
            return self._respond
        raise AttributeError(name)

    def handle_expect_100(self) -> bool:
        """Send 100 (Continue) immediately: the client waits for it."""
        proceed = super().handle_expect_100()
        self.wfile.flush()
        return proceed

    def log_message(self, *_arguments: object) -> None:
        """Print nothing: the caller reports what happened."""

    def _respond(self) -> None:
        try:
            body = received_body(self.headers, self.rfile)
        except ValueError:
            self.send_error(HTTPStatus.BAD_REQUEST, "The body is not complete, or its length is malformed")
            return
        with self.server.counting_request():
            reply = self.server.reply(self._request(body))
            if reply is None:
                self.close_connection = True
                return
            self._send(framed(self.command, reply))
            self.wfile.flush()

    def _request(self, body: bytes) -> ReceivedRequest:
        # `path` has lost its leading slashes; curl sends other characters than ASCII as bytes
        target = re.sub(r"[^!-~]+", _percent_encoded, self.requestline.split()[1])
        url, is_absolute = target, not target.startswith("/") and "://" in target.partition("?")[0]
        if not is_absolute:
            host = self.headers.get("Host")
            url = f"http://{host}{target}" if host else f"{self.server.url}{target}"
        else:
            target = f"/{target.partition('://')[2].partition('/')[2]}"
        sent: dict[str, Any] = {"method": self.command, "headers": tuple(self.headers.items()), "body": body}
        return ReceivedRequest(url=url, target=target, is_absolute=is_absolute, **sent)

    def _send(self, response: Response) -> None:
        phrase = HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else ""
        self.send_response_only(response.status, phrase)
        if header(response.headers, "date") is None:
            self.send_header("Date", self.date_time_string())
        for name, value in response.headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(response.body)
