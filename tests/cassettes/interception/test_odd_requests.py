"""Requests and responses that are less usual: low-level calls, IPv6, odd headers, codings, redirects, nesting."""

from __future__ import annotations

import asyncio
import gzip
import http.client
import io
from contextlib import closing
from typing import TYPE_CHECKING, Any

import aiohttp
import brotli
import httpx
import pytest
import requests
import vcr
import yaml
import zstandard
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.cassettes.interception.allowed_hosts import AllowedHosts
from pactape.cassettes.interception.libraries import http_client_stubs
from pactape.cassettes.interception.libraries.aiohttp_client import session_request
from pactape.cassettes.interception.libraries.streams import RecordingFile
from pactape.errors import NoMatchError, ReplayError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

URL = "http://api.example.com/x"


def by_requests(method: str, url: str, **options: Any) -> tuple[int, bytes, str | None]:
    answer = requests.request(method, url, timeout=30, **options)
    return answer.status_code, answer.content, answer.headers.get("X-Name")


def by_httpx(method: str, url: str, **options: Any) -> tuple[int, bytes, str | None]:
    answer = httpx.request(method, url, timeout=30, trust_env=False, follow_redirects=True, **options)
    return answer.status_code, answer.content, answer.headers.get("X-Name")


def by_aiohttp(method: str, url: str, **options: Any) -> tuple[int, bytes, str | None]:
    async def ask() -> tuple[int, bytes, str | None]:
        async with (
            aiohttp.ClientSession() as session,
            session.request(method, url, allow_redirects=True, **options) as answer,
        ):
            return answer.status, await answer.read(), answer.headers.get("X-Name")

    return asyncio.run(ask())


Ask = "Callable[..., tuple[int, bytes, str | None]]"
every_library = pytest.mark.parametrize(
    "ask", [by_requests, by_httpx, by_aiohttp], ids=lambda each: each.__name__.removeprefix("by_")
)


def cassette(path: Path, *, headers: dict[str, list[str]], body: bytes | str, **more: Any) -> Path:
    """Write a cassette of one GET as another recorder would."""
    response = {
        "status": {"code": 200, "message": "OK"},
        "headers": headers,
        "body": {"string": body},
        **more,
    }
    request: dict[str, Any] = {"method": "GET", "uri": URL, "body": None, "headers": {}}
    document = {"interactions": [{"request": request, "response": response}], "version": 1}
    path.write_text(yaml.safe_dump(document))
    return path


def test_a_request_that_is_built_step_by_step_is_recorded_and_replays(
    tmp_path: Path, provider: Provider
) -> None:
    def ask() -> bytes:
        with closing(
            http.client.HTTPConnection(provider.url.removeprefix("http://"), timeout=30)
        ) as connection:
            connection.putrequest("POST", "/steps")
            connection.putheader("Content-Length", "4")
            connection.putheader(b"Content-Type", b"text/plain")
            connection.endheaders(b"ab")
            connection.send(bytearray(b"cd"))
            return connection.getresponse().read()

    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        recorded = ask()
    assert read_cassette(tmp_path / "c.yaml")[0].request.body == b"abcd"
    with use_cassette(tmp_path / "c.yaml"):
        assert ask() == recorded


def test_text_is_sent_in_the_charset_of_the_library(tmp_path: Path, provider: Provider) -> None:
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        with closing(
            http.client.HTTPConnection(provider.url.removeprefix("http://"), timeout=30)
        ) as connection:
            connection.request("POST", "/a", "caf\xe9")
            connection.getresponse().read()
        requests.post(f"{provider.url}/a", data="caf\xe9", timeout=30)
    bodies = [exchange.request.body for exchange in read_cassette(tmp_path / "c.yaml")]
    assert bodies == [b"caf\xe9", "caf\xe9".encode()] == [body for _, body in provider.received]


@every_library
def test_an_ipv6_host_keeps_its_brackets(tmp_path: Path, ask: Callable[..., Any]) -> None:
    url = "http://[::1]:8080/x"
    path = cassette(tmp_path / "c.yaml", headers={}, body="up")
    path.write_text(path.read_text().replace(URL, url))
    with use_cassette(path):
        assert ask("GET", url)[1] == b"up"


@every_library
@pytest.mark.parametrize("name", ["caf\xe9", "plain"])
def test_a_header_value_replays_as_first_read(
    tmp_path: Path, provider: Provider, ask: Callable[..., Any], name: str
) -> None:
    provider.routes["/name"] = lambda _body: (200, {"X-Name": name}, b"x")
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        recorded = ask("GET", f"{provider.url}/name")
    with use_cassette(tmp_path / "c.yaml"):
        assert ask("GET", f"{provider.url}/name") == recorded


@every_library
def test_a_header_value_beyond_latin_replays(tmp_path: Path, ask: Callable[..., Any]) -> None:
    with use_cassette(cassette(tmp_path / "c.yaml", headers={"X-Name": ["\u4f60"]}, body="x")):
        status, _, value = ask("GET", URL)
    assert status == 200
    assert value in {"\u4f60", "\u4f60".encode().decode("latin-1")}


@every_library
@pytest.mark.parametrize(
    ("coding", "code"),
    [
        ("gzip", gzip.compress),
        ("X-GZIP", gzip.compress),
        ("br", brotli.compress),
        ("zstd", zstandard.compress),
        ("gzip", bytes),
        ("identity", bytes),
    ],
)
def test_a_body_under_a_coding_replays_decoded_whether_it_was_kept_coded_or_not(
    tmp_path: Path, ask: Callable[..., Any], coding: str, code: Callable[[bytes], bytes]
) -> None:
    body = code(b'{"name": "Ada"}')
    headers = {"Content-Encoding": [coding], "Content-Length": [str(len(body))]}
    with use_cassette(cassette(tmp_path / "c.yaml", headers=headers, body=body)):
        assert ask("GET", URL)[1] == b'{"name": "Ada"}'


def test_a_body_that_can_not_be_decoded_stays_unchanged(tmp_path: Path) -> None:
    damaged_body = gzip.compress(b"text")[:-6]
    with use_cassette(
        cassette(tmp_path / "c.yaml", headers={"Content-Encoding": ["gzip"]}, body=damaged_body)
    ):
        assert requests.get(URL, timeout=30).content == damaged_body


def test_an_older_httpx_recording_gives_its_content_beside_a_status(tmp_path: Path) -> None:
    path = cassette(tmp_path / "c.yaml", headers={}, body="", content='{"id": 1}', status_code=200)
    assert read_cassette(path)[0].response.body == b'{"id": 1}'


@pytest.mark.parametrize(("method", "status"), [("HEAD", 302), ("POST", 307), ("PUT", 308), ("POST", 303)])
def test_aiohttp_follows_recorded_redirects_as_live_ones(
    tmp_path: Path, provider: Provider, method: str, status: int
) -> None:
    provider.routes["/old"] = lambda _body: (status, {"Location": "/new", "Set-Cookie": "a=1"}, b"")
    options = {"data": b"x"} if method in {"POST", "PUT"} else {}
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        recorded = by_aiohttp(method, f"{provider.url}/old", **options)
    with use_cassette(tmp_path / "c.yaml"):
        assert by_aiohttp(method, f"{provider.url}/old", **options) == recorded


@every_library
def test_an_allowed_host_passes_the_cassette_by_while_recording_and_replaying(
    tmp_path: Path, provider: Provider, ask: Callable[..., Any]
) -> None:
    path, allow = tmp_path / "c.yaml", [provider.url.removeprefix("http://")]
    for mode in (RecordMode.ALL, RecordMode.NONE):
        with use_cassette(path, mode=mode, allow=allow):
            assert ask("GET", f"{provider.url}/app")[0] == 200
    assert (provider.hits["/app"], path.exists()) == (2, False)


@pytest.mark.parametrize(
    ("entry", "host", "port", "expected"),
    [
        ("localhost", "127.0.0.1", 80, True),
        ("localhost:81", "::1", 80, False),
        ("[::1]:80", "::1", 80, True),
        ("::1", "::1", 5, True),
        ("*.internal", "db.internal", 1, True),
        ("*.internal", "internal", 1, False),
        ("Api.test", "api.test", 443, True),
    ],
)
def test_hosts_are_allowed_by_name_port_and_pattern(
    entry: str, host: str, port: int, *, expected: bool
) -> None:
    assert AllowedHosts([entry]).includes(host, port) is expected


def test_a_url_without_a_valid_port_is_not_an_allowed_host() -> None:
    assert not AllowedHosts(["a.test"]).includes_url("http://a.test:port/")
    assert AllowedHosts(["a.test:443"]).includes_url("https://a.test/x")
    assert not AllowedHosts()


def test_a_stock_cassette_inside_answers_and_the_outer_one_outside(tmp_path: Path) -> None:
    outer = cassette(tmp_path / "outer.yaml", headers={}, body="outer")
    inner = cassette(tmp_path / "inner.yaml", headers={}, body="inner")
    with use_cassette(outer):
        with vcr.use_cassette(str(inner), record_mode="none"):
            inside = by_requests("GET", URL)[1]
        assert (inside, by_requests("GET", URL)[1]) == (b"inner", b"outer")


@pytest.mark.parametrize("record", [RecordMode.ALL, RecordMode.NONE])
def test_a_stock_cassette_inside_records_what_it_lacks(
    tmp_path: Path, provider: Provider, record: RecordMode
) -> None:
    outer = cassette(tmp_path / "outer.yaml", headers={}, body="outer")
    with (
        use_cassette(outer, mode=record, allow=[provider.url.removeprefix("http://")]),
        vcr.use_cassette(str(tmp_path / "inner.yaml")) as inner,
    ):
        requests.get(f"{provider.url}/inside", timeout=30)
    assert [request.uri for request in inner.requests] == [f"{provider.url}/inside"]


def test_a_response_that_does_not_end_in_time_is_refused_with_its_request(
    tmp_path: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client_stubs, "READ_SECONDS", -1)
    with (
        pytest.raises(ReplayError, match=r"GET .*/slow didn't end within"),
        use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL),
    ):
        requests.get(f"{provider.url}/slow", timeout=30)


def test_aiohttp_without_middlewares_is_left_to_vcrpy() -> None:
    async def request(self: Any, method: str, url: str) -> None: ...

    assert session_request(None, request) is None  # type: ignore[arg-type]  # isn't asked


def test_a_recording_file_gives_what_has_come_and_records_it_once() -> None:
    live = io.BytesIO(b"one\ntwo")
    recorded: list[bytes] = []
    file = RecordingFile(live.read, recorded.append)
    buffer = bytearray(2)
    assert (file.readinto(buffer), bytes(buffer), file.readline(), file.read()) == (2, b"on", b"e\n", b"two")
    file.finish()
    assert recorded == [b"one\ntwo"]


def test_a_cassette_is_read_from_where_it_was_when_the_test_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = cassette(tmp_path / "c.yaml", headers={}, body="up")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "other").mkdir()
    with use_cassette(path.relative_to(tmp_path)):
        path.unlink()
        monkeypatch.chdir(tmp_path / "other")
        assert by_requests("GET", URL)[1] == b"up"


@pytest.mark.parametrize(
    ("recorded_query", "requested_query"), [("?a=&b=1", "?b=1"), ("?123", "?456"), ("?a=%FF", "?a=%FE")]
)
def test_a_query_that_differs_in_what_counts_is_not_answered(
    tmp_path: Path, recorded_query: str, requested_query: str
) -> None:
    path = cassette(tmp_path / "c.yaml", headers={}, body="up")
    path.write_text(path.read_text().replace(URL, URL + recorded_query))
    with use_cassette(path):
        assert by_requests("GET", URL + recorded_query)[0] == 200
    with pytest.raises(NoMatchError, match="the query differs"), use_cassette(path):
        by_requests("GET", URL + requested_query)
