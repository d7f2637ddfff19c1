"""VCR (Ruby) in YAML and JSON, and rvcr (Rust), which writes VCR's JSON.

Format: https://benoittgt.github.io/vcr/#/cassettes/cassette_format. Bodies are `string` or `base64_string`, with
the name of the text's encoding beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.recording import Entry, Reader, RecordedPair, SkipEntryError
from pactape.recorders.values import base64_bytes, mapping, status_code, text_bytes, timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["RVCR", "VCR_RUBY", "stored_body"]

#: What Ruby calls bytes without an encoding; they are kept as they are.
_BINARY = frozenset({"ASCII-8BIT", "BINARY"})
_PYTHON_NAMES = {"US-ASCII": "utf-8", "ASCII-8BIT": "utf-8", "UTF-8": "utf-8"}


def _recorded_with(source: Source) -> str:
    return str(source.member("recorded_with") or "")


def _has_interactions(source: Source) -> bool:
    return isinstance(source.member("http_interactions"), list)


def _is_vcr(source: Source) -> bool:
    return (
        _has_interactions(source)
        and not _recorded_with(source).startswith("betamax")
        and not _is_rvcr(source)
    )


def _is_rvcr(source: Source) -> bool:
    """Rvcr names itself, or writes the methods in lower case and plain strings for request bodies."""
    if not _has_interactions(source) or source.json is None:
        return False
    if _recorded_with(source).startswith("rVCR"):
        return True
    requests = [each.get("request") for each in source.member("http_interactions") if isinstance(each, dict)]
    return bool(requests) and all(isinstance(each, dict) and each.get("body") == "" for each in requests)


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.member("http_interactions")):
        yield Entry(place=f"http_interactions[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    return RecordedPair(
        method=str(request.get("method", "")),
        url=str(request.get("uri") or request.get("url") or ""),
        request_headers=request.get("headers"),
        request_body=stored_body(request.get("body")),
        status=status_code(mapping(response, "status").get("code")),
        response_headers=response.get("headers"),
        response_body=stored_body(response.get("body")),
        recorded_at=timestamp(entry.value.get("recorded_at")),
    )


def stored_body(body: Any) -> bytes:
    """Return the bytes of a body: a text, or a mapping with `string` or `base64_string` and `encoding`.

    Raises:
        SkipEntryError: It has another form, or isn't valid base64.
    """
    if not isinstance(body, dict):
        return text_bytes(body)
    if body.get("base64_string") is not None:
        return base64_bytes(body["base64_string"])
    if "string" not in body and body:
        raise SkipEntryError(f"has a body with {', '.join(map(str, body))} and no string")
    encoding = str(body.get("encoding") or "utf-8").upper()
    text = body.get("string")
    if encoding in _BINARY and isinstance(text, str) and text.isascii():
        return text.encode()
    return text_bytes(text, _PYTHON_NAMES.get(encoding, encoding))


VCR_RUBY = Reader(
    tool="VCR (Ruby)",
    key="vcr-ruby",
    markers=(b"http_interactions", b"recorded_"),
    recognizes=_is_vcr,
    entries=_entries,
    pair=_pair,
)
RVCR = Reader(
    tool="rvcr",
    key="rvcr",
    markers=(b'"http_interactions"', b"rVCR"),
    recognizes=_is_rvcr,
    entries=_entries,
    pair=_pair,
)
