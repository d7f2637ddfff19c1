"""Test helpers: a server that webhooks call, and webhooks."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import requests
from pactape.broker import BrokerConfig

if TYPE_CHECKING:
    from collections.abc import Iterator


LOCAL = BrokerConfig(webhook_hosts=("127.0.0.1",), webhook_delays=(0.01, 0.01))


class Listener(ThreadingHTTPServer):
    """Keeps what it hears; answers the given statuses in turn, the last one for ever."""

    daemon_threads = True

    def __init__(self, *statuses: int) -> None:
        super().__init__(("127.0.0.1", 0), _Ear)
        self.statuses = list(statuses)
        self.heard: list[tuple[dict[str, str], str]] = []
        self.enough = threading.Semaphore(0)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hear"


class _Ear(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        assert isinstance(self.server, Listener)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        self.server.heard.append((dict(self.headers), body))
        statuses = self.server.statuses
        self.send_response(statuses.pop(0) if len(statuses) > 1 else statuses[0])
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.enough.release()

    def log_message(self, *_arguments: Any) -> None:
        """Stay silent."""


@contextmanager
def listening(*statuses: int) -> Iterator[Listener]:
    server = Listener(*statuses)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def document(url: str, *events: str, **changes: Any) -> dict[str, Any]:
    body = {"who": "${pactbroker.consumerName}", "version": "${pactbroker.consumerVersionNumber}"}
    request = {"method": "POST", "url": url, "headers": ["Authorization: Bearer s3cret"], "body": body}
    return {
        "events": [{"name": name} for name in events or ("contract_published",)],
        "request": request,
        **changes,
    }


def make(url: str, hook: dict[str, Any]) -> str:
    answer = requests.post(f"{url}/webhooks", json=hook, timeout=30)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["_links"]["self"]["href"])
