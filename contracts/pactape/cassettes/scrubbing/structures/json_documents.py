"""JSON: documents, lines of documents, and documents within other texts. What isn't replaced keeps its spelling."""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.cassettes.scrubbing.structures.json_names import NamesBelow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.cassettes.scrubbing.structures.json_names import Pairs
    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["scrub_json", "scrub_json_in_text", "scrub_value"]

_SCALAR = re.compile(
    r'"[^"\\]*+(?:\\.[^"\\]*+)*+"|-?(?:\d[\d.eE+-]*+|Infinity)|true|false|null|NaN', re.DOTALL
)
_OPENING = re.compile(r"[\[{](?=\s*[\[{\"\]}\d-])")
_MOST_FAILURES = 64
_PAIR = 2
_DEEPEST = 200
_SAME = object()


class _Object(tuple[tuple[str, Any], ...]):
    """An object as its pairs: duplicates stay, and in order."""

    __slots__ = ()


def scrub_value(value: Any, visit: Visitor, *, names: NamesBelow | None = None) -> Any:
    """Return a JSON value without secrets."""
    names = names or NamesBelow()
    if isinstance(value, dict):
        known = names.in_object(value.items())
        return {
            visit.text(key) if len(key) > _SHORT_KEY else key: scrub_value(
                each, visit, names=known.below(key)
            )
            for key, each in value.items()
        }
    if isinstance(value, list | tuple):
        return [scrub_value(each, visit, names=inside) for inside, each in _items(list(value), names)]
    return _scalar(value, visit, names)


_SHORT_KEY = 15


def scrub_json(text: str, visit: Visitor) -> str | None:
    """Return a JSON document without secrets; None for a text that is not one."""
    start = text[:64].lstrip("\ufeff \t\r\n")[:1]
    if start not in {"{", "[", '"'}:
        return None
    try:
        pairs = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=_Object)
    except (ValueError, RecursionError):
        return None
    edits = dict(_edits(pairs, visit))
    return _edited(text, edits) if edits else text


def scrub_json_in_text(text: str, visit: Visitor) -> str | None:
    """Return a text whose JSON documents have lost their secrets; None when it holds no document.

    Documents may be on lines of their own, or anywhere in a script or an event stream.
    """
    pieces: list[str] = []
    decoder = json.JSONDecoder(object_pairs_hook=_Object)
    end = failures = 0
    while failures < _MOST_FAILURES and (found := _OPENING.search(text, end)):
        start = found.start()
        pieces.append(text[end:start])
        try:
            value, stop = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            failures += 1
            end = found.end()
            pieces.append(text[start:end])
            continue
        edits = dict(_edits(value, visit))
        pieces.append(_edited(text[start:stop], edits) if edits else text[start:stop])
        end = stop
    return "".join([*pieces, text[end:]]) if end else None


def _edits(document: Any, visit: Visitor) -> Iterator[tuple[int, str]]:
    """The new spelling of each scalar that changes, by its number among the scalars and keys of the text."""
    number = 0
    stack: list[Iterator[tuple[NamesBelow, Any]]] = [iter([(NamesBelow(), document)])]
    while stack:
        with suppress(StopIteration):
            names, value = next(stack[-1])
            if isinstance(value, _Object):
                stack.append(_members(value, names))
            elif isinstance(value, list):
                stack.append(_items(value, names))
            else:
                clean = visit.text(value) if names.is_key else _scalar(value, visit, names)
                if clean is not value and clean != value:
                    yield number, json.dumps(clean, ensure_ascii=False)
                number += 1
            continue
        stack.pop()


def _items(values: list[Any], names: NamesBelow) -> Iterator[tuple[NamesBelow, Any]]:
    """The items of a list, which have its name; the second one of ["password", "…"] has that of the first, too."""
    inside = names.in_list()
    if len(values) == _PAIR and all(isinstance(each, str) for each in values):
        return iter([(inside, values[0]), (names.in_list(after=values[0]), values[1])])
    return iter([(inside, each) for each in values])


def _members(pairs: Pairs, names: NamesBelow) -> Iterator[tuple[NamesBelow, Any]]:
    known = names.in_object(pairs)
    for key, value in pairs:
        yield _KEY, key
        yield _NO_NAME if value is None or isinstance(value, bool) else known.below(key), value


_KEY = NamesBelow(is_key=True)
_NO_NAME = NamesBelow()


def _scalar(value: Any, visit: Visitor, names: NamesBelow) -> Any:
    if isinstance(value, str):
        return names.visit(value, visit)
    if isinstance(value, bool) or value is None:
        return value
    return visit.number(names.name, value, names)


def _edited(text: str, edits: dict[int, str]) -> str:
    pieces: list[str] = []
    end = 0
    for number, found in enumerate(_SCALAR.finditer(text)):
        if number in edits:
            pieces += (text[end : found.start()], edits[number])
            end = found.end()
    return "".join([*pieces, text[end:]])
