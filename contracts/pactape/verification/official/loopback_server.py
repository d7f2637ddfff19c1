"""Loopback servers that the official verifier asks, in JSON, while it verifies."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec

__all__ = ["AskedServer", "Reply"]

_POLL_SECONDS = 0.02


class Reply(msgspec.Struct, frozen=True, kw_only=True):
    """What is answered.

    Args:
        status: The verifier gives up at once after a 4xx, and tries again for two minutes after a 500.
        headers: By name, apart from the length.
        body: Its bytes.
    """

    status: int
    headers: dict[str, str] = {}
    body: bytes = b""


class AskedServer(ThreadingHTTPServer):
    """A server on a free loopback port; serve it with `pactape.serving.in_background`."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)

    def reply(self, asked: dict[str, Any]) -> Reply:
        """What to answer to the JSON object that was posted."""
        raise NotImplementedError

    def serve(self) -> None:
        """Serve until `stop` is called from another thread."""
        self.serve_forever(_POLL_SECONDS)

    def stop(self) -> None:
        """Serve no more."""
        self.shutdown()


class _Handler(BaseHTTPRequestHandler):
    server: AskedServer
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        reply = self.server.reply(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(reply.status)
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing: the verifier's report is the log."""
