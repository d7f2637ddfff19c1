r"""NDJSON: one exchange per line, the neutral format for tools that capture traffic.

Each line is a JSON object:

```json
{"request": {"method": "GET", "url": "https://api.example.com/users/7", "headers": [["Accept", "*/*"]]},
 "response": {"status": 200, "headers": [["Content-Type", "application/json"]], "body": "{\"id\": 7}"},
 "recorded_at": "2026-01-31T12:00:00Z", "test": "tests/test_users.py::test_reads_a_user"}
```

Headers are pairs or a mapping; `body` is text, `body_base64` bytes; both are absent without a body. `recorded_at`,
`test` and `unrecorded` are optional. Empty lines are ignored.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import base64_bytes, mapping, status_code, text_bytes, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["NDJSON", "RECORD_SEPARATOR"]

_HEAD = 64 * 2**10
#: Begins each line of a JSON text sequence (RFC 7464).
RECORD_SEPARATOR = b"\x1e"


def _is_ndjson(source: Source) -> bool:
    """Recognize a file by any of its first lines, because some may be damaged."""
    lines = [line for line in source.data[:_HEAD].split(b"\n") if line.strip()]
    if len(lines) <= 1:
        return any(_is_exchange(line, alone=True) for line in source.data.split(b"\n", 1))
    return any(_is_exchange(line, alone=False) for line in lines) and source.json is None


def _is_exchange(line: bytes, *, alone: bool) -> bool:
    if not all(name in line for name in (b'"request"', b'"response"')):
        return False
    try:
        value = json.loads(line.removeprefix(RECORD_SEPARATOR))
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(value, dict)
        and all(
            isinstance(value.get(name), dict) and key in value[name]
            for name, key in (("request", "url"), ("response", "status"))
        )
        and all(isinstance(value["request"].get(key), str) for key in ("method", "url"))
        # a WireMock stub may be a single line with a path
        and not (alone and value["request"]["url"].startswith("/"))
    )


def _entries(source: Source) -> Iterable[Entry]:
    for number, line in enumerate(source.data.split(b"\n"), 1):
        if line.strip():
            yield Entry(location=f"line {number}", value=line.removeprefix(RECORD_SEPARATOR))


class _Message(msgspec.Struct, gc=False):
    method: str = ""
    url: str = ""
    status: int = 0
    headers: list[tuple[str, str]] | dict[str, str | list[str]] | None = None
    body: str | None = None
    body_base64: str | None = None


class _Line(msgspec.Struct, gc=False):
    """A line in the common form; lines in other forms are read more slowly."""

    request: _Message
    response: _Message
    recorded_at: str | None = None
    test: str | None = None
    unrecorded: tuple[str, ...] = ()


_decode_line = msgspec.json.Decoder(_Line).decode
_STATUS_CODES = range(100, 600)


def _pair(entry: Entry, source: Source) -> RecordedPair:
    try:
        line = _decode_line(entry.value)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return _pair_of_any_form(entry, source)
    request, response = line.request, line.response
    if response.status not in _STATUS_CODES:
        return _pair_of_any_form(entry, source)
    return RecordedPair(
        method=request.method,
        url=request.url,
        request_headers=request.headers,
        request_body=_bytes(request),
        status=response.status,
        response_headers=response.headers,
        response_body=_bytes(response),
        recorded_at=timestamp(line.recorded_at),
        test=line.test,
        unrecorded=line.unrecorded,
    )


def _bytes(message: _Message) -> bytes:
    if message.body_base64 is not None:
        return base64_bytes(message.body_base64)
    return text_bytes(message.body)


def _pair_of_any_form(entry: Entry, _: Source) -> RecordedPair:
    try:
        value = json.loads(entry.value)
    except (ValueError, RecursionError) as error:
        raise SkipEntryError(f"is not valid JSON ({error})") from error
    request, response = mapping(value, "request"), mapping(value, "response")
    return RecordedPair(
        method=str(request.get("method", "")),
        url=str(request.get("url", "")),
        request_headers=_headers(request),
        request_body=_body(request),
        status=status_code(response.get("status")),
        response_headers=_headers(response),
        response_body=_body(response),
        recorded_at=timestamp(value.get("recorded_at")),
        test=value.get("test"),
        unrecorded=_unrecorded(value.get("unrecorded") or ()),
    )


def _headers(message: dict[str, Any]) -> Any:
    """Return headers from a mapping, from pairs, or from objects with name and value, as in HAR."""
    headers = message.get("headers") or ()
    if isinstance(headers, dict):
        return headers
    return [
        (header["name"], header["value"]) if isinstance(header, dict) else _header_pair(header)
        for header in headers
    ]


def _header_pair(value: Any) -> tuple[Any, Any]:
    if not isinstance(value, list) or len(value) != 2:  # noqa: PLR2004 -- a name and a value
        raise SkipEntryError(f"has the header {value!r}, which is not a pair of name and value")
    return value[0], value[1]


def _unrecorded(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(map(str, value))


def _body(message: dict[str, Any]) -> bytes:
    if message.get("body_base64") is not None:
        return base64_bytes(message["body_base64"])
    return text_bytes(message.get("body"))


NDJSON = Reader(
    tool="NDJSON",
    key="ndjson",
    markers=(b'"request"', b'"response"', rb'"url"\s*:\s*"\w+://', b'"status"'),
    recognizes=_is_ndjson,
    entries=_entries,
    pair=_pair,
    captures_traffic=True,
)
