"""What is read of the responses of aiohttp, by each way to read them, while recording and while replaying."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import aiohttp
import pytest
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.observing.cassette_usage import recording_usage

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving_api(lambda _: json_response({"id": 7, "name": "Ada"}, X_Total="1")) as api:
        yield api.url


async def status(response: aiohttp.ClientResponse) -> object:
    return response.status


async def a_header(response: aiohttp.ClientResponse) -> object:
    return response.headers["X-Total"]


async def the_text(response: aiohttp.ClientResponse) -> object:
    return await response.text()


async def the_stream(response: aiohttp.ClientResponse) -> object:
    return await response.content.read()


async def a_field(response: aiohttp.ClientResponse) -> object:
    return (await response.json())["name"]


async def a_field_of_the_text(response: aiohttp.ClientResponse) -> object:
    return json.loads(await response.text())["name"]


async def a_field_of_the_stream(response: aiohttp.ClientResponse) -> object:
    return json.loads(await response.content.read())["name"]


READINGS = [
    (status, ()),
    (a_header, ("header: x-total",)),
    (the_text, None),
    (the_stream, None),
    (a_field, ("name",)),
    (a_field_of_the_text, ("name",)),
    (a_field_of_the_stream, ("name",)),
]


@pytest.mark.parametrize(("read", "paths"), READINGS, ids=[read.__name__ for read, _ in READINGS])
def test_only_what_is_read_is_recorded(
    read: Callable[[aiohttp.ClientResponse], Awaitable[object]],
    paths: tuple[str, ...] | None,
    url: str,
    tmp_path: Path,
) -> None:
    async def ask() -> None:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            assert await read(response)

    for mode in (RecordMode.ALL, RecordMode.NONE):
        with use_cassette(tmp_path / "a.yaml", mode=mode) as cassette, recording_usage(cassette):
            asyncio.run(ask())
        assert [exchange.reads for exchange in read_cassette(tmp_path / "a.yaml")] == [paths]
