"""A thousand clients of each hostile kind at once: the heartbeat answers meanwhile, and the memory stays small."""

from __future__ import annotations

import resource
import socket
import threading
from contextlib import ExitStack, contextmanager, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import psutil
import pytest
import requests

from tests.broker.helpers.processes import process

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CLIENTS, _HEARTBEATS = 1_000, 20
_MEGABYTES = 150  # a thousand bodies of the largest size would be 10,000
_HEAD = b"POST /contracts/publish HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"

#: What each client sends at first, and what it goes on with byte by byte.
KINDS = {
    "negative length": (_HEAD + b"Content-Length: -1\r\n\r\n", b"{" * 64),
    "huge chunk": (_HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\n", b"{" * 64),
    "large chunks": (
        _HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"ffff\r\n" + b" " * 0xFFFF,
        b"\r\n" * 32,
    ),
    "dripping head": (b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A: ", b"a" * 64),
    "dripping body": (_HEAD + b"Content-Length: 9999999\r\n\r\n", b"{" * 64),
}


@contextmanager
def many_files() -> Iterator[None]:
    """Let this process open a socket for each client."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4 * _CLIENTS)), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def drip(clients: list[socket.socket], bytes_to_send: bytes, stop: threading.Event) -> None:
    """Send to every client a byte at a time; one that the broker has closed takes no more."""
    for byte in bytes_to_send:
        for client in clients:
            if stop.is_set():
                return
            with suppress(OSError):
                client.send(bytes([byte]))


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
def test_the_heartbeat_answers_while_a_thousand_hostile_clients_send(tmp_path: Path, kind: str) -> None:
    beginning, rest = KINDS[kind]
    with many_files(), process(tmp_path) as (child, url), ExitStack() as stack, requests.Session() as session:
        session.get(f"{url}/diagnostic/status/heartbeat", timeout=30)
        before = psutil.Process(child.pid).memory_info().rss
        address, clients = urlsplit(url), []
        for _ in range(_CLIENTS):
            client = socket.create_connection((address.hostname, address.port or 80), timeout=30)
            clients.append(stack.enter_context(client))
            with suppress(OSError):
                client.sendall(beginning)
        stop = threading.Event()
        dripping = threading.Thread(target=drip, args=(clients, rest, stop))
        dripping.start()
        answers = [
            requests.get(f"{url}/diagnostic/status/heartbeat", timeout=10).status_code
            for _ in range(_HEARTBEATS)
        ]
        grown = (psutil.Process(child.pid).memory_info().rss - before) / 1_000_000
        stop.set()
        dripping.join()
    assert answers == [200] * _HEARTBEATS
    assert grown < _MEGABYTES
