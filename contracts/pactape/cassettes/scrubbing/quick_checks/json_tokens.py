"""The strings of large JSON documents, portion by portion, so that few of them are in memory."""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.structures.json.member_tables import COLUMN_KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["names_of_columns", "texts_of", "token_portions"]

#: A string of a valid document with its quotation marks, and the colon after a name.
_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"(?:\s*+:)?', re.DOTALL)
#: Tokens per portion, to limit memory.
_PORTION = 2048
#: The size of a portion of a document without escapes, in which each quotation mark begins or ends a string.
_WINDOW = 16_384
_COLUMNS = re.compile(
    rb'"(?:'
    + "|".join(sorted(COLUMN_KEYS)).encode()
    + rb')"\s*+:\s*+\[((?:[^"\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+)\]',
    re.DOTALL,
)
_TEXT = re.compile(rb'"([^"\\]*+(?:\\.[^"\\]*+)*+)"', re.DOTALL)
_PLAIN_TOKEN = re.compile(rb'"[^"]*+"(?:\s*+:)?')


def token_portions(body: bytes) -> Iterator[set[bytes]]:
    """Yield the distinct tokens of each portion of a valid JSON document: strings with their quotation marks.

    Names end with a colon.

    Example:
        >>> [sorted(tokens) for tokens in token_portions(b'{"id": 1, "name": "Ada"}')]
        [[b'"Ada"', b'"id":', b'"name":']]
    """
    if b"\\" not in body:
        yield from _portions_without_escapes(body)
        return
    tokens = map(re.Match.group, _TOKEN.finditer(body))
    while portion := set(islice(tokens, _PORTION)):
        yield portion


def _portions_without_escapes(body: bytes) -> Iterator[set[bytes]]:
    """Yield the distinct tokens of each portion, which ends before a string begins."""
    start = 0
    while 0 <= start < len(body):
        end = start + _WINDOW
        if body.count(b'"', start, end) % 2:
            end = body.find(b'"', end) + 1
        end = body.find(b'"', end)
        yield set(_PLAIN_TOKEN.findall(body, start, end if end >= 0 else len(body)))
        start = end


def names_of_columns(body: bytes) -> set[bytes]:
    """Return the texts in lists of a table's columns, among them their names, without quotation marks."""
    return {text for columns in _COLUMNS.finditer(body) for text in _TEXT.findall(columns[1])}


@lru_cache(maxsize=256)
def texts_of(name: bytes) -> re.Pattern[bytes]:
    """Return a pattern for the members of a name, with quotation marks, that are texts."""
    return re.compile(re.escape(name) + rb'\s*+:\s*+"((?:[^"\\]|\\.)*+)"', re.DOTALL)
