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
    """

    method: str
    segments: tuple[str, ...]
    succeeds: bool = True
    fields: frozenset[str] = frozenset()
    is_list: bool = False
    named: frozenset[str] = frozenset()
    known_ids: frozenset[str] = frozenset()


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
    ids = frozenset(each for one in ordered for each in one.known_ids if _is_distinctive(each)) - literals
    tree = _Node([_RequestBelow(each.segments, each) for each in ordered], ids=ids, literals=literals)
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
        for each in requests:
            if each.rest:
                below = _RequestBelow(each.rest[1:], each.endpoint)
                self._below.setdefault(each.rest[0], []).append(below)
            else:
                self._ends.append(each.endpoint)

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
        route_parameter = next((each for each in self._below if each.startswith("{")), None)
        literal = {each: requests for each, requests in self._below.items() if not each.startswith("{")}
        elsewhere = {
            each
            for request in self._below.get(route_parameter or "", ())
            for each in request.endpoint.known_ids
        }
        data = {
            each
            for each in literal
            if each in self._ids or each in elsewhere or self._has_form_of_id(each, literal)
        }
        parameters = dict.fromkeys(data, route_parameter or ID)
        self_named = (
            {each for each, requests in literal.items() if _is_named(each, requests)} - data - self._literals
        )
        slugs = (
            self_named
            if len(self_named) >= (1 if parameters or route_parameter else _FEWEST_NAMED)
            else set()
        )
        if not is_first and not after_parameter:
            candidates = {each: requests for each, requests in literal.items() if each not in self._literals}
            slugs |= _alike(candidates) - data
        parameters |= dict.fromkeys(slugs, route_parameter or (ID if data else SLUG))
        return parameters | self._failing(literal, parameters, route_parameter)

    def _has_form_of_id(self, segment: str, literal: dict[str, list[_RequestBelow]]) -> bool:
        """Return whether a segment looks like an id next to it: same length and character classes."""
        return _is_random(segment) and any(
            len(each) == len(segment) for each in self._ids & literal.keys() if _is_random(each)
        )

    def _failing(
        self, literal: dict[str, list[_RequestBelow]], parameters: dict[str, str], route_parameter: str | None
    ) -> dict[str, str]:
        """Return siblings of parameters that only ever failed: objects that don't exist."""
        requests_of_data = {
            (each.endpoint.method, each.rest)
            for segment, requests in self._below.items()
            if segment in parameters or segment == route_parameter
            for each in requests
        }
        parameter = route_parameter or next(iter(parameters.values()), None)
        return {
            segment: parameter
            for segment, requests in literal.items()
            if parameter
            and segment not in parameters
            and segment not in self._literals
            and all(
                not each.endpoint.succeeds and (each.endpoint.method, each.rest) in requests_of_data
                for each in requests
            )
        }


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
        segment in each.endpoint.named and (each.rest or not each.endpoint.is_list)
        for each in requests
        if each.endpoint.method in _READS or (each.endpoint.method == "PUT" and not each.rest)
    )


def _alike(candidates: dict[str, list[_RequestBelow]]) -> set[str]:
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
    if any(not each.rest and each.endpoint.is_list for each in (*one, *other)):
        return False
    mine = {(each.endpoint.method, each.rest): each.endpoint.fields for each in one if _is_comparable(each)}
    pairs = [
        (mine[each.endpoint.method, each.rest], each.endpoint.fields)
        for each in other
        if _is_comparable(each) and (each.endpoint.method, each.rest) in mine
    ]
    return bool(pairs) and all(_overlap(fields, theirs) >= _ALIKE for fields, theirs in pairs)


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


def _is_distinctive(segment: str) -> bool:
    """Return whether a text is an id at any position; a word may be the name of a route elsewhere."""
    return any(each.isdigit() for each in segment) or len(_classes(segment)) >= _CLASSES_OF_ID


def _is_random(segment: str) -> bool:
    return len(segment) >= _SHORTEST_ID and len(_classes(segment)) >= _CLASSES_OF_ID


def _classes(text: str) -> set[str]:
    """Return the classes of characters in a text."""
    return {
        "digit" if each.isdigit() else "upper" if each.isupper() else "lower" if each.islower() else "mark"
        for each in text
    }
