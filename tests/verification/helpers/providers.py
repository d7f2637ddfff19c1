"""Test helpers: a provider on a free loopback port that answers by path, and pact files for it."""

from __future__ import annotations

import json
import ssl
import sys
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["Answers", "interaction", "running_provider", "write_pact"]

Answers = dict[str, Any]


class _Provider(BaseHTTPRequestHandler):
    """Answers a path with its JSON value; a number is how many seconds it takes, None closes the connection."""

    answers: Answers
    received: list[tuple[str, dict[str, str]]]

    def do_GET(self) -> None:
        self.received.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
        answer = self.answers.get(self.path, ...)
        if answer is None:
            self.close_connection = True
            return
        if isinstance(answer, float):
            time.sleep(answer)
        body = json.dumps({} if answer is ... else answer).encode()
        self.send_response(404 if answer is ... else 200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None: ...


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Report errors, but not that a client has gone: it would be in the output of a command under test."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def running_provider(
    answers: Answers,
    *,
    received: list[tuple[str, dict[str, str]]] | None = None,
    certificate: tuple[Path, Path] | None = None,
) -> Iterator[str]:
    """A provider; `certificate` is a file with the certificate and one with its key."""
    attributes = {"answers": answers, "received": [] if received is None else received}
    with _Server(("127.0.0.1", 0), type("Provider", (_Provider,), attributes)) as server:
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        scheme = "http" if certificate is None else "https"
        try:
            yield f"{scheme}://localhost:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def interaction(description: str, path: str, body: Any = None, **more: Any) -> dict[str, Any]:
    """An interaction of Pact V4 that expects 200 and, unless it is None, a body."""
    response: dict[str, Any] = {"status": 200}
    if body is not None:
        response["body"] = {"content": body, "contentType": "application/json", "encoded": False}
    return {
        "type": "Synchronous/HTTP",
        "description": description,
        "request": {"method": "GET", "path": path},
        "response": response,
        **more,
    }


def write_pact(path: Path, *interactions: dict[str, Any], consumer: str = "web") -> Path:
    """Write a pact file of the provider "users"."""
    document = {
        "consumer": {"name": consumer},
        "provider": {"name": "users"},
        "interactions": list(interactions),
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
