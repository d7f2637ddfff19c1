"""Infers routes: which path segments are data, and therefore parameters, judged by the responses.

A segment becomes a parameter only if there is evidence that it is data:
- a response of any recording contained it as an id, or it looks like such an id;
- responses name their object by it: "/projects/apollo" returns {"name": "apollo"};
- several siblings return objects of one kind ("/projects/apollo", "/projects/gemini", "/projects/mercury").

A segment is a name if it is the first, follows a parameter ("/statuses/9/pin"), ends the path of a write, names a
list or is a literal in the client's code. Segments that look like values are already parameters at this point.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.samples.path_segments import character_classes, is_distinctive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Endpoint", "route_templates_of"]

_READS = frozenset({"GET", "HEAD"})
#: From this number on, sibling names that responses repeat are values of one parameter.
_FEWEST_NAMED = 2
#: From this number on, sibling names that return objects of one kind are values of one parameter.
_FEWEST_ALIKE = 3
_ALIKE = 0.75
_FEWEST_FIELDS = 3
#: Keys that identify objects; an object without any of them is an envelope or a report.
_IDENTITY = frozenset("id _id uuid guid sid slug key code name login username handle email sku title".split())  # noqa: SIM905 -- readable
_SHORTEST_ID = 8
_CLASSES_OF_ID = 3
SLUG = "{slug}"
ID = "{id}"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The requests to a path, and their responses.

    Args:
        method: In upper case.
        segments: The path's segments, with parameters as "{name}".
        succeeds: Whether a response was successful.
        fields: The field paths of the returned object; empty if the response is not an object.
        is_list: Whether the response is a list, or a page of one.
        named: The segments that are an identifier in the response.
        known_ids: The segments that an earlier response contained as ids.
        parameters: The names of the query parameters.
    """

    method: str
    segments: tuple[str, ...]
    succeeds: bool = True
    fields: frozenset[str] = frozenset()
    is_list: bool = False
    named: frozenset[str] = frozenset()
    known_ids: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()


def route_templates_of(
    endpoints: Iterable[Endpoint], *, literals: frozenset[str] = frozenset()
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the template of each path among the endpoints, where it differs from the path.

    Args:
        endpoints: All endpoints of one provider.
        literals: Segments that are literals in the client's code, which never become parameters.

    Example:
        >>> fields = frozenset({"id", "name", "members"})
        >>> paths = [("projects", name) for name in ("apollo", "gemini", "mercury")]
        >>> routes = route_templates_of(Endpoint(method="GET", segments=path, fields=fields) for path in paths)
        >>> routes["projects", "apollo"]
        ('projects', '{slug}')
    """
    ordered = sorted(endpoints, key=_order)
    ids = (
        frozenset(identifier for one in ordered for identifier in one.known_ids if is_distinctive(identifier))
        - literals
    )
    tree = _Node(
        [_RequestBelow(endpoint.segments, endpoint) for endpoint in ordered], ids=ids, literals=literals
    )
    templates = dict(tree.templates((), after_parameter=False))
    return {path: template for path, template in templates.items() if path != template}


class _RequestBelow(msgspec.Struct, frozen=True):
    """An endpoint, with the segments of its path below a node."""

    rest: tuple[str, ...]
    endpoint: Endpoint


class _Node:
    """A node in the tree of paths, with the endpoints below it by their next segment."""

    def __init__(
        self, requests: Iterable[_RequestBelow], *, ids: frozenset[str], literals: frozenset[str]
    ) -> None:
        self._ids = ids
        self._literals = literals
        self._ends: list[Endpoint] = []
        self._below: dict[str, list[_RequestBelow]] = {}
        for request in requests:
            if request.rest:
                below = _RequestBelow(request.rest[1:], request.endpoint)
                self._below.setdefault(request.rest[0], []).append(below)
            else:
                self._ends.append(request.endpoint)

    def templates(
        self, template: tuple[str, ...], *, after_parameter: bool
    ) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Yield each path that ends at this node or below it, with its template."""
        for endpoint in self._ends:
            yield endpoint.segments, template
        parameters = self._parameters(is_first=not template, after_parameter=after_parameter)
        children: dict[str, list[_RequestBelow]] = {}
        for segment, requests in sorted(self._below.items()):
            children.setdefault(parameters.get(segment, segment), []).extend(requests)
        for segment, requests in children.items():
            node = _Node(requests, ids=self._ids, literals=self._literals)
            yield from node.templates((*template, segment), after_parameter="{" in segment)

    def _parameters(self, *, is_first: bool, after_parameter: bool) -> dict[str, str]:
        """Return the parameter's name for each segment at this node that is data."""
        starting = [segment for segment in self._below if segment.startswith("{")]
        route_parameter = next((segment for segment in starting if segment.endswith("}")), None)
        route_parameter = route_parameter or next(iter(starting), None)
        literal = {
            segment: requests for segment, requests in self._below.items() if not segment.startswith("{")
        }
        elsewhere = {
            identifier
            for request in self._below.get(route_parameter or "", ())
            for identifier in request.endpoint.known_ids
        }
        data = {
            segment
            for segment in literal
            if segment in self._ids or segment in elsewhere or self._has_form_of_id(segment, literal)
        }
        parameters = dict.fromkeys(data, route_parameter or ID)
        self_named = (
            {segment for segment, requests in literal.items() if _is_named(segment, requests)}
            - data
            - self._literals
        )
        slugs = (
            self_named
            if len(self_named) >= (1 if parameters or route_parameter else _FEWEST_NAMED)
            else set()
        )
        if not is_first and not after_parameter:
            candidates = {
                segment: requests for segment, requests in literal.items() if segment not in self._literals
            }
            slugs |= _largest_alike(candidates) - data
        parameters |= dict.fromkeys(slugs, route_parameter or (ID if data else SLUG))
        return parameters | self._failed_siblings(literal, parameters, route_parameter)

    def _has_form_of_id(self, segment: str, literal: dict[str, list[_RequestBelow]]) -> bool:
        """Return whether a segment looks like an id next to it: same length and character classes."""
        return _is_random(segment) and any(
            len(identifier) == len(segment)
            for identifier in self._ids & literal.keys()
            if _is_random(identifier)
        )

    def _failed_siblings(
        self, literal: dict[str, list[_RequestBelow]], parameters: dict[str, str], route_parameter: str | None
    ) -> dict[str, str]:
        """Return siblings of parameters that only ever failed: objects that don't exist."""
        requests_of_data = {
            (request.endpoint.method, request.rest)
            for segment, requests in self._below.items()
            if segment in parameters or segment == route_parameter
            for request in requests
        }
        parameter = route_parameter or next(iter(parameters.values()), None)
        return {
            segment: parameter
            for segment, requests in literal.items()
            if parameter
            and segment not in parameters
            and segment not in self._literals
            and all(
                not request.endpoint.succeeds
                and any(
                    method == request.endpoint.method and _fits(request.rest, rest)
                    for method, rest in requests_of_data
                )
                for request in requests
            )
        }


def _fits(rest: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Return whether a path may be a known one with other values of its parameters."""
    return len(rest) == len(known) and all(
        segment == other or "{" in other for segment, other in zip(rest, known, strict=True)
    )


def _order(endpoint: Endpoint) -> tuple[object, ...]:
    """Return the sort key of an endpoint, so that the order of recordings has no influence."""
    return (
        endpoint.segments,
        endpoint.method,
        endpoint.succeeds,
        endpoint.is_list,
        sorted(endpoint.fields),
        sorted(endpoint.named),
    )


def _is_named(segment: str, requests: list[_RequestBelow]) -> bool:
    return any(
        segment in request.endpoint.named and (request.rest or not request.endpoint.is_list)
        for request in requests
        if request.endpoint.method in _READS or (request.endpoint.method == "PUT" and not request.rest)
    )


def _largest_alike(candidates: dict[str, list[_RequestBelow]]) -> set[str]:
    """Return the largest set of segments that return objects of one kind, if too large for a coincidence."""
    sets: list[tuple[list[_RequestBelow], set[str]]] = []
    for segment, requests in sorted(candidates.items()):
        like = next((members for model, members in sets if _are_alike(model, requests)), None)
        if like is None:
            sets.append((requests, {segment}))
        else:
            like.add(segment)
    largest = max((members for _, members in sets), key=len, default=set[str]())
    return largest if len(largest) >= _FEWEST_ALIKE else set()


def _are_alike(one: list[_RequestBelow], other: list[_RequestBelow]) -> bool:
    """Return whether the same subpaths below two segments return objects of one kind.

    Small responses are ignored.
    """
    if any(not request.rest and request.endpoint.is_list for request in (*one, *other)):
        return False
    mine: dict[tuple[str, tuple[str, ...]], list[Endpoint]] = {}
    for request in filter(_is_comparable, one):
        mine.setdefault((request.endpoint.method, request.rest), []).append(request.endpoint)
    pairs = [
        (endpoint, request.endpoint)
        for request in filter(_is_comparable, other)
        for endpoint in mine.get((request.endpoint.method, request.rest), ())
    ]
    equal = [pair for pair in pairs if pair[0].parameters == pair[1].parameters]
    comparable = equal or [pair for pair in pairs if not all(endpoint.parameters for endpoint in pair)]
    return bool(comparable) and all(
        _overlap(mine.fields, theirs.fields) >= _ALIKE for mine, theirs in comparable
    )


def _is_comparable(request: _RequestBelow) -> bool:
    """Return whether a response can be compared: a successful read of an object with an identifying key."""
    endpoint = request.endpoint
    return (
        endpoint.method in _READS
        and endpoint.succeeds
        and not endpoint.is_list
        and len(endpoint.fields) >= _FEWEST_FIELDS
        and not endpoint.fields.isdisjoint(_IDENTITY)
    )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """Return the share of fields that both have (Jaccard index)."""
    return len(one & other) / len(one | other)


def _is_random(segment: str) -> bool:
    return len(segment) >= _SHORTEST_ID and len(character_classes(segment)) >= _CLASSES_OF_ID
