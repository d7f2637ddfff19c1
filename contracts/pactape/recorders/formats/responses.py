"""The recorder of `responses` (Python): YAML or TOML without request headers and bodies.

Format: https://github.com/getsentry/responses#record-responses-to-files.
"""

from __future__ import annotations

import tomllib
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pactape.recorders.recording import Entry, Reader, RecordedPair
from pactape.recorders.values import mapping, status_code, text_bytes, with_content_type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["RESPONSES"]


def _is_responses(source: Source) -> bool:
    value = _responses(source)
    return isinstance(value, list) and any(isinstance(item, dict) and "response" in item for item in value)


def _responses(source: Source) -> Any:
    if source.is_parsed or b"[[responses]]" not in source.data:
        return source.member("responses")
    with suppress(ValueError):
        return tomllib.loads(source.text).get("responses")
    return None


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(_responses(source)):
        yield Entry(location=f"responses[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    response = mapping(entry.value, "response")
    headers = with_content_type((response.get("headers") or {}).items(), response.get("content_type"))
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
    markers=(rb"responses(?::|\]\])", rb"(?:- response:|\[responses\.response\])"),
    recognizes=_is_responses,
    entries=_entries,
    pair=_pair,
    unrecorded=("request headers", "request body", "time"),
)
