"""What hooks, adapters, transports and middlewares read of a response, before its caller gets it, is observed."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import aiohttp
import httpx
import httpx2
import pytest
import requests
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.observing.cassette_usage import recording_usage
from requests.adapters import HTTPAdapter

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    Reading = Callable[[Any], object]
    Asking = Callable[[str, Reading], object]


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with serving_api(lambda _: json_response({"id": 7, "name": "Ada"}, X_Total="1")) as api:
        yield f"{api.url}/users/7"


def hook_of_requests(url: str, read: Reading) -> None:
    requests.get(url, timeout=30, hooks={"response": lambda response, **_: (read(response), response)[1]})


def adapter_of_requests(url: str, read: Reading) -> None:
    class Adapter(HTTPAdapter):
        def send(self, *arguments: Any, **options: Any) -> requests.Response:
            response = super().send(*arguments, **options)
            read(response)
            return response

    with requests.Session() as session:
        session.mount("http://", Adapter())
        session.get(url, timeout=30)


def hook_of(library: Any) -> Asking:
    def ask(url: str, read: Reading) -> None:
        def hook(response: Any) -> None:
            response.read()
            read(response)

        with library.Client(event_hooks={"response": [hook]}) as client:
            client.get(url)

    return ask


def asynchronous_hook_of_httpx(url: str, read: Reading) -> None:
    async def hook(response: httpx.Response) -> None:
        await response.aread()
        read(response)

    async def ask() -> None:
        async with httpx.AsyncClient(event_hooks={"response": [hook]}) as client:
            await client.get(url)

    asyncio.run(ask())


def authentication_of_httpx(url: str, read: Reading) -> None:
    class Auth(httpx.Auth):
        requires_response_body = True

        def auth_flow(self, request: httpx.Request) -> Any:
            read((yield request))

    httpx.get(url, auth=Auth(), timeout=30)


def transport_of_httpx(url: str, read: Reading) -> None:
    class Transport(httpx.HTTPTransport):
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            response = super().handle_request(request)
            response.read()
            read(response)
            return response

    with httpx.Client(transport=Transport()) as client:
        client.get(url)


def observed(ask: Asking, read: Reading, url: str, file: Path) -> list[tuple[str, ...] | None]:
    """What was read, while recording and while replaying."""
    reads = []
    for mode in (RecordMode.ALL, RecordMode.NONE):
        with use_cassette(file, mode=mode) as cassette, recording_usage(cassette):
            ask(url, read)
        reads += [exchange.reads for exchange in read_cassette(file)]
    return reads


@pytest.mark.parametrize(
    ("read", "paths"),
    [
        (lambda response: response.headers["X-Total"], ("header: x-total",)),
        (lambda response: response.headers.get("x-total"), ("header: x-total",)),
        (lambda response: "X-Total" in response.headers, ("header: x-total",)),
        (lambda response: "Ada" in response.text, None),
        (lambda response: json.loads(response.content)["name"], ("name",)),
        (lambda response: response.json()["name"], ("name",)),
        (lambda response: response.status_code, ()),
    ],
)
@pytest.mark.parametrize(
    "ask",
    [
        hook_of_requests,
        adapter_of_requests,
        hook_of(httpx),
        hook_of(httpx2),
        asynchronous_hook_of_httpx,
        authentication_of_httpx,
        transport_of_httpx,
    ],
)
def test_what_code_reads_while_a_request_is_sent_is_recorded(
    ask: Asking, read: Reading, paths: tuple[str, ...] | None, url: str, tmp_path: Path
) -> None:
    assert observed(ask, read, url, tmp_path / "a.yaml") == [paths, paths]


async def the_text(response: aiohttp.ClientResponse) -> object:
    return await response.text()


async def a_header(response: aiohttp.ClientResponse) -> object:
    return response.headers["X-Total"]


async def the_presence_of_a_header(response: aiohttp.ClientResponse) -> object:
    return "X-Total" in response.headers


async def the_status(response: aiohttp.ClientResponse) -> object:
    return response.status


@pytest.mark.parametrize(
    ("read", "paths"),
    [
        (the_text, None),
        (a_header, ("header: x-total",)),
        (the_presence_of_a_header, ("header: x-total",)),
        (the_status, ()),
    ],
)
def test_what_middlewares_of_aiohttp_read_is_recorded(
    read: Callable[[aiohttp.ClientResponse], Any], paths: tuple[str, ...] | None, url: str, tmp_path: Path
) -> None:
    async def middleware(request: Any, handler: Any) -> Any:
        response = await handler(request)
        await read(response)
        return response

    async def ask() -> None:
        async with aiohttp.ClientSession(middlewares=(middleware,)) as session, session.get(url):
            pass

    recorded, _ = observed(lambda *_: asyncio.run(ask()), lambda _: None, url, tmp_path / "a.yaml")
    assert recorded == paths  # vcrpy calls no middlewares while replaying
