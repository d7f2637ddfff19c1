"""Patches of the csv module that show which columns are read."""

from __future__ import annotations

import csv
import io
from functools import wraps
from typing import TYPE_CHECKING, Any, SupportsIndex

from pactape.observing.reading_contexts import internal, is_internal
from pactape.observing.tracking import track
from pactape.observing.usage import ITEM, Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pactape.observing.library_patches.replacing import Replacements
    from pactape.observing.observer import Observer

__all__ = ["observe_table_readers"]


def observe_table_readers(observer: Observer, replacements: Replacements) -> None:
    """Observe which columns of tables are read with `csv.DictReader` and `csv.reader`."""
    replacements.attribute(csv.DictReader, "__init__", _reading_table(observer))
    replacements.attribute(csv.DictReader, "__next__", _reading_row)
    replacements.function(csv, "reader", _reading_rows(observer))


class _Table:
    """The lines of a possible table of a response, and its usage once it is recognized."""

    def __init__(self, observer: Observer, lines: Any) -> None:
        self._observer = observer
        usages = map(observer.usage_of_text, _texts(lines))
        self.usage: Usage | None = next((usage for usage in usages if usage is not None), None)
        self.lines = self._recognize(lines) if self.usage is None else lines

    def _recognize(self, lines: Iterable[str]) -> Iterator[str]:
        """Yield the lines; the first one identifies the response."""
        for number, line in enumerate(lines):
            if number == 0:
                self.usage = self._observer.usage_of_row(line)
            yield line


def _texts(lines: Any) -> Iterator[str]:
    """Yield the texts that may have been split into lines."""
    if isinstance(lines, io.StringIO):
        yield lines.getvalue()
    elif isinstance(lines, list):
        yield "".join(lines)
        for end in ("\n", "\r\n"):
            yield end.join(lines)
            yield f"{end.join(lines)}{end}"


def _reading_table(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def __init__(self: Any, f: Any, *arguments: Any, **options: Any) -> None:  # noqa: N807 -- replaces that method
            self._pactape_table = _Table(observer, f)
            with internal():
                original(self, self._pactape_table.lines, *arguments, **options)

        return __init__

    return make


def _reading_row(original: Any) -> Any:
    @wraps(original)
    def __next__(self: Any) -> Any:  # noqa: N807 -- replaces that method
        row = original(self)
        table: _Table | None = getattr(self, "_pactape_table", None)
        return row if table is None or table.usage is None else track(row, table.usage.below(ITEM))

    return __next__


def _reading_rows(observer: Observer) -> Callable[[Any], Any]:
    def make(original: Any) -> Any:
        @wraps(original)
        def reader(csvfile: Any, /, *arguments: Any, **options: Any) -> Any:
            if is_internal():
                return original(csvfile, *arguments, **options)
            table = _Table(observer, csvfile)
            return _Rows(original(table.lines, *arguments, **options), table)

        return reader

    return make


class _Rows:
    """The rows of a table; those after the first record which of their columns are read."""

    def __init__(self, rows: Any, table: _Table) -> None:
        self._rows = rows
        self._table = table
        self._names: list[str] | None = None

    @property
    def dialect(self) -> Any:
        return self._rows.dialect

    @property
    def line_num(self) -> int:
        number: int = self._rows.line_num
        return number

    def __iter__(self) -> _Rows:
        return self

    def __next__(self) -> list[Any]:
        row: list[Any] = next(self._rows)
        usage = self._table.usage
        if usage is None:
            return row
        if self._names is None:
            self._names = row
            usage.below(ITEM).looked_into()
        return _Row(row, self._names, usage.below(ITEM))


class _Row(list[Any]):
    """A row that records which of its columns are read."""

    def __init__(self, row: list[Any], names: list[str], usage: Usage) -> None:
        super().__init__(row)
        self._columns = names
        self._usage = usage

    def __getitem__(self, index: SupportsIndex | slice) -> Any:
        positions = range(len(self))[index]
        for position in [positions] if isinstance(positions, int) else positions:
            self._note(position)
        return super().__getitem__(index)

    def __iter__(self) -> Iterator[Any]:
        for position, value in enumerate(super().__iter__()):
            self._note(position)
            yield value

    def __contains__(self, value: object) -> bool:
        return value in list(self)

    def __eq__(self, other: object) -> bool:
        return list(self) == other

    def __ne__(self, other: object) -> bool:
        return list(self) != other

    __hash__ = None  # unhashable, as lists are

    def _note(self, position: int) -> None:
        if position < len(self._columns):
            self._usage.used(self._columns[position])
