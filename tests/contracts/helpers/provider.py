"""Test helpers: a provider of users, and a pact with it."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


SECRET = "s3cr3t-t0ken"


def pact(
    *, provider: str = "users", field: str = "email", state: str | None = "a user exists"
) -> dict[str, Any]:
    rule = {"combine": "AND", "matchers": [{"match": "type"}]}
    bearer = {"combine": "AND", "matchers": [{"match": "regex", "regex": r"^Bearer \S+$"}]}
    return {
        "consumer": {"name": "web"},
        "provider": {"name": provider},
        "interactions": [
            {
                "type": "Synchronous/HTTP",
                "description": "gets a user",
                "providerStates": [{"name": state, "params": {"id": "7"}}] if state else [],
                "request": {
                    "method": "GET",
                    "path": "/users/7",
                    "headers": {"Authorization": ["Bearer credentials"]},
                    "matchingRules": {"header": {"Authorization": bearer}},
                },
                "response": {
                    "status": 200,
                    "body": {
                        "content": {field: "a@example.com"},
                        "contentType": "application/json",
                        "encoded": False,
                    },
                    "matchingRules": {"body": {f"$.{field}": rule}},
                },
            }
        ],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


class _Users(BaseHTTPRequestHandler):
    users: dict[str, dict[str, str]]

    def do_GET(self) -> None:
        authorized = self.headers["Authorization"] == f"Bearer {SECRET}"
        user = self.users.get(self.path.removeprefix("/users/"))
        body = json.dumps(user).encode()
        self.send_response(200 if authorized and user else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None: ...


@contextmanager
def running(users: dict[str, dict[str, str]]) -> Iterator[str]:
    handler = type("Handler", (_Users,), {"users": users})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture
def users() -> dict[str, dict[str, str]]:
    return {}


def written(folder: Path, document: dict[str, Any], name: str = "web-users.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
