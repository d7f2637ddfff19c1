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
        place: Where it stands in the file: "entries[3]".
        reason: Why it was skipped.
    """

    place: str
    reason: str


class RecordedPair(msgspec.Struct, frozen=True, kw_only=True):
    """A request and its response as a format writes them, before codings are undone and headers are put in order.

    Args:
        method: In any case.
        url: Absolute, or a path with its query, to which `ReadOptions.base_url` is added.
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
        place: Where it stands in the file: "entries[3]".
        value: The decoded value.
    """

    place: str
    value: Any


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """A format that another tool writes.

    Args:
        tool: The tool and its format, for messages: "HAR".
        key: The name that `--from` takes: "har".
        markers: Texts that a file of the format holds in its first 64 KiB, even when it is damaged.
        recognizes: Whether a file has this format, by its content.
        entries: The entries of a file, in the file's order.
        pair: One entry understood; raises `SkipEntryError` for what is no recorded exchange.
        unrecorded: What the format never records: "request headers", "host", "time".
    """

    tool: str
    key: str
    markers: tuple[bytes, ...]
    recognizes: Callable[[Source], bool]
    entries: Callable[[Source], Iterable[Entry]]
    pair: Callable[[Entry, Source], RecordedPair]
    unrecorded: tuple[str, ...] = ()


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
