"""From a method and a path to a handler."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.protocol.messages import Call, Problem, Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable

from collections.abc import Callable

__all__ = ["Handler", "Route", "Router", "reads", "writes"]

Handler = Callable[[Call], Response]


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A method and a path whose `{name}` segments are placeholders.

    Args:
        writes: Whether the handler may change the database.
    """

    method: str
    template: tuple[str, ...]
    handler: Handler
    writes: bool

    def match(self, segments: tuple[str, ...]) -> dict[str, str] | None:
        """The values of the placeholders; None when the path is another one."""
        if len(segments) != len(self.template):
            return None
        values = {}
        for expected, given in zip(self.template, segments, strict=True):
            if expected.startswith("{"):
                values[expected[1:-1]] = given
            elif expected != given:
                return None
        return values


def reads(template: str, handler: Handler, *, method: str = "GET") -> Route:
    """A route that only reads."""
    return Route(method=method, template=tuple(template.strip("/").split("/")), handler=handler, writes=False)


def writes(method: str, template: str, handler: Handler) -> Route:
    """A route that changes something."""
    return Route(method=method, template=tuple(template.strip("/").split("/")), handler=handler, writes=True)


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
        """The route and the values of its placeholders.

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
            raise Problem(405, f"{request.method} is not allowed here; allowed: {', '.join(sorted(allowed))}")
        raise Problem(404, f"There is nothing at {request.path}")


def _looseness(route: Route) -> tuple[bool, ...]:
    return tuple(segment.startswith("{") for segment in route.template)
