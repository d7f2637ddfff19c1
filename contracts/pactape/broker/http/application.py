"""The broker as a WSGI application: one transaction a request, problems as documents."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from pactape.broker.config import BrokerConfig
from pactape.broker.http import (
    environments,
    index,
    matrix,
    pacticipants,
    pacts,
    publishing,
    results,
    states,
    verification,
    versions,
)
from pactape.broker.http.authentication import access_of
from pactape.broker.http.messages import PROBLEM, Call, Problem, Request, Response
from pactape.broker.http.routing import Router
from pactape.broker.store.database import utc_now
from pactape.broker.store.environments import add_environment, all_environments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pactape.broker.hooks.events import Event
    from pactape.broker.http.routing import Route
    from pactape.broker.store.database import Clock, Database

__all__ = ["Application"]

_log = logging.getLogger("pactape.broker")
_MODULES = (
    index,
    publishing,
    pacts,
    verification,
    results,
    matrix,
    pacticipants,
    versions,
    environments,
    states,
)
_BODIES = ("POST", "PUT", "PATCH")
_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class Application:
    """Answers requests from a database.

    Args:
        database: Where everything is kept; it gets the environments test and production when it has none.
        config: Limits and credentials.
        clock: The time for what is recorded.
        listener: Is told the events of each committed request, after it.
    """

    def __init__(
        self,
        database: Database,
        config: BrokerConfig | None = None,
        *,
        clock: Clock = utc_now,
        listener: Callable[[list[Event]], None] = lambda _events: None,
    ) -> None:
        self._database = database
        self._config = config or BrokerConfig()
        self._clock = clock
        self._listener = listener
        self._router = Router(_routes())
        self._seed()

    def _seed(self) -> None:
        with self._database.writing() as connection:
            if all_environments(connection):
                return
            for name, production in (("test", False), ("production", True)):
                add_environment(
                    connection,
                    name=name,
                    display_name=name.title(),
                    production=production,
                    contacts=[],
                    now=self._now(),
                )

    def _now(self) -> str:
        return self._clock().isoformat(timespec="microseconds")

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one WSGI request (PEP 3333)."""
        response = self._respond(environ)
        reason = HTTPStatus(response.status).phrase
        headers = [
            *response.headers,
            ("Content-Length", str(len(response.body))),
            ("X-Content-Type-Options", "nosniff"),
        ]
        if response.body:
            headers.append(("Content-Type", response.content_type))
        start_response(f"{response.status} {reason}", headers)
        return [b"" if environ["REQUEST_METHOD"] == "HEAD" else response.body]

    def _respond(self, environ: dict[str, Any]) -> Response:
        try:
            request = _read(environ, self._config)
            self._authorise(environ, request)
            return self._handle(request)
        except Problem as problem:
            return _problem(problem)
        except Exception:  # noqa: BLE001 -- the last line of defence: the caller learns nothing of the inside
            _log.exception("%s %s failed", environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"))
            return _problem(Problem(500, "The broker failed; its log says why"))

    def _authorise(self, environ: dict[str, Any], request: Request) -> None:
        if request.segments == ("diagnostic", "status", "heartbeat"):
            return
        access = access_of(environ.get("HTTP_AUTHORIZATION", ""), self._config.credentials)
        if access is None:
            raise Problem(401, "Please authenticate with basic authentication or a bearer token")
        asks = request.method == "POST" and request.segments[-1:] == ("for-verification",)
        if access == "read" and request.method in _UNSAFE and not asks:
            raise Problem(403, "This token may only read")

    def _handle(self, request: Request) -> Response:
        route, path = self._router.find(request)
        transaction = self._database.writing if route.writes else self._database.reading
        with transaction() as connection:
            call = Call(
                request=request, connection=connection, path=path, now=self._now(), config=self._config
            )
            response = route.handler(call)
        if call.events:
            self._listener(call.events)
        return response


def _routes() -> list[Route]:
    return [route for module in _MODULES for route in module.ROUTES]


def _read(environ: dict[str, Any], config: BrokerConfig) -> Request:
    path = _path(environ)
    method = environ["REQUEST_METHOD"]
    content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    body = _body(environ, limit=config.body_limit) if method in _BODIES else b""
    if body and content_type != "application/json" and not content_type.endswith("+json"):
        raise Problem(415, f"The body must be application/json, not {content_type or 'of no type'}")
    return Request(
        method=method,
        segments=_segments(path),
        path=path,
        query=tuple(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        body=body,
        content_type=content_type,
        base_url=(config.base_url or f"{environ['wsgi.url_scheme']}://{_host(environ)}").rstrip("/"),
        wants_html="text/html" in environ.get("HTTP_ACCEPT", ""),
    )


def _path(environ: dict[str, Any]) -> str:
    """The path as it was sent: PATH_INFO is decoded, and has lost which slashes belong to names."""
    sent = str(environ.get("REQUEST_URI") or environ.get("PATH_INFO", "/"))
    return sent.partition("?")[0] if sent.startswith("/") else urlsplit(sent).path


def _segments(path: str) -> tuple[str, ...]:
    segments = tuple(unquote(part) for part in path.strip("/").split("/"))
    for segment in segments:
        if segment in {".", ".."} or any(not letter.isprintable() for letter in segment):
            raise Problem(400, "The path holds a part that can't be a name")
        if "\ufffd" in segment:
            raise Problem(400, "The path is not UTF-8")
    return () if segments == ("",) else segments


def _host(environ: dict[str, Any]) -> str:
    return str(environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}")


def _body(environ: dict[str, Any], *, limit: int) -> bytes:
    declared = environ.get("CONTENT_LENGTH") or "0"
    chunked = "chunked" in environ.get("HTTP_TRANSFER_ENCODING", "").lower()
    if not declared.isdecimal():
        raise Problem(400, "Content-Length is not a number")
    if int(declared) > limit:
        raise Problem(413, f"The body is larger than {limit} bytes")
    body = environ["wsgi.input"].read(limit + 1 if chunked else int(declared))
    if len(body) > limit:
        raise Problem(413, f"The body is larger than {limit} bytes")
    return bytes(body)


def _problem(problem: Problem) -> Response:
    document: dict[str, Any] = {
        "title": HTTPStatus(problem.status).phrase,
        "type": "about:blank",
        "status": problem.status,
        "detail": problem.detail,
        **problem.extra,
    }
    if problem.errors:
        document["errors"] = problem.errors
    challenge = (
        (("WWW-Authenticate", 'Basic realm="Pact broker"'),)
        if problem.status == HTTPStatus.UNAUTHORIZED
        else ()
    )
    return Response(
        status=problem.status, body=msgspec.json.encode(document), content_type=PROBLEM, headers=challenge
    )
