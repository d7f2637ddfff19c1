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
#: After so many exchanges of one recording, the ids that its answers brought are forgotten.
_MOST_EXCHANGES = 1000


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
    """The answers of one recording so far, by the ids that they have brought.

    The answers of a recording with very many exchanges, such as captured traffic, are forgotten now and then: a
    value that an answer brought long before is a coincidence.
    """

    def __init__(self) -> None:
        self._bringers: dict[str, Exchange] = {}
        self._count = 0

    def add(self, exchange: Exchange) -> None:
        """Remember the ids that an answer brings."""
        self._count += 1
        if self._count % _MOST_EXCHANGES == 0:
            self._bringers.clear()
        for value in _ids_in(json_body_or_none(exchange.response), ""):
            self._bringers.setdefault(value, exchange)

    def place_of(self, value: str) -> tuple[str, str] | None:
        """Return the key that an id first had, and where it stood; None for what no answer brought as an id."""
        exchange = self._bringers.get(value)
        return None if exchange is None else _id_in(exchange, value)


def _ids_in(value: Any, key: str) -> Iterator[str]:
    """The values in a JSON value that look like ids, or that have the key of one, as texts."""
    if isinstance(value, dict):
        for name, each in value.items():
            if can_be_named(name):
                yield from _ids_in(each, name)
    elif isinstance(value, list):
        for each in value:
            yield from _ids_in(each, key)
    elif isinstance(value, _SCALARS) and not isinstance(value, bool):
        text = str(value)
        if _names_an_id(key) or segment_kind(text) == "id":
            yield text


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
