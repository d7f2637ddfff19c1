"""Line streams: NDJSON too large to be in memory, read in parts; compressed by its suffix or not."""

from __future__ import annotations

import gzip
from contextlib import suppress
from itertools import islice
from typing import TYPE_CHECKING

from pactape.errors import CassetteFormatError
from pactape.recorders.ndjson import NDJSON
from pactape.recorders.reading import read_entries
from pactape.recorders.recording import Entry, ReadOptions
from pactape.recorders.source import Source

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.recorders.recording import Recording

__all__ = ["is_line_stream", "read_line_stream"]

#: Smaller files are read as a whole, and cached.
_LEAST_BYTES = 4 * 2**20
_LINES = 1000
_HEAD = 2**20
_GZIP = b"\x1f\x8b"


def is_line_stream(path: Path) -> bool:
    """Whether a file is NDJSON, plain or compressed with gzip, of more than four megabytes."""
    with suppress(OSError, EOFError):
        if path.stat().st_size < _LEAST_BYTES:
            return False
        with _open(path) as file:
            first = file.readline(_HEAD)
        return first.lstrip()[:1] == b"{" and NDJSON.recognizes(Source(path, first))
    return False


def read_line_stream(path: Path, options: ReadOptions | None = None) -> Iterator[Recording]:
    """Yield the exchanges of NDJSON, a thousand lines at a time.

    Args:
        path: The file.
        options: What a line doesn't say; None for nothing.

    Raises:
        CassetteFormatError: The file can't be read to its end.
    """
    source = Source(path, b"")
    try:
        with _open(path) as file:
            lines = enumerate(file)
            while part := list(islice(lines, _LINES)):
                entries = (
                    (index, Entry(place=f"line {index + 1}", value=line))
                    for index, line in part
                    if line.strip()
                )
                yield read_entries(NDJSON, source, options or ReadOptions(), entries)
    except (OSError, EOFError) as error:
        raise CassetteFormatError(
            f"can't be read to its end ({error})", where=path, remedy="restore the file, or leave it out"
        ) from error


def _open(path: Path) -> gzip.GzipFile | io.BufferedReader:
    with path.open("rb") as file:
        coded = file.read(2) == _GZIP
    return gzip.open(path, "rb") if coded else path.open("rb")
