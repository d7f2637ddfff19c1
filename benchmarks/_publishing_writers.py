"""Writers in processes of their own that publish as fast as a broker answers, with requests made before.

A writer's own work is a `send` and a few `recv`: about a twentieth of what the broker does for a publication.
"""

from __future__ import annotations

import base64
import json
import multiprocessing
import socket
import time
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["Written", "publication", "write"]

_PREPARED, _STEP = 3_000, 65_536


class Written(NamedTuple):
    """What the writers have done together: publications, seconds, and seconds of processor time."""

    publications: int
    seconds: float
    processor_seconds: float


def write(urls: Sequence[str], *, writers: int, seconds: float, begin: Callable[[], None]) -> Written:
    """Publish for some seconds over brokers, each writer as a consumer of its own.

    Args:
        urls: The brokers' addresses, over which the writers are spread.
        writers: How many there are.
        seconds: For how long they write.
        begin: Called when all of them are ready.
    """
    context = multiprocessing.get_context("spawn")
    ready, stop = context.Barrier(writers + 1), context.Event()
    results: Any = context.Queue()
    processes = [
        context.Process(target=_writer, args=(urls[number % len(urls)], number, ready, stop, results))
        for number in range(writers)
    ]
    for process in processes:
        process.start()
    ready.wait()
    begin()
    start = time.perf_counter()
    stop.wait(seconds)
    stop.set()
    elapsed = time.perf_counter() - start
    totals = [results.get() for _ in processes]
    for process in processes:
        process.join()
    return Written(sum(count for count, _ in totals), elapsed, sum(cpu for _, cpu in totals))


def _writer(url: str, number: int, ready: Any, stop: Any, results: Any) -> None:
    host, _, port = url.removeprefix("http://").rpartition(":")
    requests = [_request(host, publication(f"Web {number}", version)) for version in range(_PREPARED)]
    with socket.create_connection((host, int(port))) as connection:
        _exchange(connection, requests[0])
        ready.wait()
        began, count = time.process_time(), 0
        while not stop.is_set() and count + 1 < len(requests):
            count += 1
            _exchange(connection, requests[count])
        results.put((count, time.process_time() - began))


def _request(host: str, body: bytes) -> bytes:
    lines = [
        "POST /contracts/publish HTTP/1.1",
        f"Host: {host}",
        "Content-Type: application/json",
        f"Content-Length: {len(body)}",
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _exchange(connection: socket.socket, request: bytes) -> None:
    connection.sendall(request)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += connection.recv(_STEP)
    head, _, body = answer.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200 "):
        raise RuntimeError(answer.decode(errors="replace"))
    length = int(head.lower().partition(b"content-length:")[2].split(maxsplit=1)[0])
    received = len(body)
    while received < length:
        received += len(connection.recv(_STEP))


def publication(consumer: str, version: int) -> bytes:
    """Return the body that publishes a new content of twenty interactions."""
    pact = {
        "consumer": {"name": consumer},
        "provider": {"name": "Users"},
        "interactions": [
            {
                "type": "Synchronous/HTTP",
                "description": f"reads user {index} of {version}",
                "request": {"method": "GET", "path": f"/users/{index}"},
                "response": {"status": 200},
            }
            for index in range(20)
        ],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }
    contract = {
        "consumerName": consumer,
        "providerName": "Users",
        "specification": "pact",
        "contentType": "application/json",
        "content": base64.b64encode(json.dumps(pact).encode()).decode(),
    }
    body = {"pacticipantName": consumer, "pacticipantVersionNumber": str(version), "branch": "main"}
    return json.dumps({**body, "contracts": [contract]}).encode()
