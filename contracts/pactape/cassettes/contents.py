"""Reads any recording: a vcrpy cassette, or a file of another recorder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.format.reading import read_contents
from pactape.errors import CassetteFormatError
from pactape.exchange import Exchange, RecordedMessage
from pactape.recorders import (
    ReadOptions,
    SkippedEntry,
    file_bytes,
    is_line_stream,
    read_if_recording,
    read_line_stream,
)

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.recorders import LineRange

__all__ = ["Contents", "is_stream", "read_any", "read_parts"]

_HEAD = 64 * 2**10


class Contents(msgspec.Struct, frozen=True, kw_only=True):
    """The contents of a recording.

    Args:
        exchanges: The exchanges, in the order in which they were recorded.
        messages: Messages of a queue or a topic, in order.
        skipped: Entries of another recorder's file that are not exchanges, each with its reason.
        tool: The recorder that wrote the file: "vcrpy", "HAR".
    """

    exchanges: tuple[Exchange, ...]
    messages: tuple[RecordedMessage, ...] = ()
    skipped: tuple[SkippedEntry, ...] = ()
    tool: str = "vcrpy"


def read_any(path: Path, options: ReadOptions | None = None) -> Contents:
    """Read a vcrpy cassette, or a file of another recorder, which is detected by its content.

    Args:
        path: The file.
        options: What the file's format doesn't record; None for nothing.

    Raises:
        CassetteFormatError: The file can't be read, or is not a recording; the message says where and why.
    """
    data = file_bytes(path)
    if not _may_be_cassette(data) and (contents := _recording(path, data, options)):
        return contents
    try:
        exchanges, messages = read_contents(path, data)
    except CassetteFormatError:
        contents = _recording(path, data, options)
        if contents is None:
            raise
        return contents
    return Contents(exchanges=tuple(exchanges), messages=tuple(messages))


def is_stream(path: Path) -> bool:
    """Return whether a recording is read line by line, because it is too large for memory.

    This applies to NDJSON of more than a few megabytes.
    """
    return is_line_stream(path)


def read_parts(
    path: Path, options: ReadOptions | None = None, lines: LineRange | None = None
) -> Iterator[Contents]:
    """Read any recording in parts, each of at most a thousand exchanges if the format allows that.

    Args:
        path: The file.
        options: What the file's format doesn't record; None for nothing.
        lines: Which lines to read of a recording that is read line by line; None for all.

    Raises:
        CassetteFormatError: The file can't be read, or is not a recording; the message says where and why.
    """
    if not is_stream(path):
        yield read_any(path, options)
        return
    for part in read_line_stream(path, options, lines):
        yield Contents(exchanges=part.exchanges, skipped=part.skipped, tool=part.tool)


def _may_be_cassette(data: bytes) -> bool:
    """Cheap pre-check; may give false positives: a cassette has the key `interactions` near its beginning."""
    return b"interactions" in data[:_HEAD] and b"http_interactions" not in data[:_HEAD]


def _recording(path: Path, data: bytes, options: ReadOptions | None) -> Contents | None:
    """Return the contents of another recorder's file; None for an unknown format."""
    recording = read_if_recording(path, data, options)
    if recording is None:
        return None
    return Contents(exchanges=recording.exchanges, skipped=recording.skipped, tool=recording.tool)
