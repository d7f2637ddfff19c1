"""Streams are recorded up to what the test read, and replay piece by piece."""

from __future__ import annotations

import asyncio
import threading
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import islice
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import requests
import urllib3
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.cassettes.interception.libraries.streams import pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.cassettes.conftest import Provider

SECONDS = 10
EVENTS = [b"data: 0\n\n", b"data: 1\n\n", b"data: 2\n\n"]


class _Endless(BaseHTTPRequestHandler):
    """Sends events until the client leaves."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        number = 0
        while not self.server.left.wait(0.02):  # type: ignore[attr-defined]  # set by the fixture
            event = f"data: {number}\n\n".encode()
            try:
                self.wfile.write(b"%x\r\n%s\r\n" % (len(event), event))
            except OSError:
                return
            number += 1

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def url() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Endless)
    server.daemon_threads = True
    server.left = threading.Event()  # type: ignore[attr-defined]  # read by the handler
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/events"
    server.left.set()  # type: ignore[attr-defined]  # as above
    server.shutdown()
    server.server_close()
    thread.join()


def by_requests(url: str) -> list[bytes]:
    with requests.get(url, stream=True, timeout=SECONDS) as response:
        return list(islice(response.iter_content(chunk_size=None), 3))


def by_urllib3(url: str) -> list[bytes]:
    with urllib3.PoolManager() as pool:
        response = pool.request("GET", url, preload_content=False, timeout=SECONDS)
        events = list(islice(response.stream(32), 3))
        response.close()
    return events


def by_urllib(url: str) -> list[bytes]:
    with urllib.request.urlopen(url, timeout=SECONDS) as response:  # noqa: S310 -- http by construction
        return [response.readline() + response.readline() for _ in range(3)]


def by_httpx(url: str) -> list[bytes]:
    with httpx.stream("GET", url, timeout=SECONDS, trust_env=False) as response:
        return list(islice(response.iter_bytes(), 3))


def by_async_httpx(url: str) -> list[bytes]:
    async def read_chunks() -> list[bytes]:
        events: list[bytes] = []
        async with httpx.AsyncClient(trust_env=False) as client, client.stream("GET", url) as response:
            async for byte in response.aiter_bytes():
                events.append(byte)
                if len(events) == len(EVENTS):
                    break
        return events

    return asyncio.run(read_chunks())


def by_aiohttp(url: str) -> list[bytes]:
    async def read_chunks() -> list[bytes]:
        events: list[bytes] = []
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            async for chunk in response.content.iter_any():
                events.append(chunk)
                if len(events) == len(EVENTS):
                    break
        return events

    return asyncio.run(read_chunks())


every_library = pytest.mark.parametrize(
    "read_chunks",
    [by_requests, by_urllib3, by_urllib, by_httpx, by_async_httpx, by_aiohttp],
    ids=lambda each: each.__name__.removeprefix("by_"),
)


@every_library
def test_an_endless_stream_is_recorded_up_to_what_was_read_and_replays_event_by_event(
    tmp_path: Path, url: str, read_chunks: Callable[[str], list[bytes]]
) -> None:
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        recorded = read_chunks(url)
    assert read_cassette(tmp_path / "c.yaml")[0].response.body.startswith(b"".join(EVENTS))
    with use_cassette(tmp_path / "c.yaml"):
        replayed = read_chunks(url)
    assert (b"".join(recorded), replayed) == (b"".join(EVENTS), EVENTS)


def opened_by_requests(url: str) -> object:
    response = requests.get(url, stream=True, timeout=SECONDS)
    next(response.iter_content(chunk_size=None))
    return response


def opened_by_httpx(url: str) -> object:
    client = httpx.Client(trust_env=False)
    response = client.send(client.build_request("GET", url), stream=True)
    next(response.iter_raw())
    return response


@pytest.mark.parametrize("open_stream", [opened_by_requests, opened_by_httpx])
def test_a_stream_that_is_closed_too_late_belongs_to_the_cassette_in_which_it_began(
    tmp_path: Path, url: str, open_stream: Callable[[str], requests.Response]
) -> None:
    with use_cassette(tmp_path / "first.yaml", mode=RecordMode.ALL):
        response = open_stream(url)
    with use_cassette(tmp_path / "second.yaml", mode=RecordMode.ALL):
        response.close()
    bodies = [interaction.response.body for interaction in read_cassette(tmp_path / "first.yaml")]
    assert (bodies, (tmp_path / "second.yaml").exists()) == ([EVENTS[0]], False)


def test_aiohttp_records_the_headers_of_a_stream(tmp_path: Path, provider: Provider) -> None:
    provider.routes["/events"] = lambda _body: (200, {"Content-Type": "text/event-stream"}, b"")

    async def ask() -> int:
        async with aiohttp.ClientSession() as session, session.head(f"{provider.url}/events") as response:
            return response.status

    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        recorded = asyncio.run(ask())
    with use_cassette(tmp_path / "c.yaml"):
        replayed = asyncio.run(ask())
    assert (recorded, replayed) == (200, 200)


@pytest.mark.parametrize(
    ("kind", "body", "expected"),
    [
        ("text/event-stream", b"data: 1\r\n\r\ndata: 2", [b"data: 1\r\n\r\n", b"data: 2"]),
        ("application/x-ndjson", b"{}\n[]\n", [b"{}\n", b"[]\n"]),
        ("application/json", b"{}\n\n[]", [b"{}\n\n[]"]),
        ("text/event-stream", b"", []),
    ],
)
def test_a_body_replays_in_the_pieces_of_its_type(kind: str, body: bytes, expected: list[bytes]) -> None:
    assert list(pieces(body, kind)) == expected
