"""A server that answers every request with 10 MB of JSON; prints its port."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, HTTPServer

ITEMS = [
    {
        "id": number,
        "title": f"Report {number}",
        "text": "a sentence of some words " * 6,
        "score": number / 7,
        "tags": ["one", "two"],
        "createdAt": "2026-01-31T12:00:00Z",
    }
    for number in range(37_000)
]
BODY = json.dumps(ITEMS).encode()


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


if __name__ == "__main__":
    server = HTTPServer(("127.0.0.1", 0), _Handler)
    print(server.server_port, flush=True)
    server.serve_forever()
