"""The proxy of ddapm-test-agent: a request and its response a file, in JSON.

Format: https://github.com/DataDog/dd-apm-test-agent. Bodies that aren't text are in base64, after "base64:".
Headers with credentials are not recorded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.recording import Entry, Reader, RecordedPair
from pactape.recorders.values import base64_bytes, mapping, status_code, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["DDAPM_TEST_AGENT"]

_BASE64 = "base64:"


def _is_exchange(source: Source) -> bool:
    if source.json is None:
        return False
    status = source.member("response", "status")
    return isinstance(source.member("request", "url"), str) and isinstance(status, dict) and "code" in status


def _entries(source: Source) -> Iterable[Entry]:
    yield Entry(location="the file", value=source.json)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    return RecordedPair(
        method=str(request.get("method", "")),
        url=str(request["url"]),
        request_headers=request.get("headers") or {},
        request_body=_body(request),
        status=status_code(response["status"]["code"]),
        response_headers=response.get("headers") or {},
        response_body=_body(response),
    )


def _body(message: dict[str, Any]) -> bytes:
    body = message.get("body")
    if isinstance(body, str) and body.startswith(_BASE64):
        return base64_bytes(body.removeprefix(_BASE64))
    return text_bytes(body)


DDAPM_TEST_AGENT = Reader(
    tool="ddapm-test-agent",
    key="ddapm-test-agent",
    markers=(rb'\A\s*\{\s*"request":\s*\{\s*"method":\s*"\w+",\s*"url":\s*"https?://',),
    recognizes=_is_exchange,
    entries=_entries,
    pair=_pair,
    unrecorded=("time",),
)
