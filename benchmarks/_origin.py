"""The server that the clients are measured against."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


USER = {
    "id": "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11",
    "email": "ada@example.test",
    "name": "Ada Lovelace",
    "createdAt": "2026-01-31T12:00:00Z",
    "updatedAt": "2026-01-31T12:00:00Z",
    "locale": "en-GB",
}

DATA = {
    "data": {
        "user": {
            "id": "1",
            "name": "Ada",
            "email": "ada@example.test",
            "bio": "-",
            "createdAt": "2026",
            "posts": [{"id": "1", "title": "First", "publishedAt": "2026"}],
        }
    }
}


class Origin:
    """A server on a free loopback port that counts what it is asked."""

    def __init__(self) -> None:
        self.asked: dict[str, int] = {}
        self.delay = 0.0
        self.failing: set[str] = set()
        self.good_token: str | None = None
        self.tokens = 0
        self.lock = threading.Lock()
        self._bodies = {"user": json.dumps(USER).encode(), "graphql": json.dumps(DATA).encode()}
        self._server = _Quick(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answer(self, path: str, authorization: str | None) -> tuple[int, bytes]:
        """Status and body for a request."""
        kind = "token" if path == "/token" else "graphql" if path == "/graphql" else "user"
        with self.lock:
            self.asked[kind] = self.asked.get(kind, 0) + 1
            if kind == "token":
                self.tokens += 1
            number = self.tokens
        if self.delay:
            time.sleep(self.delay)
        if kind in self.failing:
            return (400, b'{"error": "invalid_grant"}') if kind == "token" else (503, b"{}")
        if kind == "token":
            return 200, json.dumps({"access_token": f"n{number}", "expires_in": 300}).encode()
        if self.good_token is not None and authorization != f"Bearer {self.good_token}":
            return 401, b"{}"
        return 200, self._bodies[kind]

    def reset(
        self, *, delay: float = 0.0, failing: tuple[str, ...] = (), good_token: str | None = None
    ) -> None:
        """Count from 0, and use these answers from now on."""
        self.asked.clear()
        self.delay, self.failing, self.good_token = delay, set(failing), good_token

    def close(self) -> None:
        """Stop answering."""
        self._server.shutdown()
        self._server.server_close()


class _Quick(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


def _handler(origin: Origin) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # one packet an answer
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            status, body = origin.answer(self.path, self.headers.get("Authorization"))
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Cache-Control", "max-age=300")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
            self.wfile.flush()

        do_POST = do_GET  # noqa: N815 -- the base class's name

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def running_origin() -> Iterator[Origin]:
    origin = Origin()
    try:
        yield origin
    finally:
        origin.close()
