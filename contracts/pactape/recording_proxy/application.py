"""The proxy as a WSGI application: control requests at its own paths, and everything else to the API."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from pactape.errors import BadInputError, PactapeError, ProviderUnreachableError
from pactape.http_bodies import header
from pactape.recording_proxy.sessions import read_states
from pactape.recording_proxy.upstream import HOP_BY_HOP
from pactape.replaying.application import request_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pactape.exchange import Request, Response
    from pactape.recording_proxy.sessions import RecordingSessions, TestSession
    from pactape.recording_proxy.upstream import Upstream

__all__ = ["CONTROL", "STATES_HEADER", "TEST_HEADER", "RecordingApplication"]

#: The path of the control endpoint: POST begins a test, DELETE ends it.
CONTROL = "/__pactape__/test"
TEST_HEADER = "Pactape-Test"
STATES_HEADER = "Pactape-States"
_OWN = frozenset({TEST_HEADER.lower(), STATES_HEADER.lower()})
_Answer = tuple[int, list[tuple[str, str]], bytes]


class RecordingApplication:
    """Sends requests on to an API, and records them with the responses.

    A request belongs to the test that its header `Pactape-Test` names, or that was begun at the control endpoint.

    Args:
        upstream: The API.
        sessions: The tests and their cassettes.
        canonical_url: The base URL that recordings carry; the API's own by default.
    """

    def __init__(
        self, upstream: Upstream, sessions: RecordingSessions, *, canonical_url: str | None = None
    ) -> None:
        self._upstream = upstream
        self._sessions = sessions
        self._canonical = (canonical_url or upstream.url).rstrip("/")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        request = request_of(environ)
        target = _target(environ, request)
        try:
            control = target.partition("?")[0] == CONTROL
            status, headers, body = (
                self._control(request) if control else self._forward(request, target, environ)
            )
        except ProviderUnreachableError as error:
            status, headers, body = _problem(HTTPStatus.BAD_GATEWAY, error)
        except PactapeError as error:
            status, headers, body = _problem(HTTPStatus.UNPROCESSABLE_ENTITY, error)
        phrase = HTTPStatus(status).phrase if status in set(HTTPStatus) else "Recorded"
        start_response(f"{status} {phrase}", headers)
        return [body] if body else []

    def _control(self, request: Request) -> _Answer:
        if request.method == "DELETE":
            return _json(HTTPStatus.OK, _summary(self._sessions.finish(_named(request))))
        if request.method != "POST":
            return _json(HTTPStatus.METHOD_NOT_ALLOWED, {"detail": "POST begins a test, DELETE ends it"})
        try:
            asked = msgspec.json.decode(request.body or b"{}", type=dict[str, Any])
        except msgspec.DecodeError as error:
            raise BadInputError(
                f"the body is not a JSON object ({error})", remedy='send {"name": …}'
            ) from error
        name = asked.get("name")
        if not isinstance(name, str) or not name:
            raise BadInputError("the test has no name", remedy='send {"name": "gets a user", "states": []}')
        return _json(
            HTTPStatus.CREATED, _summary(self._sessions.start(name, read_states(asked.get("states"))))
        )

    def _forward(self, request: Request, target: str, environ: dict[str, Any]) -> _Answer:
        session = self._sessions.prepare(_named(request), _states(request))
        headers = tuple(each for each in request.headers if each[0].lower() not in _OWN)
        sent = msgspec.structs.replace(request, headers=headers)
        response = self._upstream.send(sent, target)
        host = self._canonical.partition("://")[2].partition("/")[0]
        recorded = tuple((name, host if name.lower() == "host" else value) for name, value in headers)
        self._sessions.record(
            session,
            msgspec.structs.replace(sent, url=f"{self._canonical}{target}", headers=recorded),
            _with_urls(response, self._upstream.url, self._canonical),
        )
        own = f"{environ['wsgi.url_scheme']}://{environ.get('HTTP_HOST', '')}"
        return _answer(request.method, _with_urls(response, self._upstream.url, own))


def _answer(method: str, response: Response) -> _Answer:
    """The response for the client, its body as it came: a coded body keeps its coding."""
    headers = [
        (name, value)
        for name, value in response.headers
        if name.lower() not in HOP_BY_HOP and (method == "HEAD" or name.lower() != "content-length")
    ]
    has_body = response.status >= HTTPStatus.OK and response.status not in {
        HTTPStatus.NO_CONTENT,
        HTTPStatus.NOT_MODIFIED,
    }
    if method != "HEAD" and has_body:
        headers.append(("Content-Length", str(len(response.body))))
    return response.status, headers, response.body if method != "HEAD" and has_body else b""


def _with_urls(response: Response, old: str, new: str) -> Response:
    """A response that leads the client to another base URL, where its headers name the API's."""
    names = {"location", "content-location", "link"}
    headers = tuple(
        (name, value.replace(old, new) if name.lower() in names else value)
        for name, value in response.headers
    )
    return msgspec.structs.replace(response, headers=headers)


def _target(environ: dict[str, Any], request: Request) -> str:
    """Path and query as the client wrote them, `//` and encoded characters included."""
    raw = environ.get("REQUEST_URI")
    if raw and raw.startswith("/"):
        return str(raw)
    rest = request.url.partition("://")[2]
    slash = rest.find("/")
    return rest[slash:] if slash >= 0 else "/"


def _named(request: Request) -> str | None:
    name = header(request.headers, TEST_HEADER)
    return unquote(name) if name else None


def _states(request: Request) -> tuple[Any, ...]:
    """The provider states of the header: a JSON array or one name, percent-encoded where it isn't ASCII."""
    text = header(request.headers, STATES_HEADER)
    if not text:
        return ()
    text = unquote(text)
    try:
        value = json.loads(text) if text.lstrip()[:1] in {"[", "{"} else text
    except ValueError as error:
        raise BadInputError(
            f"the header {STATES_HEADER} is not valid JSON ({error})",
            remedy='send a name, or ["a user exists"]',
        ) from error
    return read_states(value)


def _summary(session: TestSession | None) -> dict[str, Any]:
    if session is None:
        return {"name": None, "exchanges": 0}
    return {"name": session.name, "cassette": str(session.path), "exchanges": len(session.exchanges)}


def _json(status: int, value: Any, kind: str = "application/json") -> _Answer:
    body = json.dumps(value).encode() + b"\n"
    return status, [("Content-Type", kind), ("Content-Length", str(len(body)))], body


def _problem(status: HTTPStatus, error: Exception) -> _Answer:
    """A problem document (RFC 9457)."""
    return _json(
        status,
        {"title": status.phrase, "status": int(status), "detail": str(error)},
        "application/problem+json",
    )
