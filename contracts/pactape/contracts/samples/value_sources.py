"""Finds the sources of a request's values: provider state parameters, and earlier responses of the recording."""

from __future__ import annotations

from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import msgspec

from pactape.contracts.samples.item_keys import ID_KEYS, singular
from pactape.contracts.samples.path_segments import is_distinctive, segment_kinds
from pactape.contracts.samples.resource_addresses import ids_in_headers
from pactape.contracts.samples.value_forms import segment_kind
from pactape.http_bodies import json_body_or_none
from pactape.pactfile.json_paths import below, can_be_named
from pactape.urls import url_parts

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from pactape.exchange import Exchange

__all__ = ["NO_SOURCES", "EarlierResponses", "ValueSources", "find_sources", "path_segments"]

#: A shorter text in a query or body may equal a state's parameter by chance.
_DISTINCTIVE = 6
_SCALARS = (str, int)
#: After this many exchanges of one recording, the ids in its responses are dropped.
_MOST_EXCHANGES = 1000
#: Stands for the name of a collection where an id is one at any position.
_ANYWHERE = ""
#: Stands for it where only the form of a value shows that it is an id.
_BY_FORM = "*"
_NEAREST_KEYS = 2


class ValueSources(msgspec.Struct, frozen=True, kw_only=True):
    """The sources of a request's values: provider states and earlier responses.

    Args:
        path: The parameter's name by the path segment's index, from 0; counted in the whole URL path.
        query: The parameter's name by the query parameter's name.
        body: The parameter's name and the JSON kind ("STRING", "INTEGER") by path expression.
        earlier: The location in an earlier response of each segment that one contained: "POST /users: $.id".
    """

    path: dict[int, str] = {}
    query: dict[str, str] = {}
    body: dict[str, tuple[str, str]] = {}
    earlier: dict[int, str] = {}


NO_SOURCES = ValueSources()


class EarlierResponses:
    """The responses of one recording so far, by the ids in them.

    In a recording with very many exchanges, such as captured traffic, responses are dropped from time to time:
    equality with a much earlier response is a coincidence.

    Args:
        segments: The path segments of all requests of the recording; other values are ignored.

    A word is an id only below the name of its collection: after `GET /field` returned `{"id": "project"}`,
    `/project` is still a name, and `/fields/project` has an id. A slug is one in any path of the same host.
    """

    def __init__(self, segments: Iterable[str]) -> None:
        self._segments = frozenset(segments)
        numbers = {number for segment in self._segments if (number := _integer(segment)) is not None}
        self._candidates = self._segments | numbers
        self._bringers: dict[tuple[str, str], Exchange] = {}
        self._count = 0

    def add(self, exchange: Exchange) -> None:
        """Add the ids in a response."""
        self._count += 1
        if self._count % _MOST_EXCHANGES == 0:
            self._bringers.clear()
        url = url_parts(exchange.request.url)
        requested = [url.netloc, *map(unquote, url.path.rstrip("/").split("/")[1:])]
        for value, key, above in _values_among(self._candidates, json_body_or_none(exchange.response)):
            for name in _collections(value, key, above, requested):
                self._bringers.setdefault((name, value), exchange)
        for value in ids_in_headers(exchange):
            if value in self._segments:
                self._bringers.setdefault((_ANYWHERE, value), exchange)

    def place_of(self, value: str, before: list[str]) -> tuple[str, str] | None:
        """Return the key and location of an id's first occurrence; None if no response contained it as an id.

        Args:
            value: A path segment.
            before: The host, and the segments before it.
        """
        names = (singular(before[-1]), before[0]) if before[1:] else ()
        keys = (_ANYWHERE, *names, _BY_FORM)
        exchange = next((found for key in keys if (found := self._bringers.get((key, value)))), None)
        return None if exchange is None else _id_in(exchange, value)


def path_segments(exchanges: Iterable[Exchange]) -> Iterator[str]:
    """Yield the path segments of all requests, percent-decoded."""
    for exchange in exchanges:
        yield from map(unquote, url_parts(exchange.request.url).path.split("/")[1:])


def _integer(text: str) -> int | None:
    """Return the integer whose JSON is this text; None if there is none."""
    with suppress(ValueError):
        return number if str(number := int(text)) == text else None
    return None


def _collections(value: str, key: str, above: tuple[str, ...] | None, requested: list[str]) -> Iterable[str]:
    """Return the names of the collections that a value in a response is an id in.

    Args:
        value: The value.
        key: Its key.
        above: The nearest keys above its object; None for an item of an array.
        requested: The host, and the segments of the requested path.
    """
    if not _names_an_id(key):
        return (_BY_FORM,) if segment_kind(value) == "id" else ()
    if segment_kind(value) == "id" or is_distinctive(value):
        return (_ANYWHERE,)
    if above is None:
        return ()
    path = requested[1:-1] if requested[-1] == value else requested[1:]
    names = map(singular, filter(None, (*above, key.lower().removesuffix("_id"), *path[-1:])))
    return (*names, requested[0]) if key.lower() == "slug" else names


def _values_among(
    candidates: frozenset[str | int], value: Any
) -> Iterator[tuple[str, str, tuple[str, ...] | None]]:
    """Yield the texts and integers of a JSON value that are among the candidates.

    Each is a text, with its key, and the nearest keys above the object that has it; None for an item of an array.
    """
    stack: list[tuple[tuple[str, ...], Any]] = [((), [value])]
    while stack:
        above, collection = stack.pop()
        is_object = type(collection) is dict
        key = above[0] if above else ""
        for name, child in collection.items() if is_object else zip(repeat(key), collection):
            kind = type(child)
            if kind is str or kind is int:
                if child in candidates and not (is_object and not can_be_named(name)):
                    yield str(child), name, above if is_object else None
            elif (kind is dict or kind is list) and not (is_object and not can_be_named(name)):
                stack.append(((name, *above[:_NEAREST_KEYS]) if is_object else above, child))


def _id_in(exchange: Exchange, value: str) -> tuple[str, str] | None:
    operation = f"{exchange.request.method} {url_parts(exchange.request.url).path}"
    found = [
        (key, f"{operation}: {path}")
        for key, path, scalar in _scalars(json_body_or_none(exchange.response), "", "$")
        if str(scalar) == value and (segment_kind(value) == "id" or _names_an_id(key))
    ]
    if found:
        return next((place for place in found if _names_an_id(place[0])), found[0])
    if value in ids_in_headers(exchange):
        return "id", f"{operation}: the address in a header"
    return None


def find_sources(exchange: Exchange, earlier_responses: EarlierResponses) -> ValueSources:
    """Find the sources of the values in a request.

    Args:
        exchange: The exchange, with its provider states.
        earlier_responses: The earlier responses of the same recording.
    """
    parameters = _parameters(exchange)
    url = url_parts(exchange.request.url)
    segments = [unquote(part) for part in url.path.split("/")[1:]]
    kinds = segment_kinds(segments)
    path = {index: parameters[segment] for index, segment in enumerate(segments) if segment in parameters}
    earlier = {
        index: source
        for index, segment in enumerate(segments)
        if segment
        and index not in path
        and not (segment.isdigit() and kinds[index] is None)  # an API version
        and (source := earlier_responses.place_of(segment, [url.netloc, *segments[:index]])) is not None
    }
    if not parameters:
        return (
            ValueSources(path=_generated_parameters(earlier, ()), earlier=_locations(earlier))
            if earlier
            else NO_SOURCES
        )
    sent_query = parse_qs(url.query, keep_blank_values=True)
    return ValueSources(
        path=path | _generated_parameters(earlier, parameters.values()),
        query={
            name: parameters[values[0]]
            for name, values in sent_query.items()
            if len(values) == 1 and _is_the_same(values[0], name, parameters)
        },
        body={
            path: (parameters[str(value)], "STRING" if isinstance(value, str) else "INTEGER")
            for key, path, value in _scalars(json_body_or_none(exchange.request), "", "$")
            if _is_the_same(str(value), key, parameters)
        },
        earlier=_locations(earlier),
    )


def _generated_parameters(sources: Mapping[int, tuple[str, str]], names: Collection[str]) -> dict[int, str]:
    """Return the parameter's name by segment for ids of earlier responses; names in states take precedence."""
    return {index: key for index, (key, _) in sources.items() if key not in names}


def _locations(sources: Mapping[int, tuple[str, str]]) -> dict[int, str]:
    return {index: where for index, (_, where) in sources.items()}


def _parameters(exchange: Exchange) -> dict[str, str]:
    """Return the names of state parameters by their values as texts, without ambiguous values."""
    names: dict[str, str] = {}
    doubtful: set[str] = set()
    states = exchange.provenance.states if exchange.provenance else ()
    for name, value in (item for state in states for item in state.parameters.items()):
        is_scalar = isinstance(value, _SCALARS) and not isinstance(value, bool)
        if is_scalar and name.isidentifier() and names.setdefault(str(value), name) != name:
            doubtful.add(str(value))
    return {value: name for value, name in names.items() if value and value not in doubtful}


def _is_the_same(value: str, key: str, parameters: Mapping[str, str]) -> bool:
    """Return whether a value is a state's parameter, rather than equal to it by chance."""
    name = parameters.get(value)
    return name is not None and (len(value) >= _DISTINCTIVE or key == name or key.endswith(f"_{name}"))


def _names_an_id(key: str) -> bool:
    lower = key.lower()
    return lower in {*ID_KEYS, "slug", "key"} or lower.endswith(("_id", "-id"))


def _scalars(value: Any, key: str, path: str) -> Iterator[tuple[str, str, str | int]]:
    """Yield the key, path expression and value of every text and integer in a JSON value."""
    if isinstance(value, dict):
        for name, child in value.items():
            if can_be_named(name):
                yield from _scalars(child, name, below(path, name))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _scalars(item, key, f"{path}[{index}]")
    elif isinstance(value, _SCALARS) and not isinstance(value, bool):
        yield key, path, value
