"""A library that leaves decoding to the code under test replays a body in the coding in which it was sent."""

from __future__ import annotations

import asyncio
import gzip
import json
import urllib.request
import zlib
from typing import TYPE_CHECKING

import aiohttp
import brotli
import pytest
import requests
import zstandard
from pactape.cassettes import RecordMode, read_cassette, use_cassette

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

    Answer = tuple[bytes, str | None, str | None]

SECRET = "q8Zr1LmX0vTy7PbK2w"
PLAIN = json.dumps({"name": "Ada", "password": SECRET}).encode()
ABOUT = ("Content-Encoding", "Content-Length")


def by_urllib(url: str) -> Answer:
    with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 -- http by construction
        return response.read(), response.headers[ABOUT[0]], response.headers[ABOUT[1]]


def by_aiohttp(url: str) -> Answer:
    async def ask() -> Answer:
        async with aiohttp.ClientSession(auto_decompress=False) as session, session.get(url) as response:
            return await response.read(), response.headers[ABOUT[0]], response.headers[ABOUT[1]]

    return asyncio.run(ask())


@pytest.mark.parametrize("ask", [by_urllib, by_aiohttp], ids=lambda ask: ask.__name__.removeprefix("by_"))
@pytest.mark.parametrize(
    ("coding", "encode", "decode"),
    [
        ("gzip", gzip.compress, gzip.decompress),
        ("deflate", zlib.compress, zlib.decompress),
        ("br", brotli.compress, brotli.decompress),
        ("zstd", zstandard.compress, zstandard.decompress),
        (
            "deflate, gzip",
            lambda body: gzip.compress(zlib.compress(body)),
            lambda body: zlib.decompress(gzip.decompress(body)),
        ),
    ],
)
def test_a_client_that_decodes_by_itself_gets_the_body_in_its_coding(
    tmp_path: Path,
    provider: Provider,
    ask: Callable[[str], Answer],
    coding: str,
    encode: Callable[[bytes], bytes],
    decode: Callable[[bytes], bytes],
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    provider.routes["/coded"] = lambda _: (200, headers, encode(PLAIN))
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        ask(f"{provider.url}/coded")
    with use_cassette(tmp_path / "c.yaml"):
        body, replayed_coding, length = ask(f"{provider.url}/coded")
    assert json.loads(decode(body)) == {"name": "Ada", "password": "scrubbed"}
    assert (replayed_coding, length) == (coding, str(len(body)))


def test_the_recording_holds_the_decoded_body(tmp_path: Path, provider: Provider) -> None:
    provider.routes["/coded"] = lambda _: (200, {"Content-Encoding": "gzip"}, gzip.compress(b'{"a": 1}'))
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        by_urllib(f"{provider.url}/coded")
    assert read_cassette(tmp_path / "c.yaml")[0].response.body == b'{"a": 1}'


def test_a_library_that_decodes_replays_such_a_recording_decoded(tmp_path: Path, provider: Provider) -> None:
    provider.routes["/coded"] = lambda _: (200, {"Content-Encoding": "gzip"}, gzip.compress(b'{"a": 1}'))
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        by_urllib(f"{provider.url}/coded")
    with use_cassette(tmp_path / "c.yaml"):
        assert requests.get(f"{provider.url}/coded", timeout=30).json() == {"a": 1}
