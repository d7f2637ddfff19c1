"""Finds the sources of a request's values: provider state parameters, and earlier responses of the recording."""

from __future__ import annotations

from contextlib import suppress
from itertools import repeat
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote

import msgspec

from pactape.contracts.samples.path_segments import segment_kind
from pactape.contracts.samples.resource_addresses import ids_in_headers
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
    """

    def __init__(self, segments: Iterable[str]) -> None:
        self._segments = frozenset(segments)
        numbers = {number for segment in self._segments if (number := _integer(segment)) is not None}
        self._candidates = self._segments | numbers
        self._bringers: dict[str, Exchange] = {}
        self._count = 0

    def add(self, exchange: Exchange) -> None:
        """Add the ids in a response."""
        self._count += 1
        if self._count % _MOST_EXCHANGES == 0:
            self._bringers.clear()
        for value, key in _values_among(self._candidates, json_body_or_none(exchange.response)):
            if _names_an_id(key) or segment_kind(value) == "id":
                self._bringers.setdefault(value, exchange)
        for value in ids_in_headers(exchange):
            if value in self._segments:
                self._bringers.setdefault(value, exchange)

    def place_of(self, value: str) -> tuple[str, str] | None:
        """Return the key and location of an id's first occurrence; None if no response contained it as an id."""
        exchange = self._bringers.get(value)
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


def _values_among(candidates: frozenset[str | int], value: Any) -> Iterator[tuple[str, str]]:
    """Yield the texts and integers of a JSON value that are among the candidates, as texts with their keys."""
    stack: list[tuple[str, Any]] = [("", [value])]
    while stack:
        key, collection = stack.pop()
        is_object = type(collection) is dict
        for name, child in collection.items() if is_object else zip(repeat(key), collection):
            kind = type(child)
            if kind is str or kind is int:
                if child in candidates and not (is_object and not can_be_named(name)):
                    yield str(child), name
            elif (kind is dict or kind is list) and not (is_object and not can_be_named(name)):
                stack.append((name, child))


def _id_in(exchange: Exchange, value: str) -> tuple[str, str] | None:
    operation = f"{exchange.request.method} {url_parts(exchange.request.url).path}"
    for key, path, scalar in _scalars(json_body_or_none(exchange.response), "", "$"):
        if str(scalar) == value and (segment_kind(value) == "id" or _names_an_id(key)):
            return key, f"{operation}: {path}"
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
    path = {index: parameters[segment] for index, segment in enumerate(segments) if segment in parameters}
    earlier = {
        index: source
        for index, segment in enumerate(segments)
        if segment and index not in path and (source := earlier_responses.place_of(segment)) is not None
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
    return lower in {"id", "uuid", "slug", "key", "sid", "guid"} or lower.endswith(("_id", "-id"))


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
