"""The recording proxy at its edges: control requests, states in headers, servers that give no raw target."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import ProviderStateError, ProviderUnreachableError
from pactape.exchange import ProviderState, Request, Response
from pactape.recording_proxy import RecordingApplication, RecordingSessions, Upstream
from pactape.recording_proxy.sessions import read_states
from pactape.replaying.application import request_of
from pactape.replaying.cors import allow_origins

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


class Api(Upstream):
    """An API in this process that keeps the targets it was asked for."""

    def __init__(self) -> None:
        super().__init__("http://api.test/v1")
        self.targets: list[str] = []

    def send(self, request: Request, target: str) -> Response:  # noqa: ARG002 -- the signature of the API
        self.targets.append(target)
        if "down" in target:
            raise ProviderUnreachableError("gave no response", remedy="start it")
        headers = (("Content-Length", "1"), ("Connection", "close"))
        return Response(status=799, headers=headers, body=b"x")


def ask(
    application: Callable[..., Iterable[bytes]], path: str, **environ: Any
) -> tuple[str, dict[str, str], bytes]:
    """Call a WSGI application as a server without REQUEST_URI would."""
    body = environ.pop("body", b"")
    seen: list[Any] = []
    base = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "QUERY_STRING": "",
        "SERVER_NAME": "proxy.test",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "CONTENT_LENGTH": str(len(body)),
    }
    content = b"".join(application({**base, **environ}, lambda *started: seen.append(started)))
    return seen[0][0], dict(seen[0][1]), content


@pytest.fixture
def api() -> Api:
    return Api()


@pytest.fixture
def proxy(api: Api, tmp_path: Path) -> RecordingApplication:
    def set_up(state: ProviderState) -> None:
        if state.name == "impossible":
            raise ProviderStateError("no handler", remedy="add one")

    return RecordingApplication(api, RecordingSessions(tmp_path, set_up=set_up))


def test_a_server_without_raw_targets_is_served_too(proxy: RecordingApplication, api: Api) -> None:
    status, headers, body = ask(proxy, "/a//b", QUERY_STRING="x=1")
    assert (status, headers, body, api.targets) == (
        "799 Recorded",
        {"Content-Length": "1"},
        b"x",
        ["/a//b?x=1"],
    )


def test_ending_a_test_that_never_began_says_so(proxy: RecordingApplication) -> None:
    status, _, body = ask(proxy, "/__pactape__/test", REQUEST_METHOD="DELETE")
    assert (status, json.loads(body)) == ("200 OK", {"name": None, "exchanges": 0})


def test_the_control_endpoint_knows_two_methods(proxy: RecordingApplication) -> None:
    status, _, _ = ask(proxy, "/__pactape__/test", REQUEST_METHOD="PUT")
    assert status == "405 Method Not Allowed"


@pytest.mark.parametrize(
    ("environ", "status"),
    [
        ({"HTTP_PACTAPE_STATES": "[1"}, "422"),
        ({"HTTP_PACTAPE_STATES": "[1]"}, "422"),
        ({"HTTP_PACTAPE_STATES": "impossible", "HTTP_PACTAPE_TEST": "t"}, "422"),
        ({"HTTP_PACTAPE_STATES": "a%20user%20exists", "HTTP_PACTAPE_TEST": "caf%C3%A9"}, "799"),
    ],
)
def test_states_in_a_header_are_read_or_refused(
    proxy: RecordingApplication, environ: dict[str, str], status: str
) -> None:
    assert ask(proxy, "/a", **environ)[0].startswith(status)


def test_an_api_that_is_down_is_a_problem_document(proxy: RecordingApplication) -> None:
    status, headers, _ = ask(proxy, "/down")
    assert (status, headers["Content-Type"]) == ("502 Bad Gateway", "application/problem+json")


@pytest.mark.parametrize(
    ("value", "states"),
    [
        (None, []),
        ("a", ["a"]),
        ([{"name": "b", "parameters": {"id": 1}}, "c"], ["b", "c"]),
    ],
)
def test_states_have_several_forms(value: Any, states: list[str]) -> None:
    assert [each.name for each in read_states(value)] == states


def test_a_body_in_chunks_is_read_to_its_end() -> None:
    environ = {
        "REQUEST_METHOD": "POST",
        "REQUEST_URI": "http://other.test/a",
        "SERVER_NAME": "x",
        "wsgi.url_scheme": "http",
        "HTTP_TRANSFER_ENCODING": "chunked",
        "CONTENT_TYPE": "text/plain",
        "wsgi.input": io.BytesIO(b"abc"),
    }
    request = request_of(environ)
    assert (request.url, request.body, ("Content-Type", "text/plain") in request.headers) == (
        "http://other.test/a",
        b"abc",
        True,
    )


def test_any_origin_may_be_allowed() -> None:
    def hello(_environ: dict[str, Any], start_response: Callable[..., Any]) -> list[bytes]:
        start_response("200 OK", [])
        return [b"x"]

    _, headers, body = ask(allow_origins(hello, "*"), "/", HTTP_ORIGIN="http://page.test")
    assert (headers["Access-Control-Allow-Origin"], body) == ("*", b"x")
