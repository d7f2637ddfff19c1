"""The guide's services, running, and what is asked of them."""

from __future__ import annotations

import json
from contextlib import ExitStack
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from werkzeug.wrappers import Request

from storefront.database import temporary_database
from storefront.server import running

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from storefront.database import Database
    from storefront.system import Storefront


class Watched:
    """The storefront's services with somebody in front of each who writes down what is asked of it."""

    def __init__(self, storefront: Storefront, stack: ExitStack) -> None:
        self.storefront = storefront
        self.calls: list[tuple[str, Any]] = []
        self._stack = stack

    def urls(self, **instead: Callable[[WSGIApplication], WSGIApplication]) -> dict[str, str]:
        """Where the watched services are; `instead` wraps the application of a service."""
        apps = {"users": self.storefront.users.app, **self.storefront.apps}
        return {
            name: self._stack.enter_context(running(self._watch(instead.get(name, _as_it_is)(app))))
            for name, app in apps.items()
            if name != "orders"
        }

    def requests_made(self) -> list[str]:
        """Return the requests in their order: "POST /reservations"; ids are "…"."""
        return [name for name, _ in self.calls]

    def body_of(self, name: str) -> Any:
        """What the first call of this name sent."""
        return next(body for called, body in self.calls if called == name)

    def _watch(self, app: WSGIApplication) -> WSGIApplication:
        def watching(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
            request = Request(environ)
            path = "/".join("…" if len(part) == 36 else part for part in request.path.split("/"))
            if path != "/oauth/token":
                data = request.get_data()
                environ["wsgi.input"] = BytesIO(data)
                self.calls.append((f"{request.method} {path}", json.loads(data) if data else None))
            return app(environ, start_response)

        return watching


def _as_it_is(app: WSGIApplication) -> WSGIApplication:
    return app


@pytest.fixture
def watched(storefront: Storefront) -> Iterator[Watched]:
    with ExitStack() as stack:
        yield Watched(storefront, stack)


@pytest.fixture(scope="module")
def own_database() -> Iterator[Database]:
    """A database for one section alone, with the users API's migrations applied."""
    with temporary_database() as database:
        yield database
