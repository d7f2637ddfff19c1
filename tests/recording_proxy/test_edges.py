"""The recording proxy at its edges: control requests, states in headers, an API that is down."""

from __future__ import annotations

import json
import socket
import threading
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import ProviderStateError, ProviderUnreachableError
from pactape.exchange import ProviderState, Request, Response
from pactape.recording_proxy import RecordingProxy, RecordingSessions, Upstream
from pactape.recording_proxy.sessions import read_states
from pactape.serving import ReceivedRequest

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Api(Upstream):
    """An API in this process that keeps the targets it was asked for."""

    def __init__(self) -> None:
        super().__init__("http://api.test/v1")
        self.targets: list[str] = []

    def send(self, request: Request, target: str) -> Response:  # noqa: ARG002 -- the signature of the API
        self.targets.append(target)
        if "down" in target:
            raise ProviderUnreachableError("did not respond", remedy="start it")
        headers = (("Content-Length", "1"), ("Connection", "close"))
        return Response(status=799, headers=headers, body=b"x")


def ask(
    proxy: RecordingProxy, target: str, *, method: str = "GET", headers: tuple[tuple[str, str], ...] = ()
) -> Response:
    """Have a proxy answer a request that another thread would have read from a socket."""
    request = ReceivedRequest(method=method, url=f"http://proxy.test{target}", target=target, headers=headers)
    return proxy.reply(request)


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def proxy(api: Api, tmp_path: Path) -> Iterator[RecordingProxy]:
    def set_up(state: ProviderState) -> None:
        if state.name == "impossible":
            raise ProviderStateError("no handler", remedy="add one")

    with RecordingProxy(api, RecordingSessions(tmp_path, set_up=set_up)) as bound:
        yield bound


def test_targets_are_forwarded_unchanged(proxy: RecordingProxy, api: Api) -> None:
    answer = ask(proxy, "/a//b%2Fc?x=1")
    assert (answer.status, answer.body, api.targets) == (799, b"x", ["/a//b%2Fc?x=1"])


def test_an_exchange_whose_cassette_can_not_be_written_is_a_failure_and_not_counted(
    api: Api, tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    sessions = RecordingSessions(tmp_path / "file" / "cassettes")
    with RecordingProxy(api, sessions) as proxy:
        assert ask(proxy, "/users").status == 500
    (failure,) = sessions.failures
    assert failure.startswith("GET http://api.test/v1/users: ")
    assert sessions.finish_all() == []


def test_ending_a_test_that_never_began_gives_no_exchanges(proxy: RecordingProxy) -> None:
    answer = ask(proxy, "/__pactape__/test", method="DELETE")
    assert (answer.status, json.loads(answer.body)) == (200, {"name": None, "exchanges": 0})


def test_a_request_about_the_server_itself_is_refused(proxy: RecordingProxy, api: Api) -> None:
    assert (ask(proxy, "*", method="OPTIONS").status, api.targets) == (501, [])


def test_the_control_endpoint_refuses_other_methods(proxy: RecordingProxy) -> None:
    assert ask(proxy, "/__pactape__/test", method="PUT").status == 405


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Pactape-States": "[1"}, 422),
        ({"Pactape-States": "[1]"}, 422),
        ({"Pactape-States": "impossible", "Pactape-Test": "t"}, 422),
        ({"Pactape-States": "a%20user%20exists", "Pactape-Test": "caf%C3%A9"}, 799),
    ],
)
def test_states_in_a_header_are_read_or_refused(
    proxy: RecordingProxy, headers: dict[str, str], status: int
) -> None:
    assert ask(proxy, "/a", headers=tuple(headers.items())).status == status


@pytest.mark.parametrize(
    ("method", "url", "headers"),
    [
        ("CONNECT", "http://api.example.com:443", {}),
        ("GET", "http://api.example.com/users", {}),
        ("GET", "http://proxy.test/socket", {"Connection": "Upgrade", "Upgrade": "websocket"}),
    ],
)
def test_what_can_not_be_recorded_is_refused_and_not_forwarded(
    proxy: RecordingProxy, api: Api, method: str, url: str, headers: dict[str, str]
) -> None:
    request = ReceivedRequest(
        method=method, url=url, target="/users", is_absolute="example" in url, headers=tuple(headers.items())
    )
    answer = proxy.reply(request)
    assert (answer.status, b"Fix: " in answer.body, api.targets) == (501, True, [])


def test_a_url_with_the_proxys_own_port_is_forwarded(proxy: RecordingProxy, api: Api) -> None:
    url = f"http://localhost:{proxy.server_port}/users"
    proxy.reply(ReceivedRequest(method="GET", url=url, target="/users", is_absolute=True))
    assert api.targets == ["/users"]


@pytest.mark.parametrize(
    ("response", "reason"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n0123456789", "ended in the middle of a response"),
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
            "ended in the middle of a response",
        ),
        (b"SSH-2.0-x\r\n", "did not respond"),
    ],
)
def test_a_response_that_is_not_complete_is_an_error_with_the_reason(response: bytes, reason: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(response)

        thread = threading.Thread(target=serve)
        thread.start()
        upstream = Upstream(f"http://127.0.0.1:{listener.getsockname()[1]}")
        with pytest.raises(ProviderUnreachableError, match=reason):
            upstream.send(Request(method="GET", url=f"{upstream.url}/"), "/")
        thread.join()


def test_an_api_that_is_down_is_a_problem_document(proxy: RecordingProxy) -> None:
    answer = ask(proxy, "/down")
    assert (answer.status, dict(answer.headers)["Content-Type"]) == (502, "application/problem+json")


@pytest.mark.parametrize(
    ("value", "states"),
    [
        (None, []),
        ("a", ["a"]),
        ([{"name": "b", "parameters": {"id": 1}}, "c"], ["b", "c"]),
    ],
)
def test_states_have_several_forms(value: Any, states: list[str]) -> None:
    assert [state.name for state in read_states(value)] == states
