"""What is read of responses whose bodies are files: those of http.client, urllib and urllib3, and of streams."""

from __future__ import annotations

import csv
import http.client
import json
import urllib.request
import xml.etree.ElementTree as ET
from contextlib import closing
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
import requests
import urllib3
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.exchange import Response
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


def streamed(read: Callable[[requests.Response], object]) -> Reading:
    def ask(url: str) -> object:
        with requests.get(url, stream=True, timeout=30) as response:
            return read(response)

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
    "the status, requests": (streamed(lambda response: response.ok), ()),
    "a header, requests": (streamed(lambda response: response.headers["X-Total"]), ("header: x-total",)),
    "the body, requests": (streamed(lambda response: response.raw.read()), None),
    "a field, requests": (streamed(lambda response: json.load(response.raw)["name"]), ("name",)),
    "a field, urllib": (opened(lambda response: json.load(response)["name"]), ("name",)),
    "a field, urllib3": (pooled(lambda response: response.json()["name"]), ("name",)),
}


TEXTS: dict[str, tuple[Reading, tuple[str, ...]]] = {
    "csv": (
        opened(
            lambda response: [row["name"] for row in csv.DictReader(response.read().decode().splitlines())]
        ),
        ("[].name",),
    ),
    "xml": (
        opened(lambda response: ET.fromstring(response.read()).findtext("name")),  # noqa: S314 -- our own
        ("user.name.#text",),
    ),
}


@pytest.mark.parametrize("media_type", TEXTS)
def test_what_is_read_of_the_text_of_a_file_is_recorded(media_type: str, tmp_path: Path) -> None:
    read, paths = TEXTS[media_type]
    body = {"csv": b"id,name\n7,Ada\n", "xml": b"<user><id>7</id><name>Ada</name></user>"}[media_type]
    response = Response(status=200, headers=(("Content-Type", f"text/{media_type}"),), body=body)
    with (
        serving_api(lambda _: response) as api,
        use_cassette(tmp_path / "a.yaml", mode=RecordMode.ALL) as cassette,
        recording_usage(cassette),
    ):
        assert read(api.url)
    assert [exchange.reads for exchange in read_cassette(tmp_path / "a.yaml")] == [paths]


@pytest.mark.parametrize(("read", "paths"), READINGS.values(), ids=READINGS)
def test_only_what_is_read_is_recorded(
    read: Reading, paths: tuple[str, ...] | None, url: str, tmp_path: Path
) -> None:
    for mode in (RecordMode.ALL, RecordMode.NONE):
        with use_cassette(tmp_path / "a.yaml", mode=mode) as cassette, recording_usage(cassette):
            assert read(url)
        assert [exchange.reads for exchange in read_cassette(tmp_path / "a.yaml")] == [paths]
