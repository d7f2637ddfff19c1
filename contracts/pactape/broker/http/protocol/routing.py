"""Routing: finds the handler of a method and path."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.protocol.messages import Call, Problem, Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable

from collections.abc import Callable

__all__ = ["PAGING", "Handler", "Route", "Router", "reads", "writes"]

Handler = Callable[[Call], Response]


#: Parameters that filter, sort or page a list, in lower case and reduced to letters. A route rejects those that it
#: doesn't support, in any spelling, rather than ignore them.
_FILTERS = frozenset(
    """
    q query search filter name
    page size pagenumber pagesize perpage offset limit count max
    days since before after from until to
    sort sortby order orderby latestby
    latest tag tags branch mainbranch environment version applicationinstance target
    success state status production enabled
    pacticipant consumer provider label initials around depth
    providerversionbranch providerversiontags consumerversionselectors includependingstatus includewippactssince
    exclude ignore
    """.split()  # noqa: SIM905 -- a table of words reads better than fifty quoted ones
)
_NOT_LETTERS = re.compile(r"[^a-z]+")
PAGING = ("page", "size", "pageNumber", "pageSize")


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A method and a path whose `{name}` segments are placeholders.

    Args:
        changes: Whether the handler may change the database.
        exclusive: Whether no other handler may change it at the same time; otherwise the handler locks what it
            needs.
        asks: Whether a request only reads, whatever its method, so that a read-only token is enough.
        public: Whether it may be read without credentials when badges are public.
        filters: The supported parameters; one that ends with "[" stands for all with this prefix.
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
        """Return the values of the placeholders; None if the path doesn't match."""
        if len(segments) != len(self.template):
            return None
        values = {}
        for expected, segment in zip(self.template, segments, strict=True):
            if expected.startswith("{"):
                values[expected[1:-1]] = segment
            elif expected != segment:
                return None
        return values

    def check_filters(self, request: Request) -> None:
        """Reject list filters that this route doesn't support.

        Raises:
            Problem: 400, with the parameter's name.
        """
        for name, _ in request.query:
            if _is_filter(name) and not self._supports(name):
                supported_filters = ", ".join(sorted(self.filters)) or "none"
                raise Problem(
                    400, f"The parameter {name} is not supported here; supported: {supported_filters}"
                )

    def _supports(self, name: str) -> bool:
        return name in self.filters or any(
            prefix.endswith("[") and name.startswith(prefix) for prefix in self.filters
        )


def _is_filter(name: str) -> bool:
    return "[" in name or _NOT_LETTERS.sub("", name.lower()) in _FILTERS


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
        filters: The supported parameters.
        public: Whether it may be read without credentials when badges are public.
        asks: Whether a read-only token is enough, although the method isn't GET.
    """
    return Route(
        method=method,
        template=_segments(template),
        handler=handler,
        changes=False,
        asks=asks,
        public=public,
        filters=frozenset(filters),
    )


def writes(
    method: str, template: str, handler: Handler, *, exclusive: bool = True, filters: Iterable[str] = ()
) -> Route:
    """Return a route that changes the database."""
    return Route(
        method=method,
        template=_segments(template),
        handler=handler,
        changes=True,
        exclusive=exclusive,
        filters=frozenset(filters),
    )


def _segments(template: str) -> tuple[str, ...]:
    return tuple(template.strip("/").split("/"))


class Router:
    """Finds the route of a request; routes with fixed segments come before those with placeholders.

    Args:
        routes: All routes, in any order.
    """

    def __init__(self, routes: Iterable[Route]) -> None:
        self._by_length: dict[int, list[Route]] = {}
        for route in sorted(routes, key=_placeholder_segments):
            self._by_length.setdefault(len(route.template), []).append(route)

    def find(self, request: Request) -> tuple[Route, dict[str, str]]:
        """Return the route and the values of its placeholders.

        Raises:
            Problem: 404, no such path; 405, the path has other methods.
        """
        segments = request.segments or ("",)
        method = "GET" if request.method == "HEAD" else request.method
        other_methods: set[str] = set()
        for route in self._by_length.get(len(segments), ()):
            values = route.match(segments)
            if values is not None and route.method == method:
                return route, values
            if values is not None:
                other_methods.add(route.method)
        if other_methods:
            methods = tuple(sorted(other_methods))
            raise Problem(
                405, f"{request.method} is not allowed here; allowed: {', '.join(methods)}", allowed=methods
            )
        raise Problem(404, f"There is nothing at {request.path[:200]}")


def _placeholder_segments(route: Route) -> tuple[bool, ...]:
    return tuple(segment.startswith("{") for segment in route.template)
