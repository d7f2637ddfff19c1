"""Infers routes: which path segments are data, and therefore parameters, judged by the responses.

A segment becomes a parameter only if there is evidence that it is data:
- a response of any recording contained it as an id, or it looks like such an id;
- responses of its collection show it to be an item: "POST /projects" returns {"name": "apollo"};
- responses name their object by it: "/projects/apollo" returns {"name": "apollo"};
- several siblings return objects of one kind ("/projects/apollo", "/projects/gemini", "/projects/mercury");
- it is next to a parameter, and the paths below it are those below the parameter.

A segment is a name if it is the first, follows a parameter ("/statuses/9/pin"), ends the path of a write, names a
list or is a literal in the client's code. Segments that look like values are already parameters at this point.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.endpoints import (
    RequestBelow,
    is_named,
    largest_alike,
    order,
    return_the_same,
)
from pactape.contracts.grouping.siblings import (
    different_lists,
    failed_siblings,
    fitting_siblings,
    items_with_custom_methods,
    languages,
    listed_items,
    same_paths_below,
)
from pactape.contracts.samples.path_segments import character_classes, is_distinctive

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.contracts.grouping.endpoints import Endpoint

__all__ = ["route_templates_of"]

#: From this number on, sibling names that responses repeat are values of one parameter.
_FEWEST_NAMED = 2
_CHANGES = frozenset({"PUT", "PATCH"})
_SHORTEST_ID = 8
_CLASSES_OF_ID = 3
_PARAMETER = re.compile(r"\{[a-z]+\d*\}")
SLUG = "{slug}"
ID = "{id}"
LOCALE = "{locale}"

_Below = dict[str, list[RequestBelow]]


def route_templates_of(
    endpoints: Iterable[Endpoint], *, literals: frozenset[str] = frozenset()
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the template of each path among the endpoints, where it differs from the path.

    Args:
        endpoints: All endpoints of one provider.
        literals: Segments that are literals in the client's code, which never become parameters.

    Example:
        >>> from pactape.contracts.grouping.endpoints import Endpoint
        >>> fields = frozenset({"id", "name", "members"})
        >>> paths = [("projects", name) for name in ("apollo", "gemini", "mercury")]
        >>> routes = route_templates_of(Endpoint(method="GET", segments=path, fields=fields) for path in paths)
        >>> routes["projects", "apollo"]
        ('projects', '{slug}')
    """
    ordered = sorted(endpoints, key=order)
    first = _templates_of(ordered, literals)
    # With the parameters below a segment known, more is seen of its siblings: "/repos/ada/engine/tags".
    routed = (msgspec.structs.replace(endpoint, segments=first[endpoint.segments]) for endpoint in ordered)
    second = _templates_of(sorted(routed, key=order), literals)
    return {path: second[template] for path, template in first.items() if path != second[template]}


def _templates_of(
    ordered: list[Endpoint], literals: frozenset[str]
) -> dict[tuple[str, ...], tuple[str, ...]]:
    """Return the template of each path among sorted endpoints."""
    ids = (
        frozenset(identifier for one in ordered for identifier in one.known_ids if is_distinctive(identifier))
        - literals
    )
    tree = _Node(
        [RequestBelow(endpoint.segments, endpoint) for endpoint in ordered], ids=ids, literals=literals
    )
    return dict(tree.templates((), after_parameter=False))


class _Node:
    """A node in the tree of paths, with the endpoints below it by their next segment."""

    def __init__(
        self,
        requests: Iterable[RequestBelow],
        *,
        ids: frozenset[str],
        literals: frozenset[str],
        names_below: Iterable[str] = (),
    ) -> None:
        self._ids = ids
        self._literals = literals
        self._names_below = set(names_below)
        self._ends: list[Endpoint] = []
        self._below: _Below = {}
        for request in requests:
            if request.rest:
                below = RequestBelow(request.rest[1:], request.endpoint)
                self._below.setdefault(request.rest[0], []).append(below)
            else:
                self._ends.append(request.endpoint)

    def templates(
        self, template: tuple[str, ...], *, after_parameter: bool
    ) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Yield each path that ends at this node or below it, with its template."""
        for endpoint in self._ends:
            yield endpoint.segments, template
        self._join_alike_parameters()
        parameters = self._parameters(is_first=not template, after_parameter=after_parameter)
        children: _Below = {}
        for segment, requests in sorted(self._below.items()):
            children.setdefault(parameters.get(segment, segment), []).extend(requests)
        names = {below for name in self._item_names() if (below := name.partition("/")[2])}
        for segment, requests in children.items():
            names_below = names if segment in parameters.values() else ()
            node = _Node(requests, ids=self._ids, literals=self._literals, names_below=names_below)
            yield from node.templates((*template, segment), after_parameter="{" in segment)

    def _join_alike_parameters(self) -> None:
        """Join parameters of different forms that return objects of one kind: "/users/7", "/users/a@b.test"."""
        kinds = [segment for segment in self._below if _PARAMETER.fullmatch(segment)]
        if ID in kinds:
            for kind in kinds:
                if kind != ID and return_the_same(self._below[ID], self._below[kind]):
                    self._below[ID] += self._below.pop(kind)

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
        slugs = self._named_segments(literal) - data
        if len(slugs) < (1 if parameters or route_parameter else _FEWEST_NAMED):
            slugs.clear()
        candidates = {segment: below for segment, below in literal.items() if segment not in self._literals}
        if not is_first and not after_parameter:
            slugs |= largest_alike(candidates) | same_paths_below(candidates)
            slugs |= listed_items(candidates, self._item_names())
        if slugs or parameters or route_parameter:
            slugs |= listed_items(candidates, self._new_names())
        slugs |= listed_items(candidates, self._names_below)
        slugs -= data
        parameters |= dict.fromkeys(slugs, route_parameter or (ID if data else SLUG))
        if not is_first and not after_parameter:
            parameters |= items_with_custom_methods(candidates)
        parameters |= dict.fromkeys(languages(candidates), LOCALE)
        return parameters | self._siblings(parameters, route_parameter, is_first=is_first)

    def _named_segments(self, literal: _Below) -> set[str]:
        """Return the segments that responses contain as a name, except the names of lists of different things."""
        named = {segment for segment, requests in literal.items() if is_named(segment, requests)}
        return named - different_lists(literal, named) - self._literals

    def _siblings(
        self, parameters: dict[str, str], route_parameter: str | None, *, is_first: bool
    ) -> dict[str, str]:
        """Return the parameter's name for each further segment next to a parameter."""
        parameter = route_parameter or next(iter(parameters.values()), None)
        if parameter is None:
            return {}
        names = {parameter, *parameters}
        known = [request for name in sorted(names & self._below.keys()) for request in self._below[name]]
        others = {
            segment: requests
            for segment, requests in self._below.items()
            if not segment.startswith("{") and segment not in names | self._literals
        }
        siblings = failed_siblings(others, known)
        if not is_first:
            siblings |= fitting_siblings(others, known)
        return dict.fromkeys(siblings, parameter)

    def _new_names(self) -> set[str]:
        """Return what items are called after a change of them."""
        changes = (
            request.endpoint
            for requests in self._below.values()
            for request in requests
            if not any(request.rest) and request.endpoint.method in _CHANGES
        )
        return {name for endpoint in changes for name in endpoint.items}

    def _item_names(self) -> set[str]:
        """Return what the responses of this node, a collection, call its items."""
        with_slash = (request.endpoint for request in self._below.get("", ()) if not any(request.rest))
        return self._names_below.union(
            *(
                endpoint.items
                for endpoint in (*self._ends, *with_slash)
                if endpoint.is_list or endpoint.method == "POST"
            )
        )

    def _has_form_of_id(self, segment: str, literal: _Below) -> bool:
        """Return whether a segment looks like an id next to it: same length and character classes."""
        return _is_random(segment) and any(
            len(identifier) == len(segment)
            for identifier in self._ids & literal.keys()
            if _is_random(identifier)
        )


def _is_random(segment: str) -> bool:
    return len(segment) >= _SHORTEST_ID and len(character_classes(segment)) >= _CLASSES_OF_ID
