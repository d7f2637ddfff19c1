"""Line streams: NDJSON files too large for memory, read in parts; may be compressed (by suffix)."""

from __future__ import annotations

from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

import msgspec

from pactape.compression import DAMAGED, open_decompressed
from pactape.errors import CassetteFormatError
from pactape.recorders.formats.ndjson import NDJSON, RECORD_SEPARATOR
from pactape.recorders.reading import read_entries
from pactape.recorders.recording import Entry, ReadOptions
from pactape.recorders.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from typing import BinaryIO

    from pactape.recorders.recording import Recording

__all__ = ["LineRange", "is_line_stream", "line_ranges", "read_line_stream"]

#: Smaller files are read completely, and cached.
_LEAST_BYTES = 4 * 2**20
_LINES = 1000
_HEAD = 2**20


class LineRange(msgspec.Struct, frozen=True, kw_only=True):
    """Consecutive lines of a file that is read line by line.

    Args:
        first: The number of the first line, from 0; a multiple of a thousand.
        offset: The offset of the first line, in decompressed bytes.
        count: The number of lines; None for all that follow.
    """

    first: int = 0
    offset: int = 0
    count: int | None = None


def is_line_stream(path: Path) -> bool:
    """Return whether a file is NDJSON, compressed or not, of more than four megabytes."""
    with suppress(*DAMAGED):
        if path.stat().st_size < _LEAST_BYTES:
            return False
        with open_decompressed(path) as file:
            first = file.readline(_HEAD)
        return first.lstrip().removeprefix(RECORD_SEPARATOR)[:1] == b"{" and NDJSON.recognizes(
            Source(path, first)
        )
    return False


def line_ranges(path: Path, parts: int) -> list[LineRange]:
    """Return ranges that cover all lines of a file, each a multiple of a thousand lines.

    Args:
        path: The file.
        parts: The number of ranges; short files have fewer.

    Raises:
        CassetteFormatError: The file can't be read completely.
    """
    offsets = _offsets(path)
    step = -(-len(offsets) // parts)
    return [
        LineRange(first=number * _LINES, offset=offset, count=step * _LINES)
        for number, offset in list(enumerate(offsets))[::step]
    ]


def read_line_stream(
    path: Path, options: ReadOptions | None = None, lines: LineRange | None = None
) -> Iterator[Recording]:
    """Yield the exchanges of NDJSON, a thousand lines at a time.

    Args:
        path: The file.
        options: What lines don't state; None for nothing.
        lines: Which lines to read; None for all.

    Raises:
        CassetteFormatError: The file can't be read completely.
    """
    source = Source(path, b"")
    span = lines or LineRange()
    try:
        with open_decompressed(path) as file:
            _skip(file, span.offset)
            numbered = islice(enumerate(file, span.first), span.count)
            while part := list(islice(numbered, _LINES)):
                entries = (
                    (index, Entry(location=f"line {index + 1}", value=line.removeprefix(RECORD_SEPARATOR)))
                    for index, line in part
                    if line.strip()
                )
                yield read_entries(NDJSON, source, options or ReadOptions(), entries)
    except DAMAGED as error:
        raise _unreadable(path, error) from error


def _offsets(path: Path) -> list[int]:
    """Return the offset of every thousandth line."""
    offsets, offset = [], 0
    try:
        with open_decompressed(path) as file:
            for number, line in enumerate(file):
                if number % _LINES == 0:
                    offsets.append(offset)
                offset += len(line)
    except DAMAGED as error:
        raise _unreadable(path, error) from error
    return offsets


def _unreadable(path: Path, error: Exception) -> CassetteFormatError:
    return CassetteFormatError(
        f"can't be read completely ({error})", where=path, remedy="restore the file, or exclude it"
    )


def _skip(file: BinaryIO, offset: int) -> None:
    """Skip to an offset in a file; a compressed file is read up to there."""
    if file.seekable():
        file.seek(offset)
        return
    while offset:
        offset -= len(file.read(min(offset, _HEAD)))
