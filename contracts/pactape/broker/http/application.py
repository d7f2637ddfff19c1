"""The broker as a WSGI application: one transaction per request, and errors as problem documents."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlsplit

import msgspec
from sqlalchemy.exc import DBAPIError

from pactape.broker.config import BrokerConfig
from pactape.broker.http.api import api_routes
from pactape.broker.http.protocol.authentication import access_of
from pactape.broker.http.protocol.hosts import check_host
from pactape.broker.http.protocol.messages import Call, Problem, Request, Response
from pactape.broker.http.protocol.problems import add_challenge, problem_response
from pactape.broker.http.protocol.requests import base_of, body_of, host_of, read_head, wants_html
from pactape.broker.http.protocol.routing import Router
from pactape.broker.store.database.availability import is_unavailable, is_unstorable
from pactape.broker.store.database.base import text_of, utc_now
from pactape.broker.store.environments import add_environment, all_environments
from pactape.broker.webhook_delivery.queueing import enqueue
from pactape.broker.wsgi.request_buffer import REFUSED

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pactape.broker.http.protocol.routing import Route
    from pactape.broker.store.database.base import Clock, Database

__all__ = ["Application", "Pages"]

_log = logging.getLogger("pactape.broker")
_HEARTBEAT = ("diagnostic", "status", "heartbeat")
_UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class Pages(Protocol):
    """The HTML pages: routes, and a page for problems."""

    @property
    def routes(self) -> Sequence[Route]:
        """The pages' routes."""

    def problem(self, problem: Problem, *, base_url: str) -> Response:
        """Return a page that shows a problem."""


class Application:
    """Handles requests, with data from a database.

    Args:
        database: Stores all data; if it has no environments, test and production are created.
        config: Limits and credentials.
        clock: Gives the time of records.
        on_deliveries: Called after the commit of a request that recorded webhook deliveries.
        pages: The HTML pages at the same URLs.
    """

    def __init__(
        self,
        database: Database,
        config: BrokerConfig | None = None,
        *,
        clock: Clock = utc_now,
        on_deliveries: Callable[[], None] = lambda: None,
        pages: Pages | None = None,
    ) -> None:
        self._database = database
        self._config = config or BrokerConfig()
        self._clock = clock
        self._on_deliveries = on_deliveries
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
                    now=text_of(self._clock()),
                )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Handle one WSGI request (PEP 3333)."""
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
            return self._safe_response(environ)
        except Problem as problem:
            return self._problem(problem, environ)
        except DBAPIError as error:
            if is_unstorable(error):
                text = "A value can't be stored: it contains the character NUL, or is too large"
                return self._problem(Problem(400, text), environ)
            if not is_unavailable(error):
                return self._failure(environ)
            _log.exception("the database can't be reached")
            return self._problem(Problem(503, "The database can't be reached; try again later"), environ)
        except Exception:  # noqa: BLE001 -- the last line of defence: internals must not reach the caller
            return self._failure(environ)

    def _failure(self, environ: dict[str, Any]) -> Response:
        _log.exception("%s %s failed", environ.get("REQUEST_METHOD"), environ.get("PATH_INFO"))
        return self._problem(Problem(500, "The broker failed; see its log"), environ)

    def _problem(self, problem: Problem, environ: dict[str, Any]) -> Response:
        if self._pages is not None and wants_html(environ):
            return add_challenge(problem, self._pages.problem(problem, base_url=self._shown_base(environ)))
        return problem_response(problem, accept=environ.get("HTTP_ACCEPT", ""))

    def _shown_base(self, environ: dict[str, Any]) -> str:
        try:
            self._check_host(environ)
        except Problem:
            return ""
        return base_of(environ, self._config)

    def _check_host(self, environ: dict[str, Any]) -> None:
        check_host(host_of(environ), names=self._config.host_names, base_url=self._config.base_url)

    def _safe_response(self, environ: dict[str, Any]) -> Response:
        self._refuse_unread(environ, statuses={400})
        head = read_head(environ, self._config)
        if head.segments != _HEARTBEAT:
            self._check_host(environ)
        match = self._find(head)
        self._authorise(environ, head, match[0] if isinstance(match, tuple) else None)
        self._refuse_unread(environ)
        if isinstance(match, Problem):
            if head.method == "OPTIONS" and match.allowed:
                return Response(headers=(("Allow", ", ".join((*match.allowed, "OPTIONS"))),))
            raise match
        route, path = match
        body = body_of(environ, head, limit=self._config.body_limit)
        return self._handle(route, path, msgspec.structs.replace(head, body=body))

    def _refuse_unread(self, environ: dict[str, Any], *, statuses: set[int] | None = None) -> None:
        refusal = environ.get(REFUSED)
        if refusal is not None and (statuses is None or refusal[0] in statuses):
            raise Problem(*refusal)

    def _find(self, request: Request) -> tuple[Route, dict[str, str]] | Problem:
        """Return the route, or the problem, which is shown only after authorisation."""
        if request.wants_html and request.method in {"GET", "HEAD"}:
            try:
                return self._page_router.find(request)
            except Problem:
                pass
        try:
            return self._router.find(request)
        except Problem as problem:
            return problem

    def _authorise(self, environ: dict[str, Any], head: Request, route: Route | None) -> None:
        if head.segments == _HEARTBEAT or (route is not None and route.public and self._config.public_badges):
            return
        access = access_of(environ.get("HTTP_AUTHORIZATION", ""), self._config.credentials)
        if access is None:
            raise Problem(401, "Please authenticate with basic authentication or a bearer token")
        if head.method not in _UNSAFE:
            return
        if access == "read" and (route is None or not route.asks or route.changes):
            raise Problem(403, "This token may only read")
        origin = environ.get("HTTP_ORIGIN")
        if origin and urlsplit(origin).netloc != urlsplit(head.base_url).netloc:
            raise Problem(403, f"A page from {origin} may not change anything here")

    def _handle(self, route: Route, path: dict[str, str], request: Request) -> Response:
        route.check_filters(request)
        database, now = self._database, text_of(self._clock())
        transaction = database.writing(exclusive=route.exclusive) if route.changes else database.reading()
        with transaction as connection:
            call = Call(request=request, connection=connection, path=path, now=now, config=self._config)
            response = route.handler(call)
            deliveries = enqueue(connection, call.events, now=now)
        if deliveries:
            self._on_deliveries()
        return response
