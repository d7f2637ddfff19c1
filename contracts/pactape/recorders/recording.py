"""What a reader returns: the exchanges of a file, the entries it skipped, and what its format doesn't record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from pactape.exchange import Exchange
from pactape.recorders.source import Source

__all__ = ["Entry", "ReadOptions", "Reader", "RecordedPair", "Recording", "SkipEntryError", "SkippedEntry"]


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What a file's format doesn't say and its user knows.

    Args:
        base_url: Scheme and host, "https://api.example.com", for formats that record only paths; None leaves such
            entries out.
    """

    base_url: str | None = None


class SkipEntryError(Exception):
    """An entry that is not a recorded exchange; its message is the reason."""


class SkippedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a file that gives no exchange.

    Args:
        place: Its location in the file: "entries[3]".
        reason: Why it was skipped.
    """

    place: str
    reason: str


class RecordedPair(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its response as a format writes them, before codings are undone and headers are put in order.

    Args:
        method: In any case.
        url: Absolute, or a path with its query, to which `ReadOptions.base_url` is added; a variable `{{name}}` may
            stand for the base URL.
        host: The host of a URL that is a path, with its port, when only the scheme isn't known; empty when the
            host isn't known either.
        request_headers: In any form that `http_bodies.header_pairs` reads.
        request_body: The bytes as stored.
        status: The status code.
        response_headers: Like `request_headers`.
        response_body: The bytes as stored.
        recorded_at: When it was recorded; None when the format doesn't say.
        test: The test that recorded it; None when the format doesn't say.
        unrecorded: What this entry lacks: "request headers", "response body".
    """

    method: str
    url: str
    host: str = ""
    request_headers: Any = ()
    request_body: bytes = b""
    status: int = 200
    response_headers: Any = ()
    response_body: bytes = b""
    recorded_at: datetime | None = None
    test: str | None = None
    unrecorded: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One entry of a file, not yet understood.

    Args:
        place: Its location in the file: "entries[3]".
        value: The decoded value.
    """

    place: str
    value: Any


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A format that another tool writes.

    Args:
        tool: The tool and its format, for messages: "HAR".
        key: The name that `--from` takes: "har".
        markers: Regular expressions of what every file of the format holds in its first 64 KiB.
        early_markers: The same of what even a file that is cut off early holds; the markers when there are none.
        recognizes: Whether a file has this format, by its content.
        entries: The entries of a file, in the file's order.
        pair: One entry understood; raises `SkipEntryError` for an entry that isn't a recorded exchange.
        is_whole: Whether an entry has what the recorder writes last; None where a file that is cut off can't be
            parsed at all, as JSON.
        unrecorded: What the format never records: "request headers", "host", "time".
        captures_traffic: Whether the format is that of tools that capture traffic, and not of a test library: an
            entry without the name of a test is traffic.
    """

    tool: str
    key: str
    markers: tuple[bytes, ...]
    recognizes: Callable[[Source], bool]
    entries: Callable[[Source], Iterable[Entry]]
    pair: Callable[[Entry, Source], RecordedPair]
    early_markers: tuple[bytes, ...] = ()
    is_whole: Callable[[Entry, Source], bool] | None = None
    unrecorded: tuple[str, ...] = ()
    captures_traffic: bool = False


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """A file of another recorder, read.

    Args:
        tool: The tool that wrote it: "HAR".
        exchanges: In the file's order; `Exchange.index` is the entry's place among all entries.
        skipped: The entries that gave no exchange, each with its reason.
        unrecorded: What the format never records.
    """

    tool: str
    exchanges: tuple[Exchange, ...]
    skipped: tuple[SkippedEntry, ...] = ()
    unrecorded: tuple[str, ...] = ()
