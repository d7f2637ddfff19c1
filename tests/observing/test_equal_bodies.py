"""What is read of responses whose bodies are equal, in libraries whose responses don't name their request."""

from __future__ import annotations

import asyncio
import json
import urllib.request
from typing import TYPE_CHECKING

import aiohttp
import pytest
import urllib3
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.observing.cassette_usage import recording_usage

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

READS = (("first", "id"), ("second", "name"))


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving_api(lambda _: json_response({"id": 7, "name": "Ada"})) as api:
        yield api.url


def read_with_urllib(url: str) -> None:
    for path, field in READS:
        with urllib.request.urlopen(f"{url}/{path}", timeout=30) as response:  # noqa: S310 -- our own server
            assert json.loads(response.read())[field]


def read_with_urllib3(url: str) -> None:
    with urllib3.PoolManager(timeout=30) as pool:
        for path, field in READS:
            assert pool.request("GET", f"{url}/{path}").json()[field]


async def _read_with_aiohttp(url: str) -> None:
    async with aiohttp.ClientSession() as session:
        for path, field in READS:
            async with session.get(f"{url}/{path}") as response:
                assert (await response.json())[field]


def read_with_aiohttp(url: str) -> None:
    asyncio.run(_read_with_aiohttp(url))


@pytest.mark.parametrize("read", [read_with_urllib, read_with_urllib3, read_with_aiohttp])
def test_fields_are_recorded_for_the_response_that_they_were_read_of(
    read: Callable[[str], None], url: str, tmp_path: Path
) -> None:
    with use_cassette(tmp_path / "a.yaml", mode=RecordMode.ALL) as cassette, recording_usage(cassette):
        read(url)
    recorded = [exchange.reads for exchange in read_cassette(tmp_path / "a.yaml")]
    with use_cassette(tmp_path / "a.yaml") as cassette, recording_usage(cassette):
        read(url)
    observed_again = [exchange.reads for exchange in read_cassette(tmp_path / "a.yaml")]
    assert (recorded, observed_again) == ([("id",), ("name",)], [("id",), ("name",)])


def test_a_response_that_repeats_the_body_of_its_request_is_read_by_the_test_alone(tmp_path: Path) -> None:
    with serving_api(lambda request: json_response(json.loads(request.body))) as api:
        for mode in (RecordMode.ALL, RecordMode.NONE):
            with use_cassette(tmp_path / "a.yaml", mode=mode) as cassette, recording_usage(cassette):
                response = urllib3.request("POST", api.url, json={"id": 7, "name": "Ada"}, timeout=30)
                assert response.json()["name"] == "Ada"
            assert [exchange.reads for exchange in read_cassette(tmp_path / "a.yaml")] == [("name",)]
