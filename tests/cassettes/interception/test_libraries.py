"""Every library that vcrpy knows records, replays the same bytes, is read, and is blocked."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import json
import threading
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
import urllib3
from pactape.cassettes import RecordMode, TestOutcome, read_cassette, use_cassette
from pactape.errors import ReplayError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

#: For a loopback server that answers at once, on a machine that may pause.
SECONDS = 30
JSON = {"Content-Type": "application/json"}


class Answer(NamedTuple):
    status: int
    body: bytes


def by_requests(method: str, url: str, body: bytes | None = None) -> Answer:
    answer = requests.request(method, url, data=body, headers=JSON, timeout=SECONDS)
    return Answer(answer.status_code, answer.content)


def by_urllib3(method: str, url: str, body: bytes | None = None) -> Answer:
    with urllib3.PoolManager() as pool:
        answer = pool.request(method, url, body=body, headers=JSON, timeout=SECONDS)
        return Answer(answer.status, answer.data)


def by_urllib(method: str, url: str, body: bytes | None = None) -> Answer:
    request = urllib.request.Request(url, data=body, method=method, headers=JSON)  # noqa: S310 -- as below
    with urllib.request.urlopen(request, timeout=SECONDS) as answer:  # noqa: S310 -- http by construction
        return Answer(answer.status, _unpacked(answer.read()))


def by_http_client(method: str, url: str, body: bytes | None = None) -> Answer:
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=SECONDS)) as connection:
        connection.request(method, parts.path, body, JSON)
        answer = connection.getresponse()
        return Answer(answer.status, _unpacked(answer.read()))


def by_httpx(method: str, url: str, body: bytes | None = None) -> Answer:
    answer = httpx.request(
        method, url, content=body, headers=JSON, timeout=SECONDS, trust_env=False, follow_redirects=True
    )
    return Answer(answer.status_code, answer.content)


def by_async_httpx(method: str, url: str, body: bytes | None = None) -> Answer:
    async def ask() -> Answer:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False, follow_redirects=True) as client:
            answer = await client.request(method, url, content=body, headers=JSON)
            return Answer(answer.status_code, answer.content)

    return asyncio.run(ask())


def by_aiohttp(method: str, url: str, body: bytes | None = None) -> Answer:
    async def ask() -> Answer:
        limit = aiohttp.ClientTimeout(total=SECONDS)
        async with (
            aiohttp.ClientSession(timeout=limit) as session,
            session.request(method, url, data=body, headers=JSON) as answer,
        ):
            return Answer(answer.status, await answer.read())

    return asyncio.run(ask())


def _unpacked(body: bytes) -> bytes:
    """What the others do for their callers."""
    return gzip.decompress(body) if body[:2] == b"\x1f\x8b" else body


LIBRARIES = [
    by_requests,
    by_urllib3,
    by_urllib,
    by_http_client,
    by_httpx,
    by_async_httpx,
    by_aiohttp,
]


def _each(libraries: list[Callable[..., Answer]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("ask", libraries, ids=lambda ask: ask.__name__.removeprefix("by_"))


every_library = _each(LIBRARIES)
every_library_that_follows = _each([ask for ask in LIBRARIES if ask is not by_http_client])


@pytest.fixture
def url(provider: Provider) -> str:
    packed = gzip.compress(json.dumps({"name": "Zoë", "tags": ["a"] * 50}).encode())
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    provider.routes["/packed"] = lambda _body: (200, headers, packed)
    provider.routes["/bytes"] = lambda _body: (200, {"Content-Type": "image/x-dot"}, bytes(range(256)))
    return provider.url


def ask_all(ask: Callable[..., Answer], url: str) -> list[Answer]:
    return [
        ask("GET", f"{url}/users/7"),
        ask("GET", f"{url}/packed"),
        ask("GET", f"{url}/bytes"),
        ask("POST", f"{url}/users", b'{"name": "Ada"}'),
        ask("POST", f"{url}/users", b'{"name": "Grace"}'),
    ]


@every_library
def test_what_it_records_is_what_it_replays(
    tmp_path: Path, provider: Provider, url: str, ask: Callable[..., Answer]
) -> None:
    with use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        recorded = ask_all(ask, url)
    hits = provider.hits.total()
    with use_cassette(tmp_path / "cassette.yaml"):
        replayed = ask_all(ask, url)
    assert (replayed, provider.hits.total()) == (recorded, hits)


@every_library
def test_what_requests_recorded_it_replays(
    tmp_path: Path, provider: Provider, url: str, ask: Callable[..., Answer]
) -> None:
    with use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        recorded = ask_all(by_requests, url)
    hits = provider.hits.total()
    with use_cassette(tmp_path / "cassette.yaml"):
        replayed = ask_all(ask, url)
    assert (replayed, provider.hits.total()) == (recorded, hits)


@every_library
def test_what_it_recorded_is_read(tmp_path: Path, url: str, ask: Callable[..., Answer]) -> None:
    with use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        answers = ask_all(ask, url)
    exchanges = read_cassette(tmp_path / "cassette.yaml")
    assert [
        (exchange.request.method, exchange.request.url.removeprefix(url), exchange.request.body)
        for exchange in exchanges
    ] == [
        ("GET", "/users/7", b""),
        ("GET", "/packed", b""),
        ("GET", "/bytes", b""),
        ("POST", "/users", b'{"name": "Ada"}'),
        ("POST", "/users", b'{"name": "Grace"}'),
    ]
    assert [
        Answer(exchange.response.status, _unpacked(exchange.response.body)) for exchange in exchanges
    ] == answers


@every_library
@pytest.mark.parametrize("elsewhere", [False, True], ids=["here", "on another thread"])
def test_what_is_not_recorded_reaches_no_socket(
    tmp_path: Path,
    provider: Provider,
    url: str,
    ask: Callable[..., Answer],
    elsewhere: bool,  # noqa: FBT001 -- a parameter of the test
) -> None:
    errors: list[BaseException] = []

    def attempt() -> None:
        try:
            ask("GET", f"{url}/users/7")
        except ReplayError as error:
            errors.append(error)

    with use_cassette(tmp_path / "none.yaml") as cassette:
        if elsewhere:
            thread = threading.Thread(target=attempt)
            thread.start()
            thread.join()
        else:
            attempt()
        cassette.outcome = TestOutcome.FAILED
    assert (len(errors), provider.hits.total()) == (1, 0)


@every_library_that_follows
def test_a_recorded_redirect_is_followed(
    tmp_path: Path, provider: Provider, url: str, ask: Callable[..., Answer]
) -> None:
    provider.routes["/old"] = lambda _body: (302, {"Location": "/users/7"}, b"")
    with use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        recorded = ask("GET", f"{url}/old")
    hits = provider.hits.total()
    with use_cassette(tmp_path / "cassette.yaml"):
        replayed = ask("GET", f"{url}/old")
    assert (replayed, provider.hits.total()) == (recorded, hits)
