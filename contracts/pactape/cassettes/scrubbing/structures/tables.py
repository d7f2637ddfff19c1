"""Tables with column names in the first line: CSV (RFC 4180), also with tabs, semicolons or bars."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from pactape.cassettes.scrubbing.detection.names import may_be_secret
from pactape.cassettes.scrubbing.structures.edits import Edits
from pactape.cassettes.scrubbing.structures.visitor import FieldContext

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["TABLE_TYPES", "find_table", "scrub_table"]

#: Parts of the media types of tables.
TABLE_TYPES = ("csv", "tab-separated")
_DELIMITERS = (",", ";", "\t", "|")
#: The beginning of a JSON object in a cell.
_QUOTED_MARK = '""'
#: Lines before a table: comments, a spreadsheet's line about its delimiter, a title.
_BEFORE = re.compile(r"\s*+(?:#|//|sep=)")
_NAME = re.compile(r"[ \t\"'*_`]*+([\w$@./()\[\]][\w $@./()\[\]-]{0,63}+)[\"'*_`]*+\s*+")
_RULE = re.compile(r"[ \t|:-]++")
_MOST_LINES_BEFORE = 6
_MOST_SPACES = 4
_LONGEST = 65_536
#: Columns that name the value in another column of the same row.
_NAMING = frozenset({"key", "name", "setting", "variable", "parameter", "property", "field"})
_VALUED = frozenset({"value", "val"})


class Table(NamedTuple):
    """The position and the format of a table in a text.

    Attributes:
        start: The position of its first row, after the line of names.
        names: The names of its columns.
        delimiter: The character between two cells.
    """

    start: int
    names: tuple[str, ...]
    delimiter: str


def find_table(text: str, content_type: str = "") -> Table | None:
    """Return the table in a text, if one of its columns is named like a credential; None otherwise.

    Args:
        text: The text.
        content_type: Its type in lower case; only a text whose type is that of a table may have a single column.
    """
    is_table = "csv" in content_type or "tab-separated" in content_type
    for start, line in _first_lines(text):
        if _BEFORE.match(line) or not line.strip():
            continue
        names = _names(line)
        if len(names) < 2 and not (is_table and names):  # noqa: PLR2004 -- a table has two columns
            continue
        end = start + len(line) + 1
        if end >= len(text):
            return None
        if _names_credentials(names) or (len(names) > 1 and _QUOTED_MARK in text):
            return Table(end, names, _delimiter(line) or ",")
    return None


def scrub_table(text: str, table: Table, visitor: Visitor) -> str:
    """Return a text without the secrets in the table's columns."""
    edits = Edits(text)
    columns = [name if may_be_secret(name) else "" for name in table.names]
    naming = _index_of(table.names, _NAMING)
    valued = _index_of(table.names, _VALUED) if naming >= 0 else -1
    last, column, row_name = len(columns), 0, ""
    for cell in _cell(table.delimiter).finditer(text, table.start):
        quoted, plain, end = cell.groups()
        if column == naming:
            row_name = (quoted or plain or "").strip()
        name = columns[column] if column < last else ""
        if column == valued and may_be_secret(row_name):
            name = row_name
        if quoted and (name or '"' in quoted or "\n" in quoted):
            _scrub_quoted(cell, name, visitor, edits)
        elif plain and name:
            value = plain.strip()
            at = cell.start(2) + plain.find(value)
            edits.replace(at, at + len(value), visitor.field(name, value, FieldContext.BODY))
        column = column + 1 if end == table.delimiter else 0
    return edits.result()


def _scrub_quoted(cell: re.Match[str], name: str, visitor: Visitor, edits: Edits) -> None:
    value = cell[1].replace('""', '"')
    clean = visitor.field(name, value, FieldContext.BODY)
    if clean != value:
        edits.replace(cell.start(1), cell.end(1), clean.replace('"', '""'))


def _first_lines(text: str) -> Iterator[tuple[int, str]]:
    """The first lines of a text, each with its position."""
    start = 0
    for _ in range(_MOST_LINES_BEFORE):
        end = text.find("\n", start)
        if not 0 <= end - start <= _LONGEST:
            return
        yield start, text[start:end]
        start = end + 1


def _names(line: str) -> tuple[str, ...]:
    """The column names in a line; none if the line isn't a table's first one."""
    delimiter = _delimiter(line)
    cells = line.lstrip("\ufeff").split(delimiter) if delimiter else [line.lstrip("\ufeff")]
    names = tuple(match[1] if (match := _NAME.fullmatch(cell)) else "" for cell in cells)
    if any(name.count(" ") > _MOST_SPACES for name in names):
        return ()  # a sentence
    has_bars = delimiter == "|" and len(names) > 2  # noqa: PLR2004 -- Markdown has bars at both ends
    return names if has_bars or all(names) else ()


def _delimiter(line: str) -> str:
    return max(_DELIMITERS, key=line.count) if any(delimiter in line for delimiter in _DELIMITERS) else ""


def _names_credentials(names: tuple[str, ...]) -> bool:
    return any(map(may_be_secret, names)) or (
        _index_of(names, _NAMING) >= 0 and _index_of(names, _VALUED) >= 0
    )


def _index_of(names: tuple[str, ...], words: frozenset[str]) -> int:
    return next((index for index, name in enumerate(names) if name.lower() in words), -1)


@lru_cache(maxsize=8)
def _cell(delimiter: str) -> re.Pattern[str]:
    """A pattern for a cell, quoted or not, and the delimiter or line end after it."""
    stop = re.escape(delimiter)
    return re.compile(
        rf'[ ]{{0,64}}+(?:"((?:[^"]|""){{0,{_LONGEST}}}+)"[ ]{{0,64}}+|([^{stop}\r\n]*+))({stop}|\r?\n|\r|\Z)'
    )
