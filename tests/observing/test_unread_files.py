"""What is read of responses whose bodies are files: those of http.client, urllib and urllib3."""

from __future__ import annotations

import http.client
import json
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import urllib3
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.observing.cassette_usage import recording_usage

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Reading = Callable[[str], object]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving_api(lambda _: json_response({"id": 7, "name": "Ada"}, X_Total="1")) as api:
        yield f"{api.url}/users/7"


def opened(read: Callable[[http.client.HTTPResponse], object]) -> Reading:
    def ask(url: str) -> object:
        with urllib.request.urlopen(url, timeout=30) as response:  # noqa: S310 -- our own server
            return read(response)

    return ask


def received(read: Callable[[http.client.HTTPResponse], object]) -> Reading:
    def ask(url: str) -> object:
        with closing(http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)) as connection:
            connection.request("GET", urlsplit(url).path)
            return read(connection.getresponse())

    return ask


def pooled(read: Callable[[urllib3.BaseHTTPResponse], object]) -> Reading:
    return lambda url: read(urllib3.request("GET", url, timeout=30))


READINGS: dict[str, tuple[Reading, tuple[str, ...] | None]] = {
    "the status, urllib": (opened(lambda response: response.status), ()),
    "the status, http.client": (received(lambda response: response.status), ()),
    "the status, urllib3": (pooled(lambda response: response.status), ()),
    "a header, urllib": (opened(lambda response: response.headers["X-Total"]), ("header: x-total",)),
    "a header, urllib3": (pooled(lambda response: response.headers["X-Total"]), ("header: x-total",)),
    "the body, urllib": (opened(lambda response: response.read()), None),
    "the body, http.client": (received(lambda response: response.read()), None),
    "the first bytes, urllib": (opened(lambda response: response.read(2)), None),
    "the body, urllib3": (pooled(lambda response: response.data), None),
    "a field, urllib": (opened(lambda response: json.load(response)["name"]), ("name",)),
    "a field, urllib3": (pooled(lambda response: response.json()["name"]), ("name",)),
}


@pytest.mark.parametrize(("read", "paths"), READINGS.values(), ids=READINGS)
def test_only_what_is_read_is_recorded(
    read: Reading, paths: tuple[str, ...] | None, url: str, tmp_path: Path
) -> None:
    for mode in (RecordMode.ALL, RecordMode.NONE):
        with use_cassette(tmp_path / "a.yaml", mode=mode) as cassette, recording_usage(cassette):
            assert read(url)
        assert [exchange.reads for exchange in read_cassette(tmp_path / "a.yaml")] == [paths]
