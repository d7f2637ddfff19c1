"""Whatever library sends a body in whatever form: it is recorded as it was sent, scrubbed, and replays."""

from __future__ import annotations

import asyncio
import http.client
import io
import urllib.request
from contextlib import closing
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import aiohttp
import botocore.session
import httpx
import pytest
import requests
import urllib3
from botocore.config import Config
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.http_bodies import content_type

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

    from tests.cassettes.conftest import Provider

    Make = Callable[[str, str], dict[str, Any]]
    Send = Callable[[str, dict[str, Any]], int]

SECONDS = 30
SECRET = "hunter2-Zr1LmX0v"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


def text(name: str, secret: str) -> str:
    return f'{{"name": "{name}", "password": "{secret}"}}'


def chunks(name: str, secret: str) -> Iterator[bytes]:
    data = text(name, secret).encode()
    yield data[:7]
    yield data[7:]


async def async_chunks(name: str, secret: str) -> AsyncIterator[bytes]:
    for each in chunks(name, secret):
        yield each


def form_data(name: str, secret: str) -> aiohttp.FormData:
    form = aiohttp.FormData({"name": name, "password": secret})
    form.add_field("file", io.BytesIO(b"\x00\xff hello"), filename="a.bin")
    return form


def files(name: str, secret: str) -> dict[str, Any]:
    return {"data": {"name": name, "password": secret}, "files": {"file": ("a.bin", b"\x00\xff hello")}}


def by_requests(url: str, options: dict[str, Any]) -> int:
    return requests.post(url, timeout=SECONDS, **options).status_code


def by_httpx(url: str, options: dict[str, Any]) -> int:
    return httpx.post(url, timeout=SECONDS, trust_env=False, **options).status_code


def by_async_httpx(url: str, options: dict[str, Any]) -> int:
    async def send() -> int:
        async with httpx.AsyncClient(timeout=SECONDS, trust_env=False) as client:
            return (await client.post(url, **options)).status_code

    return asyncio.run(send())


def by_aiohttp(url: str, options: dict[str, Any]) -> int:
    async def send() -> int:
        made = {name: make() if name == "data" and callable(make) else make for name, make in options.items()}
        async with aiohttp.ClientSession() as session, session.post(url, **made) as response:
            return response.status

    return asyncio.run(send())


def by_urllib3(url: str, options: dict[str, Any]) -> int:
    with urllib3.PoolManager() as pool:
        return pool.request("POST", url, timeout=SECONDS, **options).status


def by_urllib(url: str, options: dict[str, Any]) -> int:
    request = urllib.request.Request(url, method="POST", **options)  # noqa: S310 -- http by construction
    with urllib.request.urlopen(request, timeout=SECONDS) as response:  # noqa: S310 -- as above
        return int(response.status)


def by_http_client(url: str, options: dict[str, Any]) -> int:
    parts = urlsplit(url)
    with closing(http.client.HTTPConnection(parts.netloc, timeout=SECONDS)) as connection:
        connection.request("POST", parts.path, **options)
        return connection.getresponse().status


def by_botocore(url: str, options: dict[str, Any]) -> int:
    parts = urlsplit(url)
    client = botocore.session.get_session().create_client(
        "s3",
        endpoint_url=f"{parts.scheme}://{parts.netloc}",
        region_name="eu-west-1",
        aws_access_key_id="planted",
        aws_secret_access_key="planted",
        config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 0}),
    )
    return int(client.put_object(Bucket="b", Key="k.json", **options)["ResponseMetadata"]["HTTPStatusCode"])


#: The library, and its ways to be given a body that holds a name and a password.
FORMS: dict[str, tuple[Send, Make]] = {
    "requests json": (by_requests, lambda n, s: {"json": {"name": n, "password": s}}),
    "requests bytes": (by_requests, lambda n, s: {"data": text(n, s).encode(), "headers": JSON}),
    "requests str": (by_requests, lambda n, s: {"data": text(n, s), "headers": JSON}),
    "requests bytearray": (
        by_requests,
        lambda n, s: {"data": bytearray(text(n, s).encode()), "headers": JSON},
    ),
    "requests mapping": (by_requests, lambda n, s: {"data": {"name": n, "password": s}}),
    "requests pairs": (by_requests, lambda n, s: {"data": [("name", n), ("password", s)]}),
    "requests files": (by_requests, files),
    "requests file": (by_requests, lambda n, s: {"data": io.BytesIO(text(n, s).encode()), "headers": JSON}),
    "requests generator": (by_requests, lambda n, s: {"data": chunks(n, s), "headers": JSON}),
    "httpx json": (by_httpx, lambda n, s: {"json": {"name": n, "password": s}}),
    "httpx bytes": (by_httpx, lambda n, s: {"content": text(n, s).encode(), "headers": JSON}),
    "httpx str": (by_httpx, lambda n, s: {"content": text(n, s), "headers": JSON}),
    "httpx mapping": (by_httpx, lambda n, s: {"data": {"name": n, "password": s}}),
    "httpx files": (by_httpx, files),
    "httpx file": (by_httpx, lambda n, s: {"content": io.BytesIO(text(n, s).encode()), "headers": JSON}),
    "httpx generator": (by_httpx, lambda n, s: {"content": chunks(n, s), "headers": JSON}),
    "async httpx json": (by_async_httpx, lambda n, s: {"json": {"name": n, "password": s}}),
    "async httpx files": (by_async_httpx, files),
    "async httpx generator": (by_async_httpx, lambda n, s: {"content": async_chunks(n, s), "headers": JSON}),
    "aiohttp json": (by_aiohttp, lambda n, s: {"json": {"name": n, "password": s}}),
    "aiohttp bytes": (by_aiohttp, lambda n, s: {"data": text(n, s).encode(), "headers": JSON}),
    "aiohttp bytearray": (by_aiohttp, lambda n, s: {"data": bytearray(text(n, s).encode()), "headers": JSON}),
    "aiohttp memoryview": (
        by_aiohttp,
        lambda n, s: {"data": memoryview(text(n, s).encode()), "headers": JSON},
    ),
    "aiohttp str": (by_aiohttp, lambda n, s: {"data": text(n, s), "headers": JSON}),
    "aiohttp mapping": (by_aiohttp, lambda n, s: {"data": {"name": n, "password": s}}),
    "aiohttp pairs": (by_aiohttp, lambda n, s: {"data": [("name", n), ("password", s)]}),
    "aiohttp FormData": (by_aiohttp, lambda n, s: {"data": lambda: form_data(n, s)}),
    "aiohttp mapping with a file": (
        by_aiohttp,
        lambda n, s: {"data": lambda: {"name": n, "password": s, "file": io.BytesIO(b"\x00\xff")}},
    ),
    "aiohttp file": (
        by_aiohttp,
        lambda n, s: {"data": lambda: io.BytesIO(text(n, s).encode()), "headers": JSON},
    ),
    "aiohttp generator": (by_aiohttp, lambda n, s: {"data": lambda: async_chunks(n, s), "headers": JSON}),
    "urllib3 json": (by_urllib3, lambda n, s: {"json": {"name": n, "password": s}}),
    "urllib3 bytes": (by_urllib3, lambda n, s: {"body": text(n, s).encode(), "headers": JSON}),
    "urllib3 bytearray": (by_urllib3, lambda n, s: {"body": bytearray(text(n, s).encode()), "headers": JSON}),
    "urllib3 str": (by_urllib3, lambda n, s: {"body": text(n, s), "headers": JSON}),
    "urllib3 fields": (by_urllib3, lambda n, s: {"fields": {"name": n, "password": s}}),
    "urllib3 file": (by_urllib3, lambda n, s: {"body": io.BytesIO(text(n, s).encode()), "headers": JSON}),
    "urllib3 generator": (by_urllib3, lambda n, s: {"body": chunks(n, s), "headers": JSON}),
    "urllib bytes": (by_urllib, lambda n, s: {"data": text(n, s).encode(), "headers": JSON}),
    "urllib file": (by_urllib, lambda n, s: {"data": io.BytesIO(text(n, s).encode()), "headers": JSON}),
    "urllib generator": (by_urllib, lambda n, s: {"data": chunks(n, s), "headers": JSON}),
    "http.client bytes": (by_http_client, lambda n, s: {"body": text(n, s).encode(), "headers": JSON}),
    "http.client bytearray": (
        by_http_client,
        lambda n, s: {"body": bytearray(text(n, s).encode()), "headers": JSON},
    ),
    "http.client memoryview": (
        by_http_client,
        lambda n, s: {"body": memoryview(text(n, s).encode()), "headers": JSON},
    ),
    "http.client str": (by_http_client, lambda n, s: {"body": text(n, s), "headers": JSON}),
    "http.client file": (
        by_http_client,
        lambda n, s: {"body": io.BytesIO(text(n, s).encode()), "headers": JSON},
    ),
    "http.client list": (by_http_client, lambda n, s: {"body": list(chunks(n, s)), "headers": JSON}),
    "http.client generator": (by_http_client, lambda n, s: {"body": chunks(n, s), "headers": JSON}),
    "botocore bytes": (
        by_botocore,
        lambda n, s: {"Body": text(n, s).encode(), "ContentType": "application/json"},
    ),
    "botocore file": (
        by_botocore,
        lambda n, s: {"Body": io.BytesIO(text(n, s).encode()), "ContentType": "application/json"},
    ),
}


@pytest.fixture(autouse=True)
def _storage(provider: Provider) -> None:
    """S3 answers an upload with no body."""
    provider.routes["/b/k.json"] = lambda _body: (200, {"ETag": '"1"'}, b"")


every_form = pytest.mark.parametrize("form", FORMS)
names = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=20)


@every_form
def test_a_body_is_recorded_as_the_bytes_and_the_content_type_that_were_sent(
    tmp_path: Path, provider: Provider, form: str
) -> None:
    send, make = FORMS[form]
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        send(f"{provider.url}/x", make("Ada", ""))
    (request,) = [each.request for each in read_cassette(tmp_path / "c.yaml")]
    kind, body = provider.received[-1]
    assert (content_type(request.headers), request.body) == (kind, body)


@every_form
def test_a_body_is_scrubbed_and_replays(tmp_path: Path, provider: Provider, form: str) -> None:
    send, make = FORMS[form]
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        recorded = send(f"{provider.url}/x", make("Ada", SECRET))
    assert SECRET in provider.received[-1][1].decode("latin-1")
    assert SECRET not in (tmp_path / "c.yaml").read_text("latin-1")
    hits = provider.hits.total()
    with use_cassette(tmp_path / "c.yaml"):
        replayed = send(f"{provider.url}/x", make("Ada", "another-Secret-91"))
    assert (replayed, provider.hits.total()) == (recorded, hits)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(form=st.sampled_from(sorted(FORMS)), name=names, other=names)
def test_only_the_same_content_is_answered(
    tmp_path_factory: pytest.TempPathFactory, provider: Provider, form: str, name: str, other: str
) -> None:
    send, make = FORMS[form]
    path = tmp_path_factory.mktemp("forms") / "c.yaml"
    with use_cassette(path, mode=RecordMode.ALL):
        send(f"{provider.url}/x", make(name, SECRET))
    with use_cassette(path, mode=RecordMode.NEW_EPISODES) as cassette:
        send(f"{provider.url}/x", make(other, SECRET))
    assert bool(cassette.player.live_interactions) == (name != other)
