"""ExVCR (Elixir): a JSON list of requests and responses: https://github.com/parroty/exvcr.

Bodies that aren't text are in Erlang's external term format, in base64.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.http_bodies import header_pairs
from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import base64_bytes, mapping, status_code, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["EXVCR"]

#: The beginning of a binary in the external term format; its length follows in four bytes.
_BINARY_TERM, _HEAD_BYTES = b"\x83m", 6


def _is_exvcr(source: Source) -> bool:
    value = source.json
    return isinstance(value, list) and any(map(_is_interaction, value))


def _is_interaction(value: Any) -> bool:
    request = value.get("request") if isinstance(value, dict) else None
    response = value.get("response") if isinstance(value, dict) else None
    return (
        isinstance(request, dict)
        and isinstance(response, dict)
        and "url" in request
        and {"status_code", "type"} <= response.keys()
    )


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.json):
        yield Entry(location=f"[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    if response.get("type") == "error":
        raise SkipEntryError("has an error instead of a response")
    url = str(request.get("url", ""))
    if url.startswith("~r/"):
        raise SkipEntryError("matches a pattern of URLs, not one value")
    sent = _headers(request)
    return RecordedPair(
        method=str(request.get("method") or "GET"),
        url=url,
        request_headers=sent,
        request_body=text_bytes(request.get("request_body") or request.get("body")),
        status=status_code(_status(response.get("status_code"))),
        response_headers=_headers(response),
        response_body=_body(response),
        unrecorded=() if sent else ("request headers",),
    )


def _status(value: Any) -> Any:
    """Return the status; the adapter of httpc records a status line, `["HTTP/1.1", 200, "OK"]`."""
    return next((part for part in value if isinstance(part, int)), None) if isinstance(value, list) else value


def _headers(message: dict[str, Any]) -> list[tuple[str, str]]:
    headers = message.get("headers")
    return list(header_pairs(headers if isinstance(headers, dict) else None))


def _body(response: dict[str, Any]) -> bytes:
    if response.get("binary") is not True:
        return text_bytes(response.get("body"))
    term = base64_bytes(response.get("body"))
    if not term.startswith(_BINARY_TERM):
        raise SkipEntryError("has a body in another form of Erlang than a binary")
    return term[_HEAD_BYTES:]


EXVCR = Reader(
    tool="ExVCR",
    key="exvcr",
    markers=(b'"request"', b'"response"', b'"status_code"'),
    recognizes=_is_exvcr,
    entries=_entries,
    pair=_pair,
    early_markers=(rb"\A\s*\[", b'"request"', b'"request_body"'),
    unrecorded=("time",),
)
