r"""NDJSON: one exchange a line, the neutral form for tools that capture traffic.

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

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import base64_bytes, mapping, status_code, text_bytes, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["NDJSON"]


def _is_ndjson(source: Source) -> bool:
    first = next((line for line in source.data.splitlines()[:3] if line.strip()), b"")
    try:
        value = json.loads(first)
    except (ValueError, RecursionError):
        return False
    return (
        isinstance(value, dict)
        and all(
            isinstance(value.get(name), dict) and key in value[name]
            for name, key in (("request", "url"), ("response", "status"))
        )
        and isinstance(value["request"].get("method"), str)
        and "://" in str(value["request"]["url"])  # a stub of WireMock looks the same, with a path
    )


def _entries(source: Source) -> Iterable[Entry]:
    for number, line in enumerate(source.data.splitlines(), 1):
        if line.strip():
            yield Entry(place=f"line {number}", value=line)


def _pair(entry: Entry, _: Source) -> RecordedPair:
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
        unrecorded=tuple(value.get("unrecorded", ())),
    )


def _headers(message: dict[str, Any]) -> Any:
    headers = message.get("headers") or ()
    return headers if isinstance(headers, dict) else [(name, value) for name, value in headers]


def _body(message: dict[str, Any]) -> bytes:
    if message.get("body_base64") is not None:
        return base64_bytes(message["body_base64"])
    return text_bytes(message.get("body"))


NDJSON = Reader(
    tool="NDJSON",
    key="ndjson",
    markers=(b'"request"', b'"response"', b'"url"', b'"status"'),
    recognizes=_is_ndjson,
    entries=_entries,
    pair=_pair,
)
