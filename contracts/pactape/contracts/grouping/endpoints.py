"""Endpoints: the requests to a path, and how like the responses of two of them are."""

from __future__ import annotations

import msgspec

from pactape.contracts.samples.item_keys import HANDLE_KEYS, ID_KEYS

__all__ = [
    "OWN",
    "Endpoint",
    "RequestBelow",
    "fits",
    "is_named",
    "largest_alike",
    "order",
    "overlap",
    "return_the_same",
]

_READS = frozenset({"GET", "HEAD"})
#: From this number on, sibling names that return objects of one kind are values of one parameter.
_FEWEST_ALIKE = 3
_ALIKE = 0.75
_FEWEST_FIELDS = 3
#: Names of an object that depends on who asks: "/users/me/posts" is not documented with "/users/{id}/posts".
OWN = frozenset({"me", "self", "current", "mine", "my", "own"})
_APART = OWN | {"latest"}
#: Keys that identify objects; an object without any of them is an envelope or a report.
_IDENTITY = ID_KEYS | HANDLE_KEYS | {"name", "title", "email"}


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """The requests to a path, and their responses.

    Args:
        method: In upper case.
        segments: The path's segments, with parameters as "{name}".
        succeeds: Whether a response was successful.
        is_missing: Whether a response said that there is no such object.
        is_refused: Whether a response failed for a reason that says nothing about the object.
        fields: The field paths of the returned object; empty if the response is not an object.
        is_list: Whether the response is a list, or a page of one.
        named: The segments that are an identifier in the response.
        known_ids: The segments that an earlier response contained as ids.
        items: The names, in lower case, of items that a response shows to be in the collection.
        parameters: The names of the query parameters.
    """

    method: str
    segments: tuple[str, ...]
    succeeds: bool = True
    is_missing: bool = False
    is_refused: bool = False
    fields: frozenset[str] = frozenset()
    is_list: bool = False
    named: frozenset[str] = frozenset()
    known_ids: frozenset[str] = frozenset()
    items: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()


class RequestBelow(msgspec.Struct, frozen=True):
    """An endpoint, with the segments of its path below a node."""

    rest: tuple[str, ...]
    endpoint: Endpoint


def order(endpoint: Endpoint) -> tuple[object, ...]:
    """Return the sort key of an endpoint, so that the order of recordings has no influence."""
    return (
        endpoint.segments,
        endpoint.method,
        endpoint.succeeds,
        endpoint.is_list,
        sorted(endpoint.fields),
        sorted(endpoint.named),
    )


def fits(rest: tuple[str, ...], known: tuple[str, ...]) -> bool:
    """Return whether a path may be a known one with other values of its parameters."""
    return len(rest) == len(known) and all(
        segment == other or "{" in other for segment, other in zip(rest, known, strict=True)
    )


def is_named(segment: str, requests: list[RequestBelow]) -> bool:
    """Return whether a response contains the segment as a name; to a PUT, only if it is of the segment itself."""
    return any(
        segment in request.endpoint.named and (request.rest or not request.endpoint.is_list)
        for request in requests
        if request.endpoint.method != "PUT" or not request.rest
    )


def largest_alike(candidates: dict[str, list[RequestBelow]]) -> set[str]:
    """Return the largest set of segments that return objects of one kind, if too large for a coincidence."""
    sets: list[tuple[list[RequestBelow], set[str]]] = []
    for segment, requests in sorted(candidates.items()):
        if segment.lower() in _APART:
            continue
        like = next((members for model, members in sets if _are_alike(model, requests)), None)
        if like is None:
            sets.append((requests, {segment}))
        else:
            like.add(segment)
    largest = max((members for _, members in sets), key=len, default=set[str]())
    return largest if len(largest) >= _FEWEST_ALIKE else set()


def _are_alike(one: list[RequestBelow], other: list[RequestBelow]) -> bool:
    """Return whether reads of two segments return objects of one kind; small ones are ignored."""
    if any(not request.rest and request.endpoint.is_list for request in (*one, *other)):
        return False
    pairs = [
        (mine, theirs)
        for mine in map(_comparable, one)
        for theirs in map(_comparable, other)
        if mine and theirs and mine.method == theirs.method
    ]
    equal = [pair for pair in pairs if pair[0].parameters == pair[1].parameters]
    compared = equal or [pair for pair in pairs if not all(endpoint.parameters for endpoint in pair)]
    return bool(compared) and all(overlap(mine.fields, theirs.fields) for mine, theirs in compared)


def return_the_same(one: list[RequestBelow], other: list[RequestBelow]) -> bool:
    """Return whether all reads of the same subpaths below two parameters return objects with the same fields."""
    mine = {request.rest: request.endpoint for request in one if _is_read_of_object(request.endpoint)}
    theirs = {request.rest: request.endpoint for request in other if _is_read_of_object(request.endpoint)}
    both = mine.keys() & theirs.keys()
    return bool(both) and all(overlap(mine[rest].fields, theirs[rest].fields) for rest in both)


def _comparable(request: RequestBelow) -> Endpoint | None:
    """Return a successful read of a segment itself, if it returned an object with an identifying key."""
    endpoint = request.endpoint
    is_comparable = (
        not any(request.rest)
        and _is_read_of_object(endpoint)
        and len(endpoint.fields) >= _FEWEST_FIELDS
        and not endpoint.fields.isdisjoint(_IDENTITY)
    )
    return endpoint if is_comparable else None


def _is_read_of_object(endpoint: Endpoint) -> bool:
    return endpoint.method in _READS and endpoint.succeeds and not endpoint.is_list and bool(endpoint.fields)


def overlap(one: frozenset[str], other: frozenset[str]) -> bool:
    """Return whether most fields are in both (Jaccard index)."""
    return len(one & other) >= _ALIKE * len(one | other)
