"""What the client tests share: a clock that is told the time, a scripted server, and an audience of operations."""

from __future__ import annotations

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import pytest
from pactape_clients import retries
from pactape_clients.operations import Operation, add_observer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Clock:
    """A monotonic clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def pass_by(self, seconds: float) -> None:
        self.now += seconds


class Received(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class ScriptedResponse(NamedTuple):
    status: int = 200
    json: Any = None
    headers: dict[str, str] = {}  # noqa: RUF012 -- never changed
    body: bytes | None = None


def body_of(request: BaseHTTPRequestHandler) -> bytes:
    """The whole body: what stays unread would be taken for the connection's next request."""
    if request.headers.get("Transfer-Encoding") != "chunked":
        return request.rfile.read(int(request.headers.get("Content-Length") or 0))
    chunks = []
    while size := int(request.rfile.readline(), 16):
        chunks.append(request.rfile.read(size))
        request.rfile.readline()
    request.rfile.readline()
    return b"".join(chunks)


class Server:
    """A real HTTP server on a free port of the loopback interface, answering by a function."""

    def __init__(self, respond: Callable[[Received], ScriptedResponse], *, delay: float) -> None:
        self.received: list[Received] = []
        received = self.received

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_one(self) -> None:
                request = Received(self.command, self.path, dict(self.headers.items()), body_of(self))
                received.append(request)
                time.sleep(delay)
                response = respond(request)
                body = response.body if response.body is not None else json.dumps(response.json).encode()
                self.send_response(response.status)
                for name, value in {"Content-Type": "application/json", **response.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            do_HEAD = do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_one  # noqa: N815 -- the base class's names

            def log_message(self, *_: object) -> None:
                pass

        class Quick(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                """A client that gave up is what some tests are about."""

            daemon_threads = True
            request_queue_size = 128

        self._server = Quick(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def count(self, path: str) -> int:
        return sum(request.path == path for request in self.received)


Serve = "Callable[..., contextmanager[Server]]"


@pytest.fixture
def serve() -> Callable[..., Any]:
    @contextmanager
    def serving(respond: Callable[[Received], ScriptedResponse], *, delay: float = 0.0) -> Iterator[Server]:
        with Server(respond, delay=delay) as server:
            yield server

    return serving


@pytest.fixture
def response() -> type[ScriptedResponse]:
    return ScriptedResponse


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def announced() -> Iterator[list[Operation]]:
    operations: list[Operation] = []
    remove = add_observer(operations.append)
    yield operations
    remove()


@pytest.fixture
def at_once() -> Callable[[Callable[[], object], int], list[Any]]:
    """Call a function from many threads that start together; gives results, and failures as values."""

    def run(function: Callable[[], object], threads: int = 64) -> list[Any]:
        gate = threading.Barrier(threads)
        outcomes: list[Any] = []

        def work() -> None:
            gate.wait()
            try:
                outcomes.append(function())
            except Exception as error:  # noqa: BLE001 -- the failure is the outcome
                outcomes.append(error)

        workers = [threading.Thread(target=work) for _ in range(threads)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        return outcomes

    return run


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits between attempts in seconds, which are not waited."""
    seconds: list[float] = []
    monkeypatch.setattr(retries, "pause", seconds.append)
    return seconds
