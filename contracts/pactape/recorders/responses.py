"""The recorder of `responses` (Python): YAML without request bodies and request headers.

Format: https://github.com/getsentry/responses#record-responses-to-files.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.http_bodies import header
from pactape.recorders.recording import Entry, Reader, RecordedPair
from pactape.recorders.values import mapping, status_code, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["RESPONSES"]


def _is_responses(source: Source) -> bool:
    value = source.member("responses")
    return isinstance(value, list) and any(isinstance(each, dict) and "response" in each for each in value)


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.member("responses")):
        yield Entry(place=f"responses[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    response = mapping(entry.value, "response")
    headers = list((response.get("headers") or {}).items())
    if header(headers, "content-type") is None and response.get("content_type"):
        headers.append(("Content-Type", response["content_type"]))
    return RecordedPair(
        method=str(response.get("method", "")),
        url=str(response.get("url", "")),
        status=status_code(response.get("status")),
        response_headers=headers,
        response_body=text_bytes(response.get("body")),
        unrecorded=("request headers", "request body"),
    )


RESPONSES = Reader(
    tool="responses",
    key="responses",
    markers=(b"responses:", b"- response:"),
    recognizes=_is_responses,
    entries=_entries,
    pair=_pair,
    unrecorded=("request headers", "request body", "time"),
)
