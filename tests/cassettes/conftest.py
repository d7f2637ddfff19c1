"""A real HTTP server on a free port, to record from."""

from __future__ import annotations

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Reply = tuple[int, dict[str, str], bytes]
    Route = Callable[[bytes], Reply]


class Provider:
    """What the server answers, and what it was asked.

    Attributes:
        url: Its base URL.
        hits: How often each path was asked for.
        received: The content type and the body of each request.
        routes: Functions from the request's body to status, headers and body, by path; other paths are echoed.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.hits: Counter[str] = Counter()
        self.received: list[tuple[str, bytes]] = []
        self.routes: dict[str, Route] = {}

    def answer(self, path: str, body: bytes) -> Reply:
        """The reply to a request; a number tells one answer from the next."""
        self.hits[path] += 1
        route = self.routes.get(path.partition("?")[0])
        if route is not None:
            return route(body)
        echo = {"path": path, "hit": self.hits[path], "sent": body.decode("utf-8", "replace")}
        return 200, {"Content-Type": "application/json"}, json.dumps(echo).encode()

    def json(self, path: str, value: Any) -> None:
        """Answer `path` with a JSON value."""
        data = json.dumps(value).encode()
        self.routes[path] = lambda _body: (200, {"Content-Type": "application/json"}, data)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    provider: Provider

    def _serve(self) -> None:
        body = self._body()
        self.provider.received.append((self.headers.get("Content-Type", ""), body))
        status, headers, data = self.provider.answer(self.path, body)
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)

    def _body(self) -> bytes:
        if "chunked" not in self.headers.get("Transfer-Encoding", "").lower():
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = []
        while size := int(self.rfile.readline().partition(b";")[0], 16):
            parts.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(parts)

    def __getattr__(self, name: str) -> object:
        """Serve every method alike: the base class looks for do_GET and its like."""
        if name.startswith("do_"):
            return self._serve
        raise AttributeError(name)

    def log_message(self, *_: object) -> None:
        """Say nothing: pytest shows what matters."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    provider = Provider(f"http://127.0.0.1:{server.server_address[1]}")
    server.RequestHandlerClass = type("Handler", (_Handler,), {"provider": provider})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield provider
    server.shutdown()
    server.server_close()
    thread.join()
