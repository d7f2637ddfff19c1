"""Routing: from a method and a path to a handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.protocol.messages import Call, Problem, Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable

from collections.abc import Callable

__all__ = ["PAGING", "Handler", "Route", "Router", "reads", "writes"]

Handler = Callable[[Call], Response]


#: Parameters that narrow or page a list: where a route doesn't know one, it is refused and never ignored.
_FILTERS = frozenset(
    {
        *("q", "page", "size", "pageNumber", "pageSize", "limit", "days", "latestby", "success", "success[]"),
        *("latest", "tag", "branch", "environment", "mainBranch", "pacticipant", "version", "to", "name"),
        *("applicationInstance", "target", "consumer", "provider", "label"),
    }
)
PAGING = ("page", "size", "pageNumber", "pageSize")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A method and a path whose `{name}` segments are placeholders.

    Args:
        changes: Whether the handler may change the database.
        exclusive: Whether no other handler may change it meanwhile; else the handler locks what it needs.
        asks: Whether a request only asks, whatever its method, so that a reader may send it.
        public: Whether it may be read without credentials when badges are public.
        filters: The parameters that it knows.
    """

    method: str
    template: tuple[str, ...]
    handler: Handler
    changes: bool
    exclusive: bool = True
    asks: bool = False
    public: bool = False
    filters: frozenset[str] = frozenset()

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """Return the values of the placeholders; None when the path is another one."""
        if len(segments) != len(self.template):
            return None
        values = {}
        for expected, given in zip(self.template, segments, strict=True):
            if expected.startswith("{"):
                values[expected[1:-1]] = given
            elif expected != given:
                return None
        return values

    def check_filters(self, request: Request) -> None:
        """Refuse a parameter that narrows lists and that this route doesn't know.

        Raises:
            Problem: 400, naming it.
        """
        for name, _ in request.query:
            if name in _FILTERS and name not in self.filters:
                known = ", ".join(sorted(self.filters)) or "none"
                raise Problem(400, f"The parameter {name} is not supported here; supported: {known}")


def reads(
    template: str,
    handler: Handler,
    *,
    method: str = "GET",
    filters: Iterable[str] = (),
    public: bool = False,
    asks: bool = False,
) -> Route:
    """Return a route that only reads from the database.

    Args:
        template: The path, with `{name}` for its placeholders.
        handler: The function that responds.
        method: The HTTP method.
        filters: The parameters that it knows.
        public: Whether it may be read without credentials when badges are public.
        asks: Whether a reader may send it though its method isn't GET.
    """
    return Route(
        method=method,
        template=_split(template),
        handler=handler,
        changes=False,
        asks=asks,
        public=public,
        filters=frozenset(filters),
    )


def writes(method: str, template: str, handler: Handler, *, exclusive: bool = True) -> Route:
    """Return a route that changes something."""
    return Route(method=method, template=_split(template), handler=handler, changes=True, exclusive=exclusive)


def _split(template: str) -> tuple[str, ...]:
    return tuple(template.strip("/").split("/"))


class Router:
    """Finds the route of a request; routes with fixed segments come before those with placeholders.

    Args:
        routes: All routes, in any order.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_length: dict[int, list[Route]] = {}
        for route in sorted(routes, key=_looseness):
            self._by_length.setdefault(len(route.template), []).append(route)

    def find(self, request: Request) -> tuple[Route, dict[str, str]]:
        """Return the route and the values of its placeholders.

        Raises:
            Problem: 404, no such path; 405, the path has other methods.
        """
        segments = request.segments or ("",)
        method = "GET" if request.method == "HEAD" else request.method
        allowed: set[str] = set()
        for route in self._by_length.get(len(segments), ()):
            values = route.match(segments)
            if values is not None and route.method == method:
                return route, values
            if values is not None:
                allowed.add(route.method)
        if allowed:
            methods = tuple(sorted(allowed))
            raise Problem(
                405, f"{request.method} is not allowed here; allowed: {', '.join(methods)}", allowed=methods
            )
        raise Problem(404, f"There is nothing at {request.path[:200]}")


def _looseness(route: Route) -> tuple[bool, ...]:
    return tuple(segment.startswith("{") for segment in route.template)
