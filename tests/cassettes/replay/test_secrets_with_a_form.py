"""A request replays whatever the form of the secret in it, and wherever a secret is sent that a response gave."""

from __future__ import annotations

import base64
import html
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests
import yaml
from pactape.cassettes import RecordMode, use_cassette
from pactape.errors import NoMatchError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cassettes.conftest import Provider

CLAIMS = base64.urlsafe_b64encode(b'{"sub": "1", "name": "Ada"}').decode().rstrip("=")
SECRETS = {
    "a UUID": "3f2504e0-4f89-41d3-9a0c-0305e82c3301",
    "digits": "918273",
    "a date": "2031-05-06",
    "an e-mail address": "ada.secret@example.org",
    "a token": f"eyJhbGciOiJIUzI1NiJ9.{CLAIMS}.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
    "a user and a password": "ada:q8Zr1LmX0vTy7PbK",
    "a random text": "q8Zr1LmX0vTy7PbK2w",
}
OPTIONS: dict[str, Callable[[str], dict[str, Any]]] = {
    "JSON": lambda secret: {"json": {"user": "ada", "password": secret}},
    "JSON in JSON": lambda secret: {"json": {"message": json.dumps({"password": secret})}},
    "a form": lambda secret: {"data": {"user": "ada", "password": secret}},
    "a multipart form": lambda secret: {"files": {"password": (None, secret)}},
    "a query": lambda secret: {"params": {"password": secret}},
    "an element": lambda secret: {
        "data": f"<a><password>{secret}</password></a>",
        "headers": {"Content-Type": "text/xml"},
    },
    "lines of JSON": lambda secret: {"data": f'{{"a": 1}}\n{{"password": "{secret}"}}\n'},
}


@pytest.mark.parametrize("other", [(1234, 5678, 1234), (8765, 4321, 8765)], ids=["the same", "others"])
def test_requests_with_different_numbers_as_secrets_replay(
    tmp_path: Path, provider: Provider, other: tuple[int, ...]
) -> None:
    def log_in(pins: tuple[int, ...]) -> list[int]:
        url = f"{provider.url}/login"
        return [requests.post(url, json={"pin": pin}, timeout=30).status_code for pin in pins]

    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        log_in((1234, 5678, 1234))
    with use_cassette(tmp_path / "c.yaml"):
        assert log_in(other) == [200, 200, 200]


def test_numbers_that_are_no_secrets_are_told_apart(tmp_path: Path, provider: Provider) -> None:
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        requests.post(f"{provider.url}/led", json={"pin": 17}, timeout=30)
    with pytest.raises(NoMatchError), use_cassette(tmp_path / "c.yaml"):
        requests.post(f"{provider.url}/led", json={"pin": 18}, timeout=30)


@pytest.mark.parametrize("options", OPTIONS.values(), ids=OPTIONS)
@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_a_request_with_a_secret_replays(
    tmp_path: Path, provider: Provider, secret: str, options: Callable[[str], dict[str, Any]]
) -> None:
    def log_in() -> int:
        return requests.post(f"{provider.url}/login", timeout=30, **options(secret)).status_code

    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        log_in()
    with use_cassette(tmp_path / "c.yaml"):
        assert log_in() == 200


GIVEN = [
    "p\xe4ssw\xf6rd-Zr1LmX0v",
    "a\"b\\c'dZr1LmX0v9",
    "p@ss w/rd&x=1%Zr1",
    "ada.secret@example.org",
    SECRETS["a UUID"],
]
PLACES: dict[str, Callable[[str, str], requests.Response]] = {
    "a path": lambda url, secret: requests.get(f"{url}/{quote(secret, safe='')}", timeout=30),
    "a query": lambda url, secret: requests.get(url, params={"q": secret}, timeout=30),
    "JSON": lambda url, secret: requests.post(url, json={"q": secret}, timeout=30),
    "JSON in JSON": lambda url, secret: requests.post(url, json={"q": json.dumps({"a": secret})}, timeout=30),
    "a form": lambda url, secret: requests.post(url, data={"q": secret}, timeout=30),
    "an element": lambda url, secret: requests.post(
        url,
        data=f"<a><q>{html.escape(secret)}</q></a>".encode(),
        headers={"Content-Type": "text/xml"},
        timeout=30,
    ),
}


@pytest.mark.parametrize("send", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("secret", GIVEN)
def test_a_secret_of_a_response_replays_where_it_is_sent_on(
    tmp_path: Path, provider: Provider, secret: str, send: Callable[[str, str], requests.Response]
) -> None:
    provider.json("/login", {"password": secret})

    def ask() -> int:
        password = requests.get(f"{provider.url}/login", timeout=30).json()["password"]
        return send(f"{provider.url}/things", password).status_code

    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        ask()
    with use_cassette(tmp_path / "c.yaml"):
        assert ask() == 200
    text = yaml.safe_dump(
        yaml.safe_load((tmp_path / "c.yaml").read_text()), allow_unicode=True, width=100_000
    )
    assert [form for form in (secret, quote(secret, safe=""), json.dumps(secret)[1:-1]) if form in text] == []


@pytest.mark.parametrize("send", PLACES.values(), ids=PLACES)
@pytest.mark.parametrize("secret", [*GIVEN, SECRETS["a random text"]])
def test_a_secret_replays_that_was_sent_before_a_request_named_it(
    tmp_path: Path, provider: Provider, secret: str, send: Callable[[str, str], requests.Response]
) -> None:
    def ask() -> int:
        status = send(f"{provider.url}/things", secret).status_code
        requests.post(f"{provider.url}/login", json={"password": secret}, timeout=30)
        return status

    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        ask()
    with use_cassette(tmp_path / "c.yaml"):
        assert ask() == 200


def test_a_request_with_another_text_in_the_place_of_such_a_secret_is_not_answered(
    tmp_path: Path, provider: Provider
) -> None:
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        requests.post(f"{provider.url}/things", json={"q": SECRETS["a random text"]}, timeout=30)
        requests.post(f"{provider.url}/login", json={"password": SECRETS["a random text"]}, timeout=30)
    with pytest.raises(NoMatchError), use_cassette(tmp_path / "c.yaml"):
        requests.post(f"{provider.url}/things", json={"q": "a tulip"}, timeout=30)


def test_a_path_with_another_session_than_the_response_gave_is_not_answered(
    tmp_path: Path, provider: Provider
) -> None:
    provider.json("/login", {"password": SECRETS["a random text"]})
    with use_cassette(tmp_path / "c.yaml", mode=RecordMode.ALL):
        requests.get(f"{provider.url}/login", timeout=30)
        requests.get(f"{provider.url}/sessions/{SECRETS['a random text']}", timeout=30)
    with pytest.raises(NoMatchError), use_cassette(tmp_path / "c.yaml"):
        requests.get(f"{provider.url}/sessions/another-7Zr1LmX0vT", timeout=30)
