"""Bodies with a content coding: they are recorded decoded and scrubbed, and replay as the library decodes them."""

from __future__ import annotations

import asyncio
import gzip
import json
import zlib
from typing import TYPE_CHECKING

import aiohttp
import httpx
import pytest
import requests
import urllib3
from pactape.cassettes import RecordMode, use_cassette

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

SECRET = "q8Zr1LmX0vTy7PbK2w"
PLAIN = json.dumps({"name": "Ada", "password": SECRET}).encode()


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


def by_aiohttp(url: str) -> str:
    async def ask() -> str:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.text()

    return asyncio.run(ask())


def by_urllib3(url: str) -> str:
    with urllib3.PoolManager() as pool:
        return pool.request("GET", url).data.decode()


CLIENTS: dict[str, Callable[[str], str]] = {
    "requests": lambda url: requests.get(url, timeout=30).text,
    "httpx": lambda url: httpx.get(url, timeout=30, trust_env=False).text,
    "urllib3": by_urllib3,
    "aiohttp": by_aiohttp,
}
CODINGS = {
    "deflate": ("deflate", zlib.compress),
    "deflate without a header": ("deflate", raw_deflate),
    "gzip": ("gzip", gzip.compress),
}


@pytest.mark.parametrize("ask", CLIENTS.values(), ids=CLIENTS)
@pytest.mark.parametrize(("label", "encode"), CODINGS.values(), ids=CODINGS)
def test_a_coded_body_replays_decoded_and_without_its_secret(
    tmp_path: Path,
    provider: Provider,
    ask: Callable[[str], str],
    label: str,
    encode: Callable[[bytes], bytes],
) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": label}
    provider.routes["/coded"] = lambda _: (200, headers, encode(PLAIN))
    with use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        ask(f"{provider.url}/coded")
    with use_cassette(tmp_path / "cassette.yaml"):
        assert json.loads(ask(f"{provider.url}/coded")) == {"name": "Ada", "password": "scrubbed"}
