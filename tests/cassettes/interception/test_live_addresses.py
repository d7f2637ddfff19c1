"""While recording, requests to a provider's canonical URL go to its live address, whichever library sends them."""

from __future__ import annotations

import asyncio
import http.client
import json
import urllib.request
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import requests
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.cassettes.interception.live_addresses import live_address

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

CANONICAL = "http://api.example.test/v1"
URL = f"{CANONICAL}/users/7?x=1"


def by_http_client() -> bytes:
    connection = http.client.HTTPConnection("api.example.test", timeout=10)
    connection.request("GET", "/v1/users/7?x=1")
    return connection.getresponse().read()


def by_aiohttp() -> bytes:
    async def fetch() -> bytes:
        async with aiohttp.ClientSession() as session, session.get(URL) as response:
            return await response.read()

    return asyncio.run(fetch())


def by_httpx_async() -> bytes:
    async def fetch() -> bytes:
        async with httpx.AsyncClient() as client:
            return (await client.get(URL)).content

    return asyncio.run(fetch())


LIBRARIES: dict[str, Callable[[], bytes]] = {
    "requests": lambda: requests.get(URL, timeout=10).content,
    "urllib": lambda: urllib.request.urlopen(URL, timeout=10).read(),  # noqa: S310 -- a fixed URL
    "http.client": by_http_client,
    "httpx": lambda: httpx.get(URL).content,
    "httpx, asynchronous": by_httpx_async,
    "aiohttp": by_aiohttp,
}


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_request_reaches_the_live_address_and_is_recorded_with_its_own(
    library: str, provider: Provider, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    with use_cassette(path, mode=RecordMode.ALL, live_urls={provider.url: CANONICAL}):
        body = json.loads(LIBRARIES[library]())
    assert body["path"] == "/users/7?x=1"
    assert [exchange.request.url for exchange in read_cassette(path)] == [URL]


def test_a_request_to_the_live_address_is_recorded_with_the_canonical_url(
    provider: Provider, tmp_path: Path
) -> None:
    path = tmp_path / "a.yaml"
    with use_cassette(path, mode=RecordMode.ALL, live_urls={provider.url: CANONICAL}):
        requests.get(f"{provider.url}/users/7", timeout=10)
    assert [exchange.request.url for exchange in read_cassette(path)] == [f"{CANONICAL}/users/7"]


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("http://api.test/v1/users", "http://127.0.0.1:80/x/users"),
        ("http://API.test:80/v1/users", "http://127.0.0.1:80/x/users"),
        ("http://api.test/v1", "http://127.0.0.1:80/x"),
        ("http://api.test/v1?a=/b", "http://127.0.0.1:80/x?a=/b"),
        ("http://api.test/v10/users", None),
        ("https://api.test/v1/users", None),
        ("http://other.test/v1/users", None),
    ],
)
def test_what_lies_below_the_canonical_url_has_a_live_address(url: str, address: str | None) -> None:
    assert live_address(url, {"http://127.0.0.1:80/x": "http://api.test/v1"}) == address
