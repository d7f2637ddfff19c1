"""The proxy server: handles control requests at its own path, and forwards everything else to the API."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

import msgspec

from pactape.errors import BadInputError, OutputError, PactapeError, ProviderUnreachableError
from pactape.exchange import Request, Response
from pactape.http_bodies import header, with_base_url
from pactape.recording_proxy.sessions import read_states
from pactape.serving import LoopbackServer
from pactape.urls import origin, split_url

if TYPE_CHECKING:
    from pactape.recording_proxy.session import TestSession
    from pactape.recording_proxy.sessions import RecordingSessions
    from pactape.recording_proxy.upstream import Upstream
    from pactape.serving import ReceivedRequest

__all__ = ["CONTROL", "STATES_HEADER", "TEST_HEADER", "RecordingProxy"]

#: The path of the control endpoint: POST starts a test, DELETE ends it.
CONTROL = "/__pactape__/test"
TEST_HEADER = "Pactape-Test"
STATES_HEADER = "Pactape-States"
_OWN = frozenset({TEST_HEADER.lower(), STATES_HEADER.lower()})


class RecordingProxy(LoopbackServer):
    """Forwards requests to an API, and records them with the responses.

    A request belongs to the test in its header `Pactape-Test`, or to the one started at the control endpoint.

    Args:
        upstream: The API.
        sessions: The tests and their cassettes.
        canonical_url: The base URL in recordings; by default the API's.
        host: The address to listen on.
        port: The port; 0 for any free port.

    Raises:
        OutputError: The port can't be bound.
    """

    def __init__(
        self,
        upstream: Upstream,
        sessions: RecordingSessions,
        *,
        canonical_url: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        super().__init__(host=host, port=port)
        self._upstream = upstream
        self._sessions = sessions
        self._canonical = (canonical_url or upstream.url).rstrip("/")

    def reply(self, request: ReceivedRequest) -> Response:
        """Return the API's response, or that of the control endpoint."""
        try:
            if request.target.partition("?")[0] == CONTROL:
                return self._control(request)
            return self._forward(request)
        except ProviderUnreachableError as error:
            return _problem(HTTPStatus.BAD_GATEWAY, error)
        except OutputError as error:
            return _problem(HTTPStatus.INTERNAL_SERVER_ERROR, error)
        except PactapeError as error:
            return _problem(HTTPStatus.UNPROCESSABLE_ENTITY, error)

    def _control(self, request: Request) -> Response:
        if request.method == "DELETE":
            return _json(HTTPStatus.OK, _summary(self._sessions.finish(_test_name(request))))
        if request.method != "POST":
            return _json(HTTPStatus.METHOD_NOT_ALLOWED, {"detail": "POST starts a test, DELETE ends it"})
        try:
            document = msgspec.json.decode(request.body or b"{}", type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise BadInputError(
                f"the body is not a JSON object ({error})", remedy='send {"name": …}'
            ) from error
        name = document.get("name")
        if not isinstance(name, str) or not name:
            raise BadInputError("the test has no name", remedy='send {"name": "gets a user", "states": []}')
        return _json(
            HTTPStatus.CREATED, _summary(self._sessions.start(name, read_states(document.get("states"))))
        )

    def _forward(self, request: ReceivedRequest) -> Response:
        if (refusal := self._refusal(request)) is not None:
            return _json(HTTPStatus.NOT_IMPLEMENTED, {"detail": refusal})
        session = self._sessions.prepare(_test_name(request), _states(request))
        headers = tuple(pair for pair in request.headers if pair[0].lower() not in _OWN)
        sent = Request(method=request.method.upper(), url=request.url, headers=headers, body=request.body)
        response = self._upstream.send(sent, request.target)
        host = self._canonical.partition("://")[2].partition("/")[0]
        recorded = tuple((name, host if name.lower() == "host" else value) for name, value in headers)
        session.record(
            msgspec.structs.replace(sent, url=f"{self._canonical}{request.target}", headers=recorded),
            _with_urls(response, self._upstream.url, self._canonical),
        )
        return _with_urls(response, self._upstream.url, origin(request.url))

    def _refusal(self, request: ReceivedRequest) -> str | None:
        """Return why a request can't be recorded here, although it reached this server; None if it can."""
        if request.target == "*":
            return "A request about the server itself (*) has no URL, and can't be recorded"
        is_tunnel, protocol = request.method == "CONNECT", header(request.headers, "Upgrade")
        if is_tunnel or (request.is_absolute and split_url(request.url).port != self.server_port):
            wanted = request.target if is_tunnel else origin(request.url)
            return (
                f"{wanted} was requested through this server as an HTTP proxy, but it records "
                f"{self._upstream.url}. Fix: use {self.url} as the base URL in the client, and no proxy settings"
            )
        if protocol and protocol.lower() == "websocket":
            return "WebSocket connections can't be recorded. Fix: connect to the API itself"
        return None


def _with_urls(response: Response, old: str, new: str) -> Response:
    return msgspec.structs.replace(response, headers=with_base_url(response.headers, old, new))


def _test_name(request: Request) -> str | None:
    name = header(request.headers, TEST_HEADER)
    return _decoded(name) if name else None


def _states(request: Request) -> tuple[Any, ...]:
    """Return the provider states of the header: a JSON array or one name."""
    text = header(request.headers, STATES_HEADER)
    if not text:
        return ()
    text = _decoded(text)
    try:
        value = json.loads(text) if text.lstrip()[:1] in {"[", "{"} else text
    except ValueError as error:
        raise BadInputError(
            f"the header {STATES_HEADER} is not valid JSON ({error})",
            remedy='send a name, or ["a user exists"]',
        ) from error
    return read_states(value)


def _decoded(value: str) -> str:
    """Return a header's text, which is percent-encoded, or UTF-8 as curl sends it."""
    data = unquote_to_bytes(value.encode("latin-1"))
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("latin-1")


def _summary(session: TestSession | None) -> dict[str, Any]:
    if session is None:
        return {"name": None, "exchanges": 0}
    counts = {
        "name": session.name or None,
        "cassette": str(session.path),
        "exchanges": len(session.exchanges),
    }
    return {**counts, "failures": session.failures} if session.failures else counts


def _json(status: int, value: Any, kind: str = "application/json") -> Response:
    return Response(status=status, headers=(("Content-Type", kind),), body=json.dumps(value).encode() + b"\n")


def _problem(status: HTTPStatus, error: Exception) -> Response:
    """Return a problem document (RFC 9457)."""
    return _json(
        status,
        {"title": status.phrase, "status": int(status), "detail": str(error)},
        "application/problem+json",
    )
