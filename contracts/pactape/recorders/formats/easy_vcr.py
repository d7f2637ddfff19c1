"""EasyVCR (C#, Java): a JSON list of requests and responses: https://github.com/EasyPost/easyvcr-csharp.

The version for C# begins its names with capital letters, and keeps the headers of bodies separately.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.http_bodies import header_pairs
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import mapping, status_code, text_bytes, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["EASY_VCR"]

_HEADERS = ("headers", "requestHeaders", "responseHeaders", "contentHeaders")


def _is_easy_vcr(source: Source) -> bool:
    value = source.json
    return isinstance(value, list) and any(
        {"recordedAt", "request", "response"} <= _members(item).keys() for item in value
    )


def _members(value: Any) -> dict[str, Any]:
    """Return a mapping with names that begin with small letters; an empty one for anything else."""
    members = value.items() if isinstance(value, dict) else ()
    return {f"{name[:1].lower()}{name[1:]}": member for name, member in members}


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.json):
        yield Entry(location=f"[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    interaction = _members(entry.value)
    request, response = (_members(mapping(interaction, name)) for name in ("request", "response"))
    if response.get("errors") and not response.get("status"):
        raise SkipEntryError("has an error instead of a response")
    return RecordedPair(
        method=str(request.get("method", "")),
        url=str(request.get("uri", "")),
        request_headers=_headers(request),
        request_body=text_bytes(request.get("body")),
        status=status_code(_members(response.get("status")).get("code")),
        response_headers=_headers(response),
        response_body=text_bytes(response.get("body")),
        recorded_at=timestamp(interaction.get("recordedAt")),
    )


def _headers(message: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the headers; Java's has the status line as the header `null`."""
    mappings = [message[name] for name in _HEADERS if isinstance(message.get(name), dict)]
    pairs = [pair for headers in mappings for pair in header_pairs(headers)]
    return [(name, value) for name, value in pairs if name != "null"]


EASY_VCR = Reader(
    tool="EasyVCR",
    key="easy-vcr",
    markers=(rb'"[rR]ecordedAt"', rb'"[rR]equest"', rb'"[rR]esponse"'),
    early_markers=(rb'"[dD]uration"|"[rR]ecordedAt"', rb'"[rR]equest"', rb'"[uU]ri"|"[rR]esponse"'),
    recognizes=_is_easy_vcr,
    entries=_entries,
    pair=_pair,
)
