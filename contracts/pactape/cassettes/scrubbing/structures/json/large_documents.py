"""Large JSON documents, decoded part by part: a tree of objects takes ten times the memory of its text."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["JsonObject", "Part", "decode_by_parts", "decoder"]

_LARGE = 65_536
#: Levels that are decoded part by part; below, whole values are decoded, so that the time stays linear.
_DEEPEST = 4
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'


class JsonObject(tuple[tuple[str, Any], ...]):
    """An object as its pairs in order, with duplicates."""

    __slots__ = ()


decoder = json.JSONDecoder(object_pairs_hook=JsonObject)


def _nested(levels: int) -> str:
    """A pattern for the text up to an unmatched bracket, across containers of this many levels."""
    plain = rf'[^"\[\]{{}}]++|{_STRING}'
    inner = plain
    for _ in range(levels):
        inner = rf"{plain}|\{{(?:{inner})*+\}}|\[(?:{inner})*+\]"
    return inner


_TO_BRACKET = re.compile(rf"(?:{_nested(2)})*+([\[\]{{}}])", re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*+")
#: Some items of a list that are small or have few levels, each with the comma after it.
_ITEM = rf'(?:[^",\[\]{{}}]++|{_STRING}|\{{(?:{_nested(2)})*+\}}|\[(?:{_nested(2)})*+\])++'
_ITEMS = re.compile(rf"(?:{_ITEM},){{1,64}}+", re.DOTALL)


class Part(NamedTuple):
    """An object or a list in a valid document, decoded when it is needed.

    Attributes:
        text: The document.
        start: Where the value starts.
        stop: Where it ends.
        level: The number of parts around it.
    """

    text: str
    start: int
    stop: int
    level: int = 0

    def decode(self) -> Any:
        """Return a small value; or the pairs of a large object; or an iterator over a large list."""
        if self.stop - self.start <= _LARGE or self.level >= _DEEPEST:
            return decoder.raw_decode(self.text, self.start)[0]
        return JsonObject(self._members()) if self.text[self.start] == "{" else self._items()

    def _members(self) -> Iterator[tuple[str, Any]]:
        at = self._skip_space(self.start + 1)
        while self.text[at] != "}":
            key, at = decoder.raw_decode(self.text, at)
            at = self._skip_space(self._skip_space(at) + 1)
            value, at = self._value(at)
            yield key, value
            at = self._after_comma(at)

    def _items(self) -> Iterator[Any]:
        at = self._skip_space(self.start + 1)
        while self.text[at] != "]":
            items = _ITEMS.match(self.text, at, min(self.stop, at + _LARGE))
            if items is not None:
                yield from decoder.decode(f"[{self.text[at : items.end() - 1]}]")
                at = self._skip_space(items.end())
                continue
            value, at = self._value(at)
            yield value
            at = self._after_comma(at)

    def _value(self, at: int) -> tuple[Any, int]:
        """The value at a position, and its end."""
        if self.text[at] not in "[{":
            return decoder.raw_decode(self.text, at)
        stop = _end_of_container(self.text, at)
        return Part(self.text, at, stop, self.level + 1), stop

    def _after_comma(self, at: int) -> int:
        at = self._skip_space(at)
        return self._skip_space(at + 1) if self.text[at] == "," else at

    def _skip_space(self, at: int) -> int:
        space = _SPACE.match(self.text, at)
        return space.end() if space else at


def decode_by_parts(text: str) -> Part | None:
    """Return a large document as a part; None for a small document, a scalar or invalid JSON."""
    start = len(text) - len(text.lstrip(" \t\r\n"))
    if len(text) <= _LARGE or text[start] not in "[{":
        return None
    try:
        msgspec.json.decode(text if text.isascii() else text.encode(), type=msgspec.Raw)
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        return None
    return Part(text, start, len(text))


def _end_of_container(text: str, start: int) -> int:
    depth, at = 1, start + 1
    while depth:
        bracket = _TO_BRACKET.match(text, at)
        if bracket is None:  # impossible: the document is valid
            raise ValueError("a bracket is not closed")
        depth += 1 if bracket[1] in "[{" else -1
        at = bracket.end()
    return at
