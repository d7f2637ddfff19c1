"""Routes: which path segments are data, and so parameters of one operation, by what is answered below them.

A segment becomes a parameter only with evidence that it is data:
- an answer of any recording brought it as an id, or it has the form of an id that one did;
- answers name their object by it: "/projects/apollo" answers {"name": "apollo"};
- several beside each other read objects of one kind ("/projects/apollo", "/projects/gemini", "/projects/mercury").

What begins a path, follows a parameter ("/statuses/9/pin"), ends a write, names a list or stands literally in the
client's code is a name. Segments whose form tells that they are values have become parameters before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Endpoint", "route_templates_of"]

_READS = frozenset({"GET", "HEAD"})
#: From so many on, names beside each other that an answer repeats are values of one parameter.
_FEWEST_NAMED = 2
#: From so many on, names beside each other that read objects of one kind are.
_FEWEST_ALIKE = 3
_ALIKE = 0.75
_FEWEST_FIELDS = 3
#: Keys by which objects are told apart; an object without any is an envelope, or a report.
_IDENTITY = frozenset("id _id uuid guid sid slug key code name login username handle email sku title".split())  # noqa: SIM905
_SHORTEST_ID = 8
_CLASSES_OF_ID = 3
SLUG = "{slug}"
ID = "{id}"


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked at a path, and what is answered.

    Args:
        method: In upper case.
        segments: Of the path, parameters as "{name}".
        succeeds: Whether an answer was a success.
        fields: The paths of the fields of the object that is answered; empty for anything else.
        is_list: Whether the answer is a list, or a page of one.
        named: The segments that an answer names as its own.
        known_ids: The segments that an earlier answer brought as ids.
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
        endpoints: All that was asked of one provider.
        literals: Segments that stand literally in the client's code; they stay.

    Example:
        >>> fields = frozenset({"id", "name", "members"})
        >>> paths = [("projects", name) for name in ("apollo", "gemini", "mercury")]
        >>> routes = route_templates_of(Endpoint(method="GET", segments=path, fields=fields) for path in paths)
        >>> routes["projects", "apollo"]
        ('projects', '{slug}')
    """
    known = sorted(endpoints, key=_order)
    ids = frozenset(each for one in known for each in one.known_ids if _is_distinctive(each)) - literals
    tree = _Node([_Asked(each.segments, each) for each in known], ids=ids, literals=literals)
    found = dict(tree.templates((), after_parameter=False))
    return {path: template for path, template in found.items() if path != template}


class _Asked(msgspec.Struct, frozen=True):
    """An endpoint, and the segments of its path that are still below a place."""

    rest: tuple[str, ...]
    endpoint: Endpoint


class _Node:
    """A place in the tree of paths: what is asked below it, by the next segment."""

    def __init__(self, asked: Iterable[_Asked], *, ids: frozenset[str], literals: frozenset[str]) -> None:
        self._ids = ids
        self._literals = literals
        self._ends: list[Endpoint] = []
        self._below: dict[str, list[_Asked]] = {}
        for each in asked:
            if each.rest:
                below = _Asked(each.rest[1:], each.endpoint)
                self._below.setdefault(each.rest[0], []).append(below)
            else:
                self._ends.append(each.endpoint)

    def templates(
        self, template: tuple[str, ...], *, after_parameter: bool
    ) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
        """Yield each path that ends at this place or below it, with its template."""
        for endpoint in self._ends:
            yield endpoint.segments, template
        parameters = self._parameters(is_first=not template, after_parameter=after_parameter)
        children: dict[str, list[_Asked]] = {}
        for segment, asked in sorted(self._below.items()):
            children.setdefault(parameters.get(segment, segment), []).extend(asked)
        for segment, asked in children.items():
            node = _Node(asked, ids=self._ids, literals=self._literals)
            yield from node.templates((*template, segment), after_parameter=segment.startswith("{"))

    def _parameters(self, *, is_first: bool, after_parameter: bool) -> dict[str, str]:
        """The name of the parameter by each segment at this place that is data."""
        given = next((each for each in self._below if each.startswith("{")), None)
        literal = {each: asked for each, asked in self._below.items() if not each.startswith("{")}
        elsewhere = {each for asked in self._below.get(given or "", ()) for each in asked.endpoint.known_ids}
        data = {
            each
            for each in literal
            if each in self._ids or each in elsewhere or self._has_form_of_id(each, literal)
        }
        found = dict.fromkeys(data, given or ID)
        named = {each for each, asked in literal.items() if _is_named(each, asked)} - data - self._literals
        slugs = named if len(named) >= (1 if found or given else _FEWEST_NAMED) else set()
        if not is_first and not after_parameter:
            candidates = {each: asked for each, asked in literal.items() if each not in self._literals}
            slugs |= _alike(candidates) - data
        found |= dict.fromkeys(slugs, given or (ID if data else SLUG))
        return found | self._failing(literal, found, given)

    def _has_form_of_id(self, segment: str, literal: dict[str, list[_Asked]]) -> bool:
        """Whether a segment looks like an id that stands beside it: as long, of as many classes of characters."""
        return _is_random(segment) and any(
            len(each) == len(segment) for each in self._ids & literal.keys() if _is_random(each)
        )

    def _failing(
        self, literal: dict[str, list[_Asked]], found: dict[str, str], given: str | None
    ) -> dict[str, str]:
        """Segments beside parameters that nothing but failures was answered for: an object that isn't there."""
        asked_of_data = {
            (each.endpoint.method, each.rest)
            for segment, asked in self._below.items()
            if segment in found or segment == given
            for each in asked
        }
        parameter = given or next(iter(found.values()), None)
        return {
            segment: parameter
            for segment, asked in literal.items()
            if parameter
            and segment not in found
            and segment not in self._literals
            and all(
                not each.endpoint.succeeds and (each.endpoint.method, each.rest) in asked_of_data
                for each in asked
            )
        }


def _order(endpoint: Endpoint) -> tuple[object, ...]:
    """What endpoints are sorted by, so that the order of recordings decides nothing."""
    return (
        endpoint.segments,
        endpoint.method,
        endpoint.succeeds,
        endpoint.is_list,
        sorted(endpoint.fields),
        sorted(endpoint.named),
    )


def _is_named(segment: str, asked: list[_Asked]) -> bool:
    return any(
        segment in each.endpoint.named and (each.rest or not each.endpoint.is_list)
        for each in asked
        if each.endpoint.method in _READS
    )


def _alike(candidates: dict[str, list[_Asked]]) -> set[str]:
    """The largest set of segments that read objects of one kind, if it is large enough to be no accident."""
    sets: list[tuple[list[_Asked], set[str]]] = []
    for segment, asked in sorted(candidates.items()):
        like = next((members for model, members in sets if _are_alike(model, asked)), None)
        if like is None:
            sets.append((asked, {segment}))
        else:
            like.add(segment)
    largest = max((members for _, members in sets), key=len, default=set[str]())
    return largest if len(largest) >= _FEWEST_ALIKE else set()


def _are_alike(one: list[_Asked], other: list[_Asked]) -> bool:
    """Whether something is read below both, and whatever is read below both is an object of one kind.

    Small answers say nothing, neither for it nor against it.
    """
    if any(not each.rest and each.endpoint.is_list for each in (*one, *other)):
        return False
    mine = {(each.endpoint.method, each.rest): each.endpoint.fields for each in one if _tells(each)}
    shared = [
        (mine[each.endpoint.method, each.rest], each.endpoint.fields)
        for each in other
        if _tells(each) and (each.endpoint.method, each.rest) in mine
    ]
    return bool(shared) and all(_overlap(fields, theirs) >= _ALIKE for fields, theirs in shared)


def _tells(asked: _Asked) -> bool:
    """Whether an answer is of use to compare: that of a read that succeeds, with an object that has an identity."""
    endpoint = asked.endpoint
    return (
        endpoint.method in _READS
        and endpoint.succeeds
        and not endpoint.is_list
        and len(endpoint.fields) >= _FEWEST_FIELDS
        and not endpoint.fields.isdisjoint(_IDENTITY)
    )


def _overlap(one: frozenset[str], other: frozenset[str]) -> float:
    """The share of the fields that both have (Jaccard)."""
    return len(one & other) / len(one | other)


def _is_distinctive(segment: str) -> bool:
    """Whether a text is an id wherever it stands: a word may be the name of a route elsewhere."""
    return any(each.isdigit() for each in segment) or len(_classes(segment)) >= _CLASSES_OF_ID


def _is_random(segment: str) -> bool:
    return len(segment) >= _SHORTEST_ID and len(_classes(segment)) >= _CLASSES_OF_ID


def _classes(text: str) -> set[str]:
    """The classes of characters in a text."""
    return {
        "digit" if each.isdigit() else "upper" if each.isupper() else "lower" if each.islower() else "mark"
        for each in text
    }
