"""What is read of the response to an upload, whose body the library doesn't keep."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import requests
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.exchange import Response
from pactape.observing.cassette_usage import recording_usage

from tests.helpers.apis import serving_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    stored = Response(status=200, headers=(("ETag", '"v1"'),), body=b"")
    with serving_api(lambda _: stored) as api:
        yield f"{api.url}/files/a.txt"


def pieces() -> Iterator[bytes]:
    yield b"he"
    yield b"llo"


async def put_with_aiohttp(url: str) -> None:
    async with aiohttp.ClientSession() as session, session.put(url, data=b"hello") as response:
        assert response.headers["ETag"]


UPLOADS: dict[str, Callable[[str], object]] = {
    "a generator, requests": lambda url: requests.put(url, data=pieces(), timeout=30).headers["ETag"],
    "a file, requests": lambda url: requests.put(url, data=io.BytesIO(b"hello"), timeout=30).headers["ETag"],
    "a generator, httpx": lambda url: httpx.put(url, content=pieces()).headers["ETag"],
    "a form with a file, httpx": lambda url: httpx.put(url, files={"a": io.BytesIO(b"hello")}).headers[
        "ETag"
    ],
    "bytes, aiohttp": lambda url: asyncio.run(put_with_aiohttp(url)),
}


@pytest.mark.parametrize("upload", UPLOADS.values(), ids=UPLOADS)
@pytest.mark.parametrize("mode", [RecordMode.ALL, RecordMode.NONE])
def test_a_header_that_is_read_is_recorded(
    upload: Callable[[str], object], mode: RecordMode, url: str, tmp_path: Path
) -> None:
    if mode is RecordMode.NONE:
        with use_cassette(tmp_path / "a.yaml", mode=RecordMode.ALL):
            upload(url)
    with use_cassette(tmp_path / "a.yaml", mode=mode) as cassette, recording_usage(cassette):
        upload(url)
    assert [exchange.reads for exchange in read_cassette(tmp_path / "a.yaml")] == [("header: etag",)]


def test_other_requests_of_the_url_keep_their_reads(url: str, tmp_path: Path) -> None:
    with use_cassette(tmp_path / "a.yaml", mode=RecordMode.ALL) as cassette, recording_usage(cassette):
        assert requests.put(url, data=pieces(), timeout=30).headers["ETag"]
        requests.get(url, timeout=30)
    assert [exchange.reads for exchange in read_cassette(tmp_path / "a.yaml")] == [("header: etag",), ()]
