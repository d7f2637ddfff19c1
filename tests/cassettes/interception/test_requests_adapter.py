"""The short way from requests to the cassette gives what the long way through urllib3 gives."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape.cassettes import RecordMode, use_cassette
from pactape.cassettes.interception.libraries import requests_adapter as adapter
from pactape.errors import NoMatchError
from requests.adapters import HTTPAdapter
from urllib3.connectionpool import HTTPConnectionPool
from urllib3.util import Retry

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider

ANSWERS: dict[str, Any] = {
    "/plain": (200, {"Content-Type": "text/plain"}, b"text"),
    "/empty": (204, {}, b""),
    "/cookies": (200, {"Set-Cookie": "theme=dark; Path=/", "X-Odd": "caf\xe9"}, b"{}"),
    "/broken": (503, {"Retry-After": "0"}, b"later"),
    "/moved": (302, {"Location": "/plain"}, b""),
    "/binary": (200, {"Content-Type": "application/octet-stream"}, bytes(range(256))),
}


def reply_with(answer: Any, _body: bytes) -> Any:
    return answer


@pytest.fixture
def cassette(tmp_path: Path, provider: Provider) -> Path:
    """A cassette of all answers."""
    for route, answer in ANSWERS.items():
        provider.routes[route] = partial(reply_with, answer)
    path = tmp_path / "cassette.yaml"
    with use_cassette(path, mode=RecordMode.ALL):
        for body in ANSWERS:
            requests.get(provider.url + body, timeout=5, allow_redirects=False)
        requests.post(f"{provider.url}/echo?b=2&a=1", json={"a": [1, 2]}, timeout=5)
    return path


class LongWay(HTTPAdapter):
    """An adapter with a say of its own on the way to the pool."""

    def add_headers(self, request: requests.PreparedRequest, **_: Any) -> None:
        """Nothing that counts."""


def answer_of(session: requests.Session, url: str, **options: Any) -> dict[str, Any]:
    with session:
        answer = session.request(options.pop("method", "GET"), url, timeout=5, **options)
        return {
            "status": (answer.status_code, answer.reason, answer.url),
            "headers": dict(answer.headers),
            "content": answer.content,
            "cookies": session.cookies.get_dict(),
            "history": [redirect.status_code for redirect in answer.history],
            "raw": (answer.raw.status, answer.raw.getheaders(), answer.raw.version),
            "raw_attributes": set(vars(answer.raw)) - {"retries", "_pool", "_connection"},
        }


def pools_opened(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    opened: list[Any] = []
    real = HTTPAdapter.get_connection_with_tls_context

    def counting(self: HTTPAdapter, *arguments: Any, **options: Any) -> Any:
        opened.append(arguments)
        return real(self, *arguments, **options)

    monkeypatch.setattr(HTTPAdapter, "get_connection_with_tls_context", counting)
    return opened


@pytest.mark.parametrize("path", ANSWERS)
def test_both_ways_give_the_same_answer(cassette: Path, provider: Provider, path: str) -> None:
    with use_cassette(cassette):
        short = answer_of(requests.Session(), provider.url + path, allow_redirects=False)
    session = requests.Session()
    session.mount("http://", LongWay())
    with use_cassette(cassette):
        long = answer_of(session, provider.url + path, allow_redirects=False)
    assert short == long


@pytest.mark.parametrize(
    "body",
    [{"json": {"a": [1, 2]}}, {"data": b'{"a":[1,2]}', "headers": {"Content-Type": "application/json"}}],
)
def test_a_body_is_compared_by_its_meaning_on_the_short_way(
    cassette: Path, provider: Provider, body: dict[str, Any]
) -> None:
    with use_cassette(cassette):
        answer = answer_of(requests.Session(), f"{provider.url}/echo?a=1&b=2", method="POST", **body)
    assert answer["status"][0] == 200


def test_a_plain_request_opens_no_pool(
    cassette: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = pools_opened(monkeypatch)
    with use_cassette(cassette):
        requests.get(f"{provider.url}/plain", timeout=5)
    assert opened == []


def test_a_redirect_is_followed_on_the_short_way(cassette: Path, provider: Provider) -> None:
    with use_cassette(cassette):
        assert answer_of(requests.Session(), f"{provider.url}/moved")["history"] == [302]


def test_retries_by_status_are_left_to_urllib3(cassette: Path, provider: Provider) -> None:
    session = requests.Session()
    session.mount("http://", HTTPAdapter(max_retries=Retry(2, status_forcelist=[503], backoff_factor=0)))
    with pytest.raises(NoMatchError), use_cassette(cassette):
        session.get(f"{provider.url}/broken", timeout=5)


def test_what_a_test_puts_in_the_place_of_the_adapter_stays_there(
    cassette: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    mocked = requests.Response()
    mocked.status_code = 418
    monkeypatch.setattr(HTTPAdapter, "send", lambda *_, **__: mocked)
    with use_cassette(cassette):
        assert requests.get(f"{provider.url}/plain", timeout=5).status_code == 418


def test_what_a_test_puts_in_the_place_of_the_pool_is_asked(
    cassette: Path, provider: Provider, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: Any, **__: Any) -> Any:
        raise OSError("refused")

    monkeypatch.setattr(HTTPConnectionPool, "urlopen", refused)
    with use_cassette(cassette), pytest.raises(requests.ConnectionError):
        requests.get(f"{provider.url}/plain", timeout=5)


def test_a_request_without_a_recording_is_refused_on_the_short_way(
    cassette: Path, provider: Provider
) -> None:
    with pytest.raises(NoMatchError, match="no recorded interaction matches GET"), use_cassette(cassette):
        requests.get(f"{provider.url}/nowhere", timeout=5)


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://a.test:80/b?c=%20#d", "http://a.test/b?c=%20"),
        ("https://a.test:443/", "https://a.test/"),
        ("http://a.test:8000/b", "http://a.test:8000/b"),
        ("http://ada:pw@a.test/b", None),
        ("http://[::1]/b", None),
        ("http://a.test//b", None),
        ("http://a.test/%zz", None),
        ("http+unix://a/b", None),
    ],
)
def test_only_urls_that_urllib3_leaves_alone_take_the_short_way(url: str, expected: str | None) -> None:
    assert adapter.plain_url(url) == expected
