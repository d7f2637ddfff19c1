"""Siblings: path segments that are data because of the paths below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.grouping.endpoints import fits, overlap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pactape.contracts.grouping.endpoints import RequestBelow

__all__ = ["failed_siblings", "fitting_siblings", "same_paths_below"]

#: Names of an object that only the server knows: "/users/me/posts" is not documented with "/users/{id}/posts".
_ALIASES = frozenset({"me", "self", "current", "mine", "my", "own", "latest", "default", "all"})
#: How many siblings with the same path below them are values of one parameter, by the names in the path; from the
#: last number on.
_FEWEST_OF_SAME_PATH = {1: 8, 2: 4}

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

    Args:
        candidates: The requests below each segment that may be data.
        known: The requests below the parameter.
    """
    return {
        segment
        for segment, requests in candidates.items()
        if not any(request.endpoint.succeeds for request in requests)
        and any(_is_like_one_of(request, known) for request in requests)
    }


def same_paths_below(candidates: _Below) -> set[str]:
    """Return segments with the same path of names below them, whose responses have the same fields.

    A segment with ids below it, or that lists something, is a collection, and so none of them.
    """
    by_path: dict[tuple[str, tuple[str, ...]], dict[str, RequestBelow]] = {}
    for segment, requests in sorted(candidates.items()):
        if segment.lower() in _ALIASES or any(map(_shows_a_collection, requests)):
            continue
        for request in requests:
            if request.endpoint.succeeds and all("{" not in name for name in request.rest):
                by_path.setdefault((request.endpoint.method, request.rest), {}).setdefault(segment, request)
    found: set[str] = set()
    for (_, rest), of_path in by_path.items():
        fewest = _FEWEST_OF_SAME_PATH.get(min(sum(map(bool, rest)), max(_FEWEST_OF_SAME_PATH)))
        if fewest is not None and len(of_path) >= fewest and _have_same_fields(of_path):
            found |= of_path.keys()
    return found


def _shows_a_collection(request: RequestBelow) -> bool:
    return request.rest[0].startswith("{") if request.rest else request.endpoint.is_list


def _have_same_fields(requests: Mapping[str, RequestBelow]) -> bool:
    """Return whether the responses have the same fields; of an empty list, only what is around its items."""
    endpoints = [request.endpoint for request in requests.values()]
    most = max((endpoint.fields for endpoint in endpoints), key=lambda fields: (len(fields), sorted(fields)))
    return bool(most) and all(
        overlap(most, endpoint.fields) or (endpoint.is_list and endpoint.fields < most)
        for endpoint in endpoints
    )


def _is_like_one_of(request: RequestBelow, known: Iterable[RequestBelow]) -> bool:
    return any(
        request.endpoint.method == other.endpoint.method and fits(request.rest, other.rest) for other in known
    )


def _has_paths_of(requests: list[RequestBelow], known: list[RequestBelow]) -> bool:
    """Return whether at least half of the paths below a segment are known, and it returns no object of its own."""
    ends = [request.endpoint for request in requests if not request.rest and request.endpoint.succeeds]
    known_ends = [request.endpoint for request in known if not request.rest]
    below = {(request.endpoint.method, request.rest): request for request in requests if request.rest}
    fitting = [
        request
        for request in below.values()
        if any("{" not in name for name in request.rest) and _is_like_one_of(request, known)
    ]
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
