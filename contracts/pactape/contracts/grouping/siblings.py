"""Siblings: path segments that are data because of the paths below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.grouping.endpoints import OWN, fits, overlap
from pactape.contracts.samples.path_segments import is_distinctive, name_in_segment, stem_and_method

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from pactape.contracts.grouping.endpoints import Endpoint, RequestBelow

__all__ = [
    "different_lists",
    "failed_siblings",
    "fitting_siblings",
    "items_with_custom_methods",
    "languages",
    "listed_items",
    "same_paths_below",
]

#: Names of an object that only the server knows, unless it lists them.
_ALIASES = OWN | {"latest", "default", "all"}
#: How many siblings with the same path below them are values of one parameter, and how many names the path must
#: have: many collections have "/count" or "/admin/health".
_FEWEST_OF_SAME_PATH = 4
_ENGLISH = "en"
#: Codes of languages (ISO 639-1) that are not English words or abbreviations.
_LANGUAGES = frozenset(
    """
    ar bg ca cs cy da de el en es et eu fa fi fr ga gl he hi hu ja ko lt lv mk ms nb nl nn pl pt ro ru sk sl sq sr
    sv th tr uk ur vi zh
    """.split()  # noqa: SIM905 -- a long list reads better as words
)
_WRITES = frozenset({"POST", "PUT", "PATCH"})
_FEWEST_NAMES = 3

_Below = dict[str, list["RequestBelow"]]


def fitting_siblings(candidates: _Below, known: list[RequestBelow]) -> set[str]:
    """Return siblings of a parameter with the same paths below them: "/repos/{id}/tags", "/repos/web/tags".

    Args:
        candidates: The requests below each segment that may be data.
        known: The requests below the parameter.
    """
    return {
        segment
        for segment, requests in candidates.items()
        if segment.lower() not in _ALIASES and _has_paths_of(requests, known)
    }


def failed_siblings(candidates: _Below, known: list[RequestBelow]) -> set[str]:
    """Return siblings of a parameter that only ever failed, with a path of it: objects that don't exist.

    A refused write may be one of another kind: "POST /users/search"; and so may a read that is forbidden, or at
    which the server failed: "GET /users/export".

    Args:
        candidates: The requests below each segment that may be data.
        known: The requests below the parameter.
    """
    return {
        segment
        for segment, requests in candidates.items()
        if not any(request.endpoint.succeeds for request in requests)
        and any(_is_like_one_of(request, known) for request in requests if not _is_refused(request))
    }


def languages(candidates: _Below) -> set[str]:
    """Return segments that are codes of languages: "en", and others with a path that "en" has, too.

    Args:
        candidates: The requests below each segment that may be data.
    """
    paths = {
        segment: {(request.endpoint.method, request.rest) for request in requests}
        for segment, requests in candidates.items()
        if segment in _LANGUAGES
    }
    found = {code for code in paths if paths[code] & paths.get(_ENGLISH, set())}
    return found if len(found) > 1 else set()


def different_lists(candidates: _Below, names: set[str]) -> set[str]:
    """Return the names of lists of different things: "/users" returns {"resource": "users", "items": [{…}]}.

    Args:
        candidates: The requests below each segment that may be data.
        names: The segments that responses contain as a name.
    """
    items = {
        segment: frozenset(field.partition("[].")[2] for field in request.endpoint.fields if "[]." in field)
        for segment in names
        for request in candidates[segment]
        if not any(request.rest) and request.endpoint.succeeds and request.endpoint.method == "GET"
    }
    lists = {segment: fields for segment, fields in items.items() if fields}
    most = max(lists.values(), key=len, default=frozenset[str]())
    return set() if all(overlap(most, fields) for fields in lists.values()) else set(lists)


def listed_items(candidates: _Below, names: set[str]) -> set[str]:
    """Return segments that responses show to be items, perhaps together with the next segment.

    Segments that list different things, and that nobody deletes, are collections, which a page of links to them
    names, too.

    Args:
        candidates: The requests below each segment that may be data.
        names: What responses call items, in lower case; two segments with a slash.
    """
    found = {
        segment: [request.endpoint for request in requests if not any(request.rest)]
        for segment, requests in candidates.items()
        if segment.lower() not in OWN and not names.isdisjoint(_possible_names(segment, requests))
    }
    reads = {
        segment: endpoint
        for segment, endpoints in found.items()
        for endpoint in endpoints
        if endpoint.fields and endpoint.method == "GET"
    }
    lists = {
        segment
        for segment, endpoint in reads.items()
        if endpoint.is_list and all(other.method != "DELETE" for other in found[segment])
    }
    return set(found) if _have_same_fields(reads.values()) else found.keys() - lists


def items_with_custom_methods(candidates: _Below) -> dict[str, str]:
    """Return the template of segments that are items with a custom method: "gemini-2.0-flash:generateContent".

    An item has a digit in its name, or the method of one that has and a response with the same fields;
    "users:search" is a method of a collection.

    Args:
        candidates: The requests below each segment that may be data, below the name of a collection.
    """
    parts = {segment: stem_and_method(segment) for segment in candidates}
    items = {segment: method for segment, (stem, method) in parts.items() if method and is_distinctive(stem)}
    others = {
        segment: method
        for segment, (_, method) in parts.items()
        if any(
            method == method_of_item and _may_return_the_same(candidates[segment], candidates[item])
            for item, method_of_item in items.items()
        )
    }
    return {segment: f"{{id}}{method}" for segment, method in {**items, **others}.items()}


def same_paths_below(candidates: _Below) -> set[str]:
    """Return segments with the same long path of names below them, whose responses have the same fields.

    A segment with ids below it, or that lists something, is a collection, and so none of them.
    """
    by_path: dict[tuple[str, tuple[str, ...]], dict[str, RequestBelow]] = {}
    for segment, requests in sorted(candidates.items()):
        if segment.lower() in _ALIASES or any(map(_shows_a_collection, requests)):
            continue
        for request in requests:
            names = [name for name in request.rest if name]
            if request.endpoint.succeeds and len(names) >= _FEWEST_NAMES and "{" not in "".join(names):
                by_path.setdefault((request.endpoint.method, request.rest), {}).setdefault(segment, request)
    found: set[str] = set()
    for of_path in by_path.values():
        endpoints = [request.endpoint for request in of_path.values()]
        if len(of_path) >= _FEWEST_OF_SAME_PATH and _have_same_fields(endpoints):
            found |= of_path.keys()
    return found


def _possible_names(segment: str, requests: list[RequestBelow]) -> Iterator[str]:
    yield name_in_segment(segment)
    for request in requests:
        if request.rest:
            yield f"{segment.lower()}/{name_in_segment(request.rest[0])}"


def _is_refused(request: RequestBelow) -> bool:
    """Return whether a request failed for another reason than its object; a write, unless the object is missing."""
    endpoint = request.endpoint
    is_write = endpoint.method in _WRITES and not any(request.rest)
    return endpoint.is_refused or (is_write and not endpoint.is_missing)


def _shows_a_collection(request: RequestBelow) -> bool:
    return request.rest[0].startswith("{") if request.rest else request.endpoint.is_list


def _may_return_the_same(one: list[RequestBelow], other: list[RequestBelow]) -> bool:
    """Return whether successful responses have the same fields, or there are none of one."""
    mine, theirs = (
        [request.endpoint.fields for request in requests if request.endpoint.succeeds]
        for requests in (one, other)
    )
    return not mine or not theirs or any(overlap(own, others) for own in mine for others in theirs)


def _have_same_fields(endpoints: Collection[Endpoint]) -> bool:
    """Return whether the responses have the same fields; of an empty list, only what is around its items."""
    by_size = sorted(
        (endpoint.fields for endpoint in endpoints), key=lambda fields: (len(fields), sorted(fields))
    )
    most = by_size[-1] if by_size else frozenset[str]()
    return bool(most) and all(
        overlap(most, endpoint.fields) or (endpoint.is_list and endpoint.fields < most)
        for endpoint in endpoints
    )


def _is_like_one_of(request: RequestBelow, known: Iterable[RequestBelow]) -> bool:
    return any(
        request.endpoint.method == other.endpoint.method and fits(request.rest, other.rest) for other in known
    )


def _shares_names(request: RequestBelow, other: RequestBelow) -> bool:
    """Return whether a request is like another one, with a name in the same place of both paths."""
    return _is_like_one_of(request, [other]) and any(
        name == other_name and "{" not in name
        for name, other_name in zip(request.rest, other.rest, strict=True)
    )


def _has_paths_of(requests: list[RequestBelow], known: list[RequestBelow]) -> bool:
    """Return whether at least half of the paths below a segment are known, and it returns no object of its own."""
    ends = [request.endpoint for request in requests if not request.rest and request.endpoint.succeeds]
    known_ends = [request.endpoint for request in known if not request.rest]
    below = {(request.endpoint.method, request.rest): request for request in requests if request.rest}
    fitting = [request for request in below.values() if any(_shares_names(request, other) for other in known)]
    return (
        bool(fitting)
        and len(fitting) * 2 >= len(below)
        and all(
            any(
                end.method == other.method and not end.is_list and overlap(end.fields, other.fields)
                for other in known_ends
            )
            for end in ends
        )
    )
