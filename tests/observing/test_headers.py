"""Which headers of responses count as read, by each way to read them, while recording and while replaying."""

from __future__ import annotations

import asyncio
import http.client
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import botocore.session
import httpx
import httpx2
import pytest
import requests
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.observing.cassette_usage import recording_usage

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Reading = Callable[[Any], object]
    Asking = Callable[[str, Reading], object]


ANSWER = json_response(
    {"id": 7},
    X_Total="1",
    Link='<http://users.test/?page=2>; rel="next"',
    Content_Disposition='inline; filename="a.json"',
)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving_api(lambda _: ANSWER) as api:
        yield f"{api.url}/users/7"


def by_requests(url: str, read: Reading) -> object:
    return read(requests.get(url, timeout=30))


def by_httpx(url: str, read: Reading) -> object:
    return read(httpx.get(url, timeout=30))


def by_httpx2(url: str, read: Reading) -> object:
    return read(httpx2.get(url, timeout=30))


def by_urllib3(url: str, read: Reading) -> object:
    return read(urllib3.request("GET", url, timeout=30))


def by_urllib(url: str, read: Reading) -> object:
    with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 -- our own server
        return read(response)


def by_http_client(url: str, read: Reading) -> object:
    with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
        connection.request("GET", urlsplit(url).path)
        return read(connection.getresponse())


def by_aiohttp(url: str, read: Reading) -> object:
    async def ask() -> object:
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return read(response)

    return asyncio.run(ask())


def by_botocore(url: str, read: Reading) -> object:
    client = botocore.session.get_session().create_client(
        "dynamodb", region_name="eu-west-1", endpoint_url=url, config=Config(signature_version=UNSIGNED)
    )
    return read(client.list_tables())


def headers_read(ask: Asking, read: Reading, url: str, file: Path) -> list[tuple[str, ...] | None]:
    """What was read, while recording and while replaying."""
    reads = []
    for mode in (RecordMode.ALL, RecordMode.NONE):
        with use_cassette(file, mode=mode) as cassette, recording_usage(cassette):
            assert ask(url, read)
        reads += [exchange.reads for exchange in read_cassette(file)]
    return reads


ALL_LIBRARIES = [by_requests, by_httpx, by_httpx2, by_urllib3, by_urllib, by_http_client, by_aiohttp]


@pytest.mark.parametrize("ask", ALL_LIBRARIES)
def test_headers_that_are_printed_are_not_read(ask: Asking, url: str, tmp_path: Path) -> None:
    reads = headers_read(
        ask, lambda response: f"{response.headers} {response.headers!r}", url, tmp_path / "a.yaml"
    )
    assert reads == [(), ()]


@pytest.mark.parametrize("ask", ALL_LIBRARIES)
def test_a_header_whose_presence_is_tested_is_read(ask: Asking, url: str, tmp_path: Path) -> None:
    reads = headers_read(ask, lambda response: "X-Total" in response.headers, url, tmp_path / "a.yaml")
    assert reads == [("header: x-total",)] * 2


def test_a_header_of_the_metadata_of_botocore_is_read(url: str, tmp_path: Path) -> None:
    reads = headers_read(
        by_botocore,
        lambda parsed: parsed["ResponseMetadata"]["HTTPHeaders"]["x-total"],
        url,
        tmp_path / "a.yaml",
    )
    assert reads == [("header: x-total", "{}")] * 2


@pytest.mark.parametrize("ask", [by_requests, by_httpx, by_httpx2, by_aiohttp])
def test_the_links_of_a_response_are_a_header(ask: Asking, url: str, tmp_path: Path) -> None:
    reads = headers_read(ask, lambda response: response.links["next"]["url"], url, tmp_path / "a.yaml")
    assert reads == [("header: link",)] * 2


def test_the_file_name_that_aiohttp_gives_is_a_header(url: str, tmp_path: Path) -> None:
    reads = headers_read(
        by_aiohttp, lambda response: response.content_disposition.filename, url, tmp_path / "a.yaml"
    )
    assert reads == [("header: content-disposition",)] * 2


@pytest.mark.parametrize(
    ("ask", "read"),
    [
        (by_http_client, lambda response: response.getheaders()),
        (by_urllib, lambda response: response.getheaders()),
        (by_httpx, lambda response: response.headers.multi_items()),
        (by_httpx2, lambda response: response.headers.multi_items()),
        (by_requests, lambda response: list(response.headers.lower_items())),
        (by_urllib3, lambda response: list(response.headers.iteritems())),
        (by_urllib3, lambda response: list(response.headers.itermerged())),
        (by_aiohttp, lambda response: list(response.headers.items())),
    ],
)
def test_a_test_that_gets_all_headers_reads_all(ask: Asking, read: Reading, url: str, tmp_path: Path) -> None:
    reads = headers_read(ask, read, url, tmp_path / "a.yaml")
    assert reads == [("header: content-disposition", "header: link", "header: x-total")] * 2
