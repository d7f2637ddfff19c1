"""The recording proxy: what passes is recorded by test, scrubbed, and replayed the same."""

from __future__ import annotations

import gzip
import http.client
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import requests
from pactape.cassettes import read_cassette
from pactape.cassettes.format.locking import locked
from pactape.exchange import ProviderState, Response
from pactape.http_bodies import header
from pactape.recording_proxy import RecordingProxy, RecordingSessions, Upstream
from pactape.replaying import replaying
from pactape.serving import running
from pactape.urls import origin

from tests.helpers.apis import Api, json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.serving import ReceivedRequest

CANONICAL = "https://api.example.com/v1"


def respond(request: ReceivedRequest) -> Response:
    """Return responses that depend on the path."""
    path = request.target
    if path.endswith("/coded"):
        headers = (("Content-Type", "application/json"), ("Content-Encoding", "gzip"))
        return Response(status=200, headers=headers, body=gzip.compress(b'{"coded": true}'))
    if path.endswith("/moved"):
        return Response(status=302, headers=(("Location", f"{origin(request.url)}/v1/users/7"),))
    if path.endswith("/empty"):
        return Response(status=204)
    answer = json_response({"path": path, "access_token": "SECRETq1w2e3r4"})
    length = (("Content-Length", str(len(answer.body))),) if request.method == "HEAD" else ()
    return msgspec.structs.replace(answer, headers=(*answer.headers, *length))


@pytest.fixture
def server() -> Iterator[Api]:
    with serving_api(respond) as api:
        yield api


@pytest.fixture
def api(server: Api) -> str:
    return f"{server.url}/v1"


@contextmanager
def recording(api: str, folder: Path, **options: Any) -> Iterator[str]:
    """Run a proxy while the context lasts, and write its cassettes at the end."""
    sessions = RecordingSessions(folder, **options)
    with running(RecordingProxy(Upstream(api), sessions, canonical_url=CANONICAL)) as proxy:
        yield proxy.url
    sessions.finish_all()


def test_what_passes_is_recorded_below_the_canonical_url(api: str, server: Api, tmp_path: Path) -> None:
    with recording(api, tmp_path) as url:
        answer = requests.post(f"{url}/users//a%2Fb?x=1&x=2", json={"name": "Ada"}, timeout=10)
    (exchange,) = read_cassette(tmp_path / "recorded.yaml")
    assert (answer.status_code, server.received[0].target) == (200, "/v1/users//a%2Fb?x=1&x=2")
    assert (exchange.request.method, exchange.request.url, exchange.request.body) == (
        "POST",
        f"{CANONICAL}/users//a%2Fb?x=1&x=2",
        b'{"name": "Ada"}',
    )


def test_a_request_belongs_to_the_test_that_its_header_names(api: str, server: Api, tmp_path: Path) -> None:
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
    assert not any(name.lower().startswith("pactape") for name, _ in server.received[0].headers)


def test_the_control_endpoint_begins_and_ends_a_test(api: str, tmp_path: Path) -> None:
    states = [{"name": "a user exists", "params": {"id": 7}}]
    with recording(api, tmp_path) as url:
        control = f"{url}/__pactape__/test"
        response = requests.post(control, json={"name": "gets a user", "states": states}, timeout=10)
        requests.get(f"{url}/users/7", timeout=10)
        ended = requests.delete(control, timeout=10)
        assert (tmp_path / "gets-a-user.yaml").is_file()
    (exchange,) = read_cassette(tmp_path / "gets-a-user.yaml")
    assert exchange.provenance is not None
    assert (response.status_code, ended.json()["exchanges"], exchange.provenance.states) == (
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
    assert [secret for secret in ("SECRETq1w2e3r4", "TOKENz6u7i8o9") if secret in text] == []


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
    assert (answer.status_code, "did not respond" in answer.json()["detail"], list(tmp_path.iterdir())) == (
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


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_the_command_records_until_it_is_stopped(api: str, tmp_path: Path, stop: signal.Signals) -> None:
    command = [sys.executable, "-P", "-u", "-m", "pactape", "record", "--upstream", api, "--port", "0"]
    with subprocess.Popen(
        [*command, "--cassettes", "recordings"], cwd=tmp_path, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        url = child.stdout.readline().split()[-1]
        requests.get(f"{url}/users/7", headers={"Pactape-Test": "gets a user"}, timeout=10)
        child.send_signal(stop)
        output, _ = child.communicate(timeout=30)
    (exchange,) = read_cassette(tmp_path / "recordings" / "gets-a-user.yaml")
    assert (child.returncode, exchange.request.url, "1 exchange recorded" in output) == (
        0,
        f"{api}/users/7",
        True,
    )


@pytest.mark.parametrize(
    ("accepted", "forwarded"),
    [("gzip, deflate", "gzip, deflate"), ("compress, gzip;q=0.5, *;q=0.1", "gzip;q=0.5"), ("x", "identity")],
)
def test_an_api_is_asked_only_for_codings_that_can_be_recorded(
    api: str, server: Api, tmp_path: Path, accepted: str, forwarded: str
) -> None:
    with recording(api, tmp_path) as url:
        requests.get(f"{url}/users/7", headers={"Accept-Encoding": accepted}, timeout=10)
    assert header(server.received[0].headers, "accept-encoding") == forwarded


def test_two_commands_do_not_record_into_one_folder(api: str, tmp_path: Path) -> None:
    command = [sys.executable, "-P", "-u", "-m", "pactape", "record", "--upstream", api, "--port", "0"]
    with locked(tmp_path / "cassettes"):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, "is locked by another process. Fix: " in done.stderr) == (2, True)


def test_a_body_that_comes_in_chunks_is_sent_on_with_its_length(
    api: str, server: Api, tmp_path: Path
) -> None:
    with recording(api, tmp_path) as url:
        for _ in range(2):  # the second request shows that nothing of the first one is left on the connection
            requests.post(f"{url}/users", data=iter([b'{"x"', b": 1}"]), timeout=10)
    assert [(request.method, request.body) for request in server.received] == [("POST", b'{"x": 1}')] * 2


def test_an_api_gets_the_headers_that_the_client_sent_and_no_others(
    api: str, server: Api, tmp_path: Path
) -> None:
    with recording(api, tmp_path) as url:
        host, port = url.removeprefix("http://").split(":")
        connection = http.client.HTTPConnection(host, int(port), timeout=10)
        connection.putrequest("GET", "/users/7", skip_accept_encoding=True)
        for cookie in ("theme=dark", "language=en"):
            connection.putheader("Cookie", cookie)
        connection.endheaders()
        connection.getresponse().read()
        connection.close()
    sent = [pair for pair in server.received[0].headers if pair[0].lower() != "host"]
    assert sent == [("Cookie", "theme=dark; language=en")]


def test_a_test_and_a_path_may_be_named_in_utf_8_as_curl_sends_them(
    api: str, server: Api, tmp_path: Path
) -> None:
    with recording(api, tmp_path) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as client:
            head = "GET /café HTTP/1.1\r\nHost: x\r\nConnection: close\r\nPactape-Test: gets a café\r\n\r\n"
            client.sendall(head.encode())
            list(iter(lambda: client.recv(65_536), b""))
    (exchange,) = read_cassette(tmp_path / "gets-a-café.yaml")
    assert (server.received[0].target, exchange.request.url) == (
        "/v1/caf%C3%A9",
        f"{CANONICAL}/caf%C3%A9",
    )
