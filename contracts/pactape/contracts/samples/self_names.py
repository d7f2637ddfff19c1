"""Finds path segments that are data because the response contains them as a name or id of its object."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from pactape.contracts.samples.item_keys import singular
from pactape.contracts.samples.path_segments import name_in_segment
from pactape.urls import url_parts

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.contracts.samples.sample import Sample

__all__ = ["segments_named"]

_READS = frozenset({"GET", "HEAD"})
_REPLACES = "PUT"
_FIRST_REDIRECT = 300
#: Keys of an object's kind, or of what was done, not of its identity.
_NOT_NAMES = frozenset({"object", "event", "action", "command", "operation", "method", "__typename"})
#: How the keys of kinds and states end.
_KINDS = ("type", "kind", "status", "state", "class", "category", "engine", "mode", "format")
#: What is in a path before a name with one collection.
_VERSIONED = re.compile(r"(.*/[vV][0-9]\w*)?")
#: How deep in a response the object's name may be: {"info": {"name": "requests"}}.
_DEEPEST = 2
#: How deep in a response the id of a parent object may be.
_DEEPEST_ID = 6
#: How many items of an array are looked at.
_FIRST_ITEMS = 3


def segments_named(sample: Sample) -> Iterator[str]:
    """Yield the path segments of a successful request that its response contains as a name, an id or a code.

    For a read, these are the names of its object, and the ids anywhere in the response, which may be ids of parent
    objects. A name may consist of two segments, "/repos/ada/engine" returns {"full_name": "ada/engine"}, or of all
    from a collection on. For a PUT, only the last segment counts, if it is the id of the object; for other writes,
    segments that the response has by the name of their collection.

    Args:
        sample: An exchange; yields nothing unless the response is JSON.
    """
    request, received = sample.exchange.request, sample.received
    if sample.exchange.response.status >= _FIRST_REDIRECT or not isinstance(received, dict | list):
        return
    segments = url_parts(request.url).path.split("/")[1:]
    is_read = request.method in _READS
    if not is_read and request.method != _REPLACES:
        yield from _named_after_collections(received, [unquote(segment) for segment in segments])
        return
    if not is_read and not isinstance(received, dict):
        return
    segments = _segments_in(sample.exchange.response.body, segments if is_read else segments[-1:])
    if not any(segments):
        return
    if is_read:
        names = {*(_names(received, 1) if isinstance(received, dict) else ()), *_ids(received, _DEEPEST_ID)}
    else:
        names = set(_ids(received, _DEEPEST))
    for segment in segments:
        if segment and name_in_segment(unquote(segment)) in names:
            yield unquote(segment)
    resource = _resource_name(received, unquote(url_parts(request.url).path))
    yield from resource.split("/")[1::2]
    names.discard(name_in_segment(resource))
    for first, second in pairwise(map(unquote, segments)):
        if first and second and f"{first.lower()}/{name_in_segment(second)}" in names:
            yield from (first, second)


def _named_after_collections(received: Any, segments: list[str]) -> Iterator[str]:
    """Yield the segments that a response has by the name before them: "backend/b1" as {"backend_name": "b1"}.

    {"power": "on"} after "/power/on" may be a state that the request set.
    """
    for collection, segment in pairwise(segments):
        item = singular(collection)
        keys = [f"{item}_name", f"{item}_id", f"{item}_key"]
        if item != collection.lower() and _may_name(item):
            keys.append(item)
        if segment and isinstance(received, dict) and segment in map(received.get, keys):
            yield segment


def _resource_name(received: Any, path: str) -> str:
    """Return a name that repeats the path, with collections and ids in turn; empty if there is none (AIP-122).

    {"name": "models/m1"} is one of "/v1/models/m1"; of "/images/library/nginx", {"name": "library/nginx"} is not.
    """
    name = received.get("name") if isinstance(received, dict) else None
    if not isinstance(name, str) or not path.endswith(f"/{name}"):
        return ""
    slashes = name.count("/")
    is_collection = slashes > 1 or _VERSIONED.fullmatch(path.removesuffix(f"/{name}")) is not None
    return name if is_collection and slashes % 2 else ""


def _segments_in(body: bytes, segments: list[str]) -> list[str]:
    """Return the segments, each empty if a body can't contain it (cheap pre-check; all if it may be escaped)."""
    lower = body.lower()
    if b"\\" in lower or b"\0" in lower or not lower.isascii():
        return segments
    return [
        segment if name_in_segment(unquote(segment)).encode("utf-8", "surrogatepass") in lower else ""
        for segment in segments
    ]


def _ids(value: Any, depth: int) -> Iterator[str]:
    """Yield the values of keys named "id"."""
    if isinstance(value, list):
        for item in value[:_FIRST_ITEMS]:
            yield from _ids(item, depth)
    elif isinstance(value, dict) and depth:
        for key, child in value.items():
            if isinstance(child, str) and key.lower() in {"id", "_id"}:
                yield name_in_segment(child)
            elif isinstance(child, dict | list):
                yield from _ids(child, depth - 1)


def _names(value: dict[str, Any], depth: int) -> Iterator[str]:
    for key, child in value.items():
        if isinstance(child, str) and _may_name(key.lower()):
            yield name_in_segment(child)
        elif isinstance(child, dict) and depth < _DEEPEST:
            yield from _names(child, depth + 1)


def _may_name(key: str) -> bool:
    """Return whether a key may name an object, rather than its kind or state."""
    return key not in _NOT_NAMES and not key.endswith(_KINDS)
