"""go-vcr (Go), versions 1 and 2 of its YAML: https://github.com/dnaeon/go-vcr. It records bodies as text only."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.recording import Entry, Reader, RecordedPair
from pactape.recorders.values import mapping, status_code, text_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["GO_VCR"]


def _is_go_vcr(source: Source) -> bool:
    interactions = source.member("interactions")
    if not isinstance(interactions, list) or source.json is not None:
        return False
    first = interactions[0] if interactions else {}
    response = first.get("response") if isinstance(first, dict) else None
    return isinstance(response, dict) and "code" in response


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.member("interactions")):
        yield Entry(place=f"interactions[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    return RecordedPair(
        method=str(request.get("method") or "GET"),
        url=str(request.get("url") or ""),
        request_headers=request.get("headers"),
        request_body=_without_line_end(request.get("body")),
        status=status_code(response.get("code")),
        response_headers=response.get("headers"),
        response_body=text_bytes(response.get("body")),
    )


def _without_line_end(body: Any) -> bytes:
    """Go's JSON encoder ends each value with a line end, which is not part of the value."""
    data = text_bytes(body)
    return data.removesuffix(b"\n") if data[:1] in {b"{", b"["} else data


GO_VCR = Reader(
    tool="go-vcr",
    key="go-vcr",
    markers=(b"interactions:", b" url: ", b" code: "),
    recognizes=_is_go_vcr,
    entries=_entries,
    pair=_pair,
    unrecorded=("time",),
)
