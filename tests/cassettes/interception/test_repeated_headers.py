"""A header with several values replays as its library joined them."""

from __future__ import annotations

import asyncio
import http.client
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import httpx
import pytest
import requests
from pactape.cassettes import RecordMode, use_cassette

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider


def by_requests(method: str, url: str) -> tuple[int, bytes, str | None]:
    answer = requests.request(method, url, timeout=30)
    return answer.status_code, answer.content, answer.headers.get("X-Name")


def by_httpx(method: str, url: str) -> tuple[int, bytes, str | None]:
    answer = httpx.request(method, url, timeout=30, trust_env=False, follow_redirects=True)
    return answer.status_code, answer.content, answer.headers.get("X-Name")


def by_aiohttp(method: str, url: str) -> tuple[int, bytes, str | None]:
    async def ask() -> tuple[int, bytes, str | None]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, allow_redirects=True) as answer,
        ):
            return answer.status, await answer.read(), answer.headers.get("X-Name")

    return asyncio.run(ask())


class LongWay(requests.adapters.HTTPAdapter):
    """An adapter that takes the normal path, through urllib3."""

    def add_headers(self, request: requests.PreparedRequest, **_: Any) -> None:
        """Add nothing."""


def by_requests_and_urllib3(method: str, url: str) -> tuple[int, bytes, str | None]:
    with requests.Session() as session:
        session.mount("http://", LongWay())
        response = session.request(method, url, timeout=30)
    return response.status_code, response.content, response.headers["X-Name"]


def by_http_client(method: str, url: str) -> tuple[int, bytes, str | None]:
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=30)) as connection:
        connection.request(method, parts.path)
        response = connection.getresponse()
        return response.status, response.read(), response.getheader("X-Name")


@pytest.mark.parametrize(
    "ask",
    [by_requests, by_requests_and_urllib3, by_httpx, by_aiohttp, by_http_client],
    ids=lambda ask: ask.__name__,
)
def test_a_header_with_several_values_replays_as_the_library_read_it(
    tmp_path: Path, provider: Provider, ask: Callable[..., Any]
) -> None:
    provider.routes["/name"] = lambda _body: (200, {"X-Name": "a", "x-name": "b"}, b"x")
    unrecorded = ask("GET", f"{provider.url}/name")
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        recorded = ask("GET", f"{provider.url}/name")
    with use_cassette(tmp_path / "c.yaml"):
        replayed = ask("GET", f"{provider.url}/name")
    assert (recorded, replayed) == (unrecorded, unrecorded)
