"""Recording and replaying with `use_cassette`, against a real server."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
import requests
from pactape.cassettes import RecordMode, TestOutcome, read_cassette, use_cassette
from pactape.errors import CassetteFormatError, NetworkBlockedError, NoMatchError
from pactape.exchange import Provenance

from tests.cassettes.helpers.project import Project

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider

CANONICAL = "http://api.example.com"


@pytest.fixture
def cassette(tmp_path: Path) -> Path:
    return tmp_path / "cassette.yaml"


def record(path: Path, provider: Provider, *paths: str) -> None:
    with use_cassette(path, mode=RecordMode.ALL):
        for field_path in paths:
            requests.get(provider.url + field_path, timeout=5)


def test_a_recorded_answer_is_replayed_without_asking_the_provider(
    cassette: Path, provider: Provider
) -> None:
    record(cassette, provider, "/users")
    with use_cassette(cassette):
        replayed = requests.get(f"{provider.url}/users", timeout=5).json()
    assert (replayed["hit"], provider.hits["/users"]) == (1, 1)


def test_a_live_url_is_canonical_everywhere_in_the_file(cassette: Path, provider: Provider) -> None:
    provider.routes["/users"] = lambda _body: (
        201,
        {"Location": f"{provider.url}/users/1", "Link": f"<{provider.url}/users?page=2>; rel=next"},
        f'{{"self": "{provider.url}/users/1"}}'.encode(),
    )
    with use_cassette(cassette, mode=RecordMode.ALL, live_urls={provider.url: CANONICAL}):
        requests.post(f"{provider.url}/users", headers={"Referer": provider.url}, timeout=5)
    assert provider.url.removeprefix("http://") not in cassette.read_text()


def test_what_was_recorded_at_a_live_url_replays_at_the_canonical_one(
    cassette: Path, provider: Provider
) -> None:
    with use_cassette(cassette, mode=RecordMode.ALL, live_urls={provider.url: CANONICAL}):
        requests.get(f"{provider.url}/users", timeout=5)
    with use_cassette(cassette):
        assert requests.get(f"{CANONICAL}/users", timeout=5).json()["path"] == "/users"


def test_a_body_keeps_the_length_that_its_header_states(cassette: Path, provider: Provider) -> None:
    provider.json("/token", {"access_token": "a-very-long-access-token-indeed", "expires_in": 60})
    record(cassette, provider, "/token")
    response = read_cassette(cassette)[0].response
    assert dict(response.headers)["Content-Length"] == str(len(response.body))


@pytest.mark.parametrize("mode", list(RecordMode))
def test_every_mode_leaves_the_file_alone_when_the_code_inside_raises(
    cassette: Path, provider: Provider, mode: RecordMode
) -> None:
    record(cassette, provider, "/old")
    before = cassette.read_bytes()

    def ask_and_fail() -> None:
        if mode in {RecordMode.ALL, RecordMode.NEW_EPISODES}:
            requests.get(f"{provider.url}/new", timeout=5)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), use_cassette(cassette, mode=mode):
        ask_and_fail()
    assert cassette.read_bytes() == before


def test_recording_anew_drops_what_was_not_asked_again(cassette: Path, provider: Provider) -> None:
    record(cassette, provider, "/a", "/b")
    record(cassette, provider, "/b")
    assert [exchange.request.url for exchange in read_cassette(cassette)] == [f"{provider.url}/b"]


def test_new_episodes_replays_what_it_has_and_records_the_rest(cassette: Path, provider: Provider) -> None:
    record(cassette, provider, "/a")
    with use_cassette(cassette, mode=RecordMode.NEW_EPISODES):
        for path in ("/a", "/b"):
            requests.get(provider.url + path, timeout=5)
    assert provider.hits == {"/a": 1, "/b": 1}
    assert [exchange.request.url for exchange in read_cassette(cassette)] == [
        f"{provider.url}/a",
        f"{provider.url}/b",
    ]


def test_once_records_a_new_cassette_and_never_extends_one(cassette: Path, provider: Provider) -> None:
    with use_cassette(cassette, mode=RecordMode.ONCE):
        requests.get(f"{provider.url}/a", timeout=5)
    with pytest.raises(NoMatchError), use_cassette(cassette, mode=RecordMode.ONCE):
        requests.get(f"{provider.url}/b", timeout=5)


def test_the_same_run_gives_the_same_bytes(cassette: Path, tmp_path: Path, provider: Provider) -> None:
    provider.json("/users", {"b": 1, "a": [1.50, {"z": None}]})
    record(cassette, provider, "/users")
    record(tmp_path / "again.yaml", provider, "/users")
    assert _undated(cassette) == _undated(tmp_path / "again.yaml")


def _undated(path: Path) -> list[str]:
    lines = path.read_text().splitlines()
    return [line for number, line in enumerate(lines) if "Date:" not in lines[number - 1]]


def test_a_test_that_used_every_answer_gets_a_message_for_a_further_request(
    cassette: Path, provider: Provider
) -> None:
    record(cassette, provider, "/a")
    with use_cassette(cassette) as used:
        requests.get(f"{provider.url}/a", timeout=5)
        with pytest.raises(NoMatchError, match="already been replayed"):
            requests.get(f"{provider.url}/a", timeout=5)
        used.outcome = TestOutcome.FAILED


def test_a_miss_that_the_code_swallows_still_fails(cassette: Path, provider: Provider) -> None:
    record(cassette, provider, "/a")
    with pytest.raises(NoMatchError), use_cassette(cassette), suppress(NoMatchError):
        requests.get(f"{provider.url}/b", timeout=5)


def test_a_socket_of_the_code_s_own_is_refused_by_name(cassette: Path, provider: Provider) -> None:
    import socket  # noqa: PLC0415 -- the only test that opens one

    record(cassette, provider, "/a")
    port = int(provider.url.rpartition(":")[2])
    with pytest.raises(NetworkBlockedError, match=f"127.0.0.1:{port}"), use_cassette(cassette):
        socket.create_connection(("127.0.0.1", port))


def test_a_missing_cassette_says_how_to_record_it(cassette: Path) -> None:
    test = Provenance(test="tests/test_users.py::test_gets", description="gets")
    with pytest.raises(NoMatchError) as error, use_cassette(cassette, provenance=test):
        requests.get("http://api.example.com/", timeout=5)
    assert "pytest --pactape-record all tests/test_users.py::test_gets" in str(error.value)


def test_a_malformed_cassette_is_refused_with_file_and_line(cassette: Path) -> None:
    cassette.write_text("interactions:\n- request: {method: GET\n")
    with pytest.raises(CassetteFormatError, match=r"cassette\.yaml:3"), use_cassette(cassette):
        requests.get("http://api.example.com/", timeout=5)


def test_bytes_come_back_as_sent(cassette: Path, provider: Provider) -> None:
    body = b'{"b":1,"a":1.50,  "s":"\xc3\xa9\\u00e9", "n": 1e2}\n'
    provider.routes["/raw"] = lambda _body: (200, {"Content-Type": "application/json"}, body)
    record(cassette, provider, "/raw")
    with use_cassette(cassette):
        assert requests.get(f"{provider.url}/raw", timeout=5).content == body


@pytest.mark.parametrize("data", [b"\x00\xff\xfe", "naïve ".encode(), b"", b"a\r\nb", b"\x1f\x8b\x08"])
def test_any_bytes_come_back_as_sent(cassette: Path, provider: Provider, data: bytes) -> None:
    provider.routes["/raw"] = lambda _body: (200, {"Content-Type": "application/octet-stream"}, data)
    record(cassette, provider, "/raw")
    with use_cassette(cassette):
        assert requests.get(f"{provider.url}/raw", timeout=5).content == data


def test_a_cassette_that_a_test_uses_by_the_function_is_not_an_orphan(
    pytester: pytest.Pytester, provider: Provider
) -> None:
    project = Project(pytester, provider.url)
    project.write(
        "test_it.py",
        "import os, pactape, pytest, requests\n"
        "@pytest.mark.cassette\n"
        "def test_one(): requests.get(os.environ['API'], timeout=5)\n"
        "@pactape.use_cassette(mode='all')\n"
        "def test_two(): requests.get(os.environ['API'], timeout=5)\n",
    )
    output = project.pytest("--pactape-record", "all")
    assert "exit 0" in output
    assert "orphan" not in output
