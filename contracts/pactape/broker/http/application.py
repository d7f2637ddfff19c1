"""The broker as a WSGI application: one transaction a request, problems as documents."""

from __future__ import annotations

import logging
from contextlib import suppress
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import parse_qsl, unquote, urlsplit

import msgspec

from pactape.broker.config import BrokerConfig
from pactape.broker.http.matrix import badges
from pactape.broker.http.matrix import resource as matrix
from pactape.broker.http.pacticipants import environments, versions
from pactape.broker.http.pacticipants import resource as pacticipants
from pactape.broker.http.pacts import for_verification as verification
from pactape.broker.http.pacts import provider_states as states
from pactape.broker.http.pacts import publishing, results
from pactape.broker.http.pacts import resource as pacts
from pactape.broker.http.protocol import index
from pactape.broker.http.protocol.authentication import access_of
from pactape.broker.http.protocol.messages import PROBLEM, Call, Problem, Request, Response
from pactape.broker.http.protocol.names import is_name
from pactape.broker.http.protocol.routing import Router
from pactape.broker.http.webhooks import resource as webhooks
from pactape.broker.store.database.sqlite import utc_now
from pactape.broker.store.environments import add_environment, all_environments

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pactape.broker.http.protocol.routing import Route
    from pactape.broker.store.database.sqlite import Clock, Database
    from pactape.broker.webhooks.events import Event

__all__ = ["Application", "Pages", "api_routes"]


class Pages(Protocol):
    """What browsers see: routes, and a page for problems."""

    @property
    def routes(self) -> Sequence[Route]:
        """The pages' routes."""

    def problem(self, problem: Problem, *, base_url: str) -> Response:
        """A page that says what is wrong."""


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
    badges,
    webhooks,
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
        pages: What browsers see at the same addresses.
    """

    def __init__(
        self,
        database: Database,
        config: BrokerConfig | None = None,
        *,
        clock: Clock = utc_now,
        listener: Callable[[list[Event]], None] = lambda _events: None,
        pages: Pages | None = None,
    ) -> None:
        self._database = database
        self._config = config or BrokerConfig()
        self._clock = clock
        self._listener = listener
        self._pages = pages
        self._router = Router(api_routes())
        self._page_router = Router(pages.routes if pages else ())
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
            segments = _segments(_path(environ))
            self._authorise(environ, segments)  # before the body is read: strangers can't make us hold it
            return self._handle(_read(environ, segments, self._config))
        except Problem as problem:
            if self._pages is not None and _wants_html(environ):
                return _challenged(
                    problem, self._pages.problem(problem, base_url=_base(environ, self._config))
                )
            return _problem(problem)
        except Exception:  # noqa: BLE001 -- the last line of defence: the caller learns nothing of the inside
            _log.exception("%s %s failed", environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"))
            return _problem(Problem(500, "The broker failed; its log says why"))

    def _authorise(self, environ: dict[str, Any], segments: tuple[str, ...]) -> None:
        if segments == ("diagnostic", "status", "heartbeat"):
            return
        access = access_of(environ.get("HTTP_AUTHORIZATION", ""), self._config.credentials)
        if access is None:
            raise Problem(401, "Please authenticate with basic authentication or a bearer token")
        if environ["REQUEST_METHOD"] not in _UNSAFE:
            return
        if access == "read" and not _asks(environ, segments):
            raise Problem(403, "This token may only read")
        origin = environ.get("HTTP_ORIGIN")
        if origin and urlsplit(origin).netloc != urlsplit(_base(environ, self._config)).netloc:
            raise Problem(403, f"A page of {origin} may not change anything here")

    def _handle(self, request: Request) -> Response:
        route, path = self._find(request)
        transaction = self._database.writing if route.writes else self._database.reading
        with transaction() as connection:
            call = Call(
                request=request, connection=connection, path=path, now=self._now(), config=self._config
            )
            response = route.handler(call)
        if call.events:
            self._listener(call.events)
        return response

    def _find(self, request: Request) -> tuple[Route, dict[str, str]]:
        if request.wants_html and request.method in {"GET", "HEAD"}:
            with suppress(Problem):
                return self._page_router.find(request)
        return self._router.find(request)


def api_routes() -> list[Route]:
    """Return every route of the API."""
    return [route for module in _MODULES for route in module.ROUTES]


def _asks(environ: dict[str, Any], segments: tuple[str, ...]) -> bool:
    """Whether a POST only asks: which contracts a provider is to verify."""
    question = ("pacts", "provider", *segments[2:3], "for-verification")
    return environ["REQUEST_METHOD"] == "POST" and segments == question


def _read(environ: dict[str, Any], segments: tuple[str, ...], config: BrokerConfig) -> Request:
    method = environ["REQUEST_METHOD"]
    content_type = environ.get("CONTENT_TYPE", "").partition(";")[0].strip().lower()
    body = _body(environ, limit=config.body_limit) if method in _BODIES else b""
    if body and content_type != "application/json" and not content_type.endswith("+json"):
        raise Problem(415, f"The body must be application/json, not {content_type or 'of no type'}")
    return Request(
        method=method,
        segments=segments,
        path=_path(environ),
        query=tuple(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True)),
        body=body,
        content_type=content_type,
        base_url=_base(environ, config),
        wants_html=_wants_html(environ),
    )


def _base(environ: dict[str, Any], config: BrokerConfig) -> str:
    return (config.base_url or f"{environ['wsgi.url_scheme']}://{_host(environ)}").rstrip("/")


def _wants_html(environ: dict[str, Any]) -> bool:
    return "text/html" in environ.get("HTTP_ACCEPT", "")


def _path(environ: dict[str, Any]) -> str:
    """The path as it was sent: PATH_INFO is decoded, and has lost which slashes belong to names."""
    sent = str(environ.get("REQUEST_URI") or environ.get("PATH_INFO", "/"))
    return sent.partition("?")[0] if sent.startswith("/") else urlsplit(sent).path


def _segments(path: str) -> tuple[str, ...]:
    whole = path.strip("/")
    segments = tuple(unquote(part) for part in whole.split("/")) if whole else ()
    if any("\ufffd" in segment for segment in segments):
        raise Problem(400, "The path is not UTF-8")
    if not all(map(is_name, segments)):
        raise Problem(400, "The path holds a part that can't be a name")
    return segments


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
    answer = Response(status=problem.status, body=msgspec.json.encode(document), content_type=PROBLEM)
    return _challenged(problem, answer)


def _challenged(problem: Problem, answer: Response) -> Response:
    if problem.status != HTTPStatus.UNAUTHORIZED:
        return answer
    challenge = ("WWW-Authenticate", 'Basic realm="Pact broker"')
    return msgspec.structs.replace(answer, headers=(*answer.headers, challenge))
