"""Responses that code under test reads in unusual ways replay as they were read."""

from __future__ import annotations

import asyncio
import gzip
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import urllib3
from pactape.cassettes import RecordMode, use_cassette
from tornado.httpclient import AsyncHTTPClient

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

TEXT = b"some text that is worth compressing " * 9


@pytest.fixture
def recorded_and_replayed(tmp_path: Path) -> Callable[[Callable[[], Any]], list[Any]]:
    """What a function returns while it is recorded, and while it replays."""

    def twice(read: Callable[[], Any]) -> list[Any]:
        values = []
        for mode in (RecordMode.ONCE, RecordMode.NONE):
            with use_cassette(tmp_path / "one.yaml", mode=mode):
                values.append(read())
        return values

    return twice


def _compressed(_: object) -> tuple[int, dict[str, str], bytes]:
    return 200, {"Content-Encoding": "gzip", "Content-Type": "text/plain"}, gzip.compress(TEXT, mtime=0)


@pytest.mark.parametrize("is_async", [False, True])
def test_coded_bytes_that_httpx_reads_replay_coded(
    provider: Provider, recorded_and_replayed: Callable[..., list[Any]], *, is_async: bool
) -> None:
    provider.routes["/text"] = _compressed

    def read() -> tuple[bytes, str]:
        with httpx.stream("GET", f"{provider.url}/text") as response:
            return b"".join(response.iter_raw()), response.headers["Content-Encoding"]

    async def read_async() -> tuple[bytes, str]:
        async with httpx.AsyncClient() as client, client.stream("GET", f"{provider.url}/text") as response:
            return b"".join([part async for part in response.aiter_raw()]), response.headers[
                "Content-Encoding"
            ]

    def decoded() -> tuple[bytes, str]:
        body, coding = asyncio.run(read_async()) if is_async else read()
        return gzip.decompress(body), coding

    assert recorded_and_replayed(decoded) == [(TEXT, "gzip")] * 2


def test_a_response_that_a_transport_makes_itself_is_recorded_with_its_body(
    recorded_and_replayed: Callable[..., list[Any]],
) -> None:
    def read() -> str:
        transport = httpx.MockTransport(lambda _: httpx.Response(200, text="made"))
        with httpx.Client(transport=transport) as client:
            return client.get("http://api.test/").text

    assert recorded_and_replayed(read) == ["made", "made"]


def test_chunks_of_urllib3_are_recorded_and_replay(
    provider: Provider, recorded_and_replayed: Callable[..., list[Any]]
) -> None:
    provider.routes["/text"] = _compressed

    def read() -> bytes:
        with urllib3.PoolManager() as pool:
            response = pool.request("GET", f"{provider.url}/text", preload_content=False)
            return b"".join(response.read_chunked())

    assert recorded_and_replayed(read) == [TEXT, TEXT]


def test_responses_of_tornado_are_recorded_and_replay(
    provider: Provider, recorded_and_replayed: Callable[..., list[Any]]
) -> None:
    async def read() -> list[bytes]:
        client = AsyncHTTPClient()
        urls = [f"{provider.url}/{number}" for number in range(3)]
        return [response.body for response in await asyncio.gather(*map(client.fetch, urls))]

    recorded, replayed = recorded_and_replayed(lambda: asyncio.run(asyncio.wait_for(read(), 20)))

    assert recorded == replayed
    assert len(set(recorded)) == 3
