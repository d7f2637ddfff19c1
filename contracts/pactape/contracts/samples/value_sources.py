"""Where values of a request come from: a provider state's parameter, or an earlier answer of the same recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, unquote, urlsplit

import msgspec

from pactape.contracts.samples.path_segments import segment_kind
from pactape.http_bodies import json_body_or_none
from pactape.pactfile.json_paths import below, can_be_named

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from pactape.exchange import Exchange

__all__ = ["NO_SOURCES", "EarlierResponses", "ValueSources", "find_sources"]

#: A text in a query or a body that is shorter than this may equal a state's parameter by chance.
_DISTINCTIVE = 6
_SCALARS = (str, int)


class ValueSources(msgspec.Struct, frozen=True, kw_only=True):
    """Which values of a request the consumer has from elsewhere.

    Args:
        path: The parameter's name by the path segment's place, from 0; segments are those of the whole URL path.
        query: The parameter's name by the query parameter's name.
        body: The parameter's name and the JSON kind ("STRING", "INTEGER") by path expression.
        earlier: For segments that an earlier answer brought, where it stood: "POST /users: $.id".
    """

    path: dict[int, str] = {}
    query: dict[str, str] = {}
    body: dict[str, tuple[str, str]] = {}
    earlier: dict[int, str] = {}


NO_SOURCES = ValueSources()


class EarlierResponses:
    """The answers of one recording so far, and the ids that they have brought."""

    def __init__(self) -> None:
        self._exchanges: list[Exchange] = []
        self._found: dict[str, tuple[str, str]] = {}
        self._looked_at: dict[str, int] = {}

    def add(self, exchange: Exchange) -> None:
        """Remember an exchange."""
        self._exchanges.append(exchange)

    def place_of(self, value: str) -> tuple[str, str] | None:
        """The key that an id first had, and where it stood; None for a value that no answer brought as an id."""
        if value not in self._found:
            looked_at = self._looked_at.get(value, 0)
            self._looked_at[value] = len(self._exchanges)
            found = (_id_in(each, value) for each in self._exchanges[looked_at:] if _may_hold(each, value))
            place = next(filter(None, found), None)
            if place is None:
                return None
            self._found[value] = place
        return self._found[value]


def _may_hold(exchange: Exchange, value: str) -> bool:
    """Whether a value may be in an answer; quick, and no more often wrong than it has to be."""
    body = exchange.response.body
    return value.encode() in body if value.isdigit() or not value.isascii() else f'"{value}"'.encode() in body


def _id_in(exchange: Exchange, value: str) -> tuple[str, str] | None:
    asked = f"{exchange.request.method} {urlsplit(exchange.request.url).path}"
    for key, path, each in _scalars(json_body_or_none(exchange.response), "", "$"):
        if str(each) == value and (segment_kind(value) == "id" or _names_an_id(key)):
            return key, f"{asked}: {path}"
    return None


def find_sources(exchange: Exchange, answers: EarlierResponses) -> ValueSources:
    """Find where the values in a request come from.

    Args:
        exchange: With its provider states.
        answers: What came before in the same recording.
    """
    parameters = _parameters(exchange)
    url = urlsplit(exchange.request.url)
    segments = [unquote(each) for each in url.path.split("/")[1:]]
    path = {place: parameters[each] for place, each in enumerate(segments) if each in parameters}
    found = {
        place: source
        for place, each in enumerate(segments)
        if each and place not in path and (source := answers.place_of(each)) is not None
    }
    if not parameters:
        return ValueSources(path=_generated(found, ()), earlier=_places(found)) if found else NO_SOURCES
    sent_query = parse_qs(url.query, keep_blank_values=True)
    return ValueSources(
        path=path | _generated(found, parameters.values()),
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
        earlier=_places(found),
    )


def _generated(found: Mapping[int, tuple[str, str]], taken: Collection[str]) -> dict[int, str]:
    """The parameter's name by segment, for what an earlier answer brought; a state's own name goes before it."""
    return {place: key for place, (key, _) in found.items() if key not in taken}


def _places(found: Mapping[int, tuple[str, str]]) -> dict[int, str]:
    return {place: where for place, (_, where) in found.items()}


def _parameters(exchange: Exchange) -> dict[str, str]:
    """The names of the states' parameters by their values as texts; a value that two of them have names neither."""
    names: dict[str, str] = {}
    doubtful: set[str] = set()
    states = exchange.provenance.states if exchange.provenance else ()
    for name, value in (item for state in states for item in state.parameters.items()):
        is_scalar = isinstance(value, _SCALARS) and not isinstance(value, bool)
        if is_scalar and name.isidentifier() and names.setdefault(str(value), name) != name:
            doubtful.add(str(value))
    return {value: name for value, name in names.items() if value and value not in doubtful}


def _is_the_same(value: str, key: str, parameters: Mapping[str, str]) -> bool:
    """Whether a value is a state's parameter, and not only equal to it by chance."""
    name = parameters.get(value)
    return name is not None and (len(value) >= _DISTINCTIVE or key == name or key.endswith(f"_{name}"))


def _names_an_id(key: str) -> bool:
    lower = key.lower()
    return lower in {"id", "uuid", "slug", "key", "sid", "guid"} or lower.endswith(("_id", "-id"))


def _scalars(value: Any, key: str, path: str) -> Iterator[tuple[str, str, str | int]]:
    """The key, path expression and value of every text and integer in a JSON value."""
    if isinstance(value, dict):
        for name, each in value.items():
            if can_be_named(name):
                yield from _scalars(each, name, below(path, name))
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _scalars(each, key, f"{path}[{index}]")
    elif isinstance(value, _SCALARS) and not isinstance(value, bool):
        yield key, path, value
