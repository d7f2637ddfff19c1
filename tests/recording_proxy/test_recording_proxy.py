"""The recording proxy: what passes is recorded by test, scrubbed, and replayed the same."""

from __future__ import annotations

import gzip
import json
import signal
import subprocess
import sys
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import requests
from pactape.cassettes import read_cassette
from pactape.exchange import ProviderState
from pactape.recording_proxy import RecordingApplication, RecordingSessions, Upstream
from pactape.replaying import replaying
from pactape.serving import serving

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CANONICAL = "https://api.example.com/v1"


class Api(BaseHTTPRequestHandler):
    """An API whose responses depend on the path."""

    protocol_version = "HTTP/1.1"
    received: ClassVar[list[tuple[str, str, dict[str, str], bytes]]] = []

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.received.append((self.command, self.path, dict(self.headers), body))
        status, headers, content = self._content()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status not in {204, 304}:
            self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD" and status not in {204, 304}:
            self.wfile.write(content)

    def _content(self) -> tuple[int, dict[str, str], bytes]:
        json_type = {"Content-Type": "application/json"}
        if self.path.endswith("/coded"):
            return 200, {**json_type, "Content-Encoding": "gzip"}, gzip.compress(b'{"coded": true}')
        if self.path.endswith("/moved"):
            return 302, {"Location": f"http://{self.headers['Host']}/v1/users/7"}, b""
        if self.path.endswith("/empty"):
            return 204, {}, b""
        return 200, json_type, json.dumps({"path": self.path, "access_token": "SECRETq1w2e3r4"}).encode()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def log_message(self, *_arguments: object) -> None: ...


@pytest.fixture
def api() -> Iterator[str]:
    Api.received = []
    with ThreadingHTTPServer(("127.0.0.1", 0), Api) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1"
        server.shutdown()
        thread.join()


@contextmanager
def recording(api: str, folder: Path, **options: Any) -> Iterator[str]:
    """Run a proxy while the context lasts, and write its cassettes at the end."""
    sessions = RecordingSessions(folder, **options)
    application = RecordingApplication(Upstream(api), sessions, canonical_url=CANONICAL)
    with serving(application, name="proxy") as url:
        yield url
    sessions.finish_all()


def test_what_passes_is_recorded_below_the_canonical_url(api: str, tmp_path: Path) -> None:
    with recording(api, tmp_path) as url:
        answer = requests.post(f"{url}/users//a%2Fb?x=1&x=2", json={"name": "Ada"}, timeout=10)
    (exchange,) = read_cassette(tmp_path / "recorded.yaml")
    assert (answer.status_code, Api.received[0][1]) == (200, "/v1/users//a%2Fb?x=1&x=2")
    assert (exchange.request.method, exchange.request.url, exchange.request.body) == (
        "POST",
        f"{CANONICAL}/users//a%2Fb?x=1&x=2",
        b'{"name": "Ada"}',
    )


def test_a_request_belongs_to_the_test_that_its_header_names(api: str, tmp_path: Path) -> None:
    with recording(api, tmp_path) as url:
        for name in ("UserTest::test_gets_a_user", "UserTest::test_lists", "UserTest::test_gets_a_user"):
            headers = {"Pactape-Test": name, "Pactape-States": '["a user exists"]'}
            requests.get(f"{url}/users/7", headers=headers, timeout=10)
    exchanges = read_cassette(tmp_path / "UserTest-test_gets_a_user.yaml")
    provenance = exchanges[0].provenance
    assert provenance is not None
    assert (len(exchanges), provenance.description, provenance.states) == (
        2,
        "gets a user",
        (ProviderState(name="a user exists"),),
    )
    assert not any(name.lower().startswith("pactape") for name in Api.received[0][2])


def test_the_control_endpoint_begins_and_ends_a_test(api: str, tmp_path: Path) -> None:
    states = [{"name": "a user exists", "params": {"id": 7}}]
    with recording(api, tmp_path) as url:
        control = f"{url}/__pactape__/test"
        begun = requests.post(control, json={"name": "gets a user", "states": states}, timeout=10)
        requests.get(f"{url}/users/7", timeout=10)
        ended = requests.delete(control, timeout=10)
        assert (tmp_path / "gets-a-user.yaml").is_file()
    (exchange,) = read_cassette(tmp_path / "gets-a-user.yaml")
    assert exchange.provenance is not None
    assert (begun.status_code, ended.json()["exchanges"], exchange.provenance.states) == (
        201,
        1,
        (ProviderState(name="a user exists", parameters={"id": 7}),),
    )


def test_provider_states_are_set_up_before_the_first_request(api: str, tmp_path: Path) -> None:
    done: list[str] = []
    with recording(api, tmp_path, set_up=lambda state: done.append(state.name)) as url:
        for _ in range(2):
            requests.get(
                f"{url}/x", headers={"Pactape-Test": "t", "Pactape-States": "a user exists"}, timeout=10
            )
    assert done == ["a user exists"]


@pytest.mark.parametrize(("path", "body"), [("coded", b'{"coded": true}'), ("empty", b""), ("users/7", None)])
def test_the_client_gets_what_the_api_sent(api: str, tmp_path: Path, path: str, body: bytes | None) -> None:
    with recording(api, tmp_path) as url:
        through = requests.get(f"{url}/{path}", timeout=10)
    direct = requests.get(f"{api}/{path}", timeout=10)
    assert (through.status_code, through.content) == (
        direct.status_code,
        direct.content if body is None else body,
    )


def test_redirects_lead_through_the_proxy_and_are_recorded_below_the_canonical_url(
    api: str, tmp_path: Path
) -> None:
    with recording(api, tmp_path) as url:
        answer = requests.get(f"{url}/moved", timeout=10, allow_redirects=False)
        assert answer.headers["Location"] == f"{url}/users/7"
    (exchange,) = read_cassette(tmp_path / "recorded.yaml")
    assert ("Location", f"{CANONICAL}/users/7") in exchange.response.headers


def test_no_secret_is_written(api: str, tmp_path: Path) -> None:
    with recording(api, tmp_path) as url:
        answer = requests.get(f"{url}/users/7", headers={"Authorization": "Bearer TOKENz6u7i8o9"}, timeout=10)
    assert answer.json()["access_token"] == "SECRETq1w2e3r4"
    text = (tmp_path / "recorded.yaml").read_text(encoding="utf-8")
    assert [each for each in ("SECRETq1w2e3r4", "TOKENz6u7i8o9") if each in text] == []


def test_what_was_recorded_is_replayed_at_the_same_paths(api: str, tmp_path: Path) -> None:
    with recording(api, tmp_path) as url:
        recorded = requests.get(f"{url}/users/7", timeout=10)
        requests.head(f"{url}/users/7", timeout=10)
    with replaying([tmp_path / "recorded.yaml"], base_url=CANONICAL) as url:
        replayed = requests.get(f"{url}/users/7", timeout=10)
    assert (replayed.status_code, replayed.json()["path"]) == (200, recorded.json()["path"])


def test_an_api_that_is_down_is_a_bad_gateway_and_records_nothing(tmp_path: Path) -> None:
    with recording("http://127.0.0.1:9", tmp_path) as url:
        answer = requests.get(f"{url}/users/7", timeout=20)
    assert (answer.status_code, "gave no response" in answer.json()["detail"], list(tmp_path.iterdir())) == (
        502,
        True,
        [],
    )


@pytest.mark.parametrize("body", [b"{", b"[]", b"{}", b'{"name": "t", "states": [1]}'])
def test_a_test_that_can_not_be_begun_is_refused_with_the_reason(
    api: str, tmp_path: Path, body: bytes
) -> None:
    with recording(api, tmp_path) as url:
        answer = requests.post(f"{url}/__pactape__/test", data=body, timeout=10)
    assert (answer.status_code, "Fix: " in answer.json()["detail"]) == (422, True)


def test_the_command_records_until_it_is_stopped(api: str, tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-u", "-m", "pactape", "record", "--upstream", api, "--port", "0"]
    with subprocess.Popen(
        [*command, "--cassettes", "tapes"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        url = child.stdout.readline().split()[-1]
        requests.get(f"{url}/users/7", headers={"Pactape-Test": "gets a user"}, timeout=10)
        child.send_signal(signal.SIGTERM)
        output, _ = child.communicate(timeout=30)
    (exchange,) = read_cassette(tmp_path / "tapes" / "gets-a-user.yaml")
    assert (child.returncode, exchange.request.url, "1 exchanges recorded" in output) == (
        0,
        f"{api}/users/7",
        True,
    )
