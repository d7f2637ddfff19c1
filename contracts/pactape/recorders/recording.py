"""Types of readers and of their results: exchanges, skipped entries, and what a format doesn't record."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

import msgspec

from pactape.exchange import Exchange
from pactape.recorders.source import Source

__all__ = ["Entry", "ReadOptions", "Reader", "RecordedPair", "Recording", "SkipEntryError", "SkippedEntry"]


class ReadOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Information that a file's format doesn't record, given by the user.

    Args:
        base_url: Scheme and host, "https://api.example.com", for formats that record only paths; with None, such
            entries are skipped.
    """

    base_url: str | None = None


class SkipEntryError(Exception):
    """An entry that is not a recorded exchange; its message is the reason."""


class SkippedEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of a file that gives no exchange.

    Args:
        location: Its location in the file: "entries[3]".
        reason: Why it was skipped.
    """

    location: str
    reason: str


class RecordedPair(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its response as stored, before codings are removed and headers are normalized.

    Args:
        method: In any case.
        url: Absolute, or a path with its query, to which `ReadOptions.base_url` is added; may begin with a variable
            `{{name}}` instead of the base URL.
        host: The host and port if the URL is a path; empty if they aren't known.
        request_headers: In any form that `http_bodies.header_pairs` reads.
        request_body: The bytes as stored.
        status: The status code.
        response_headers: Like `request_headers`.
        response_body: The bytes as stored.
        recorded_at: When it was recorded; None if the format doesn't record it.
        test: The test that recorded it; None if the format doesn't record it.
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
    """One entry of a file, before it is decoded.

    Args:
        location: Its location in the file: "entries[3]".
        value: Its JSON or YAML value.
    """

    location: str
    value: Any


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """The reader of another tool's format.

    Args:
        tool: The tool and its format, for messages: "HAR".
        key: The name in `--from`: "har".
        markers: Regular expressions that match in the first 64 KiB of every file of the format.
        early_markers: The same for files that are cut off early; by default the markers.
        recognizes: Whether a file has this format, by its content.
        entries: The entries of a file, in the file's order.
        pair: Decodes one entry; raises `SkipEntryError` for an entry that isn't a recorded exchange.
        is_whole: Whether an entry is complete, with what the recorder writes last; None if a truncated file can't
            be parsed at all, as in JSON.
        unrecorded: What the format never records: "request headers", "host", "time".
        captures_traffic: Whether tools that capture traffic write the format, rather than test libraries: entries
            without a test's name are traffic.
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
    """The content of another recorder's file.

    Args:
        tool: The tool that wrote it: "HAR".
        exchanges: In the file's order; `Exchange.index` is the position among all entries.
        skipped: The entries that gave no exchange, each with its reason.
        unrecorded: What the format never records.
    """

    tool: str
    exchanges: tuple[Exchange, ...]
    skipped: tuple[SkippedEntry, ...] = ()
    unrecorded: tuple[str, ...] = ()
