"""betamax (Python): JSON like VCR's, with an older form in which a response has `status_code` and plain headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.recording import Entry, Reader, RecordedPair
from pactape.recorders.values import mapping, status_code, timestamp
from pactape.recorders.vcr_ruby import stored_body

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.recorders.source import Source

__all__ = ["BETAMAX"]


def _is_betamax(source: Source) -> bool:
    return isinstance(source.member("http_interactions"), list) and str(
        source.member("recorded_with") or ""
    ).startswith("betamax")


def _entries(source: Source) -> Iterable[Entry]:
    for index, value in enumerate(source.member("http_interactions")):
        yield Entry(place=f"http_interactions[{index}]", value=value)


def _pair(entry: Entry, _: Source) -> RecordedPair:
    request, response = mapping(entry.value, "request"), mapping(entry.value, "response")
    return RecordedPair(
        method=str(request.get("method", "")),
        url=str(request.get("uri") or ""),
        request_headers=request.get("headers"),
        request_body=stored_body(request.get("body")),
        status=status_code(_code(response)),
        response_headers=response.get("headers"),
        response_body=stored_body(response.get("body")),
        recorded_at=timestamp(entry.value.get("recorded_at")),
    )


def _code(response: dict[str, Any]) -> Any:
    status = response.get("status")
    return status.get("code") if isinstance(status, dict) else response.get("status_code", status)


BETAMAX = Reader(
    tool="betamax",
    key="betamax",
    markers=(b'"http_interactions"', b"betamax"),
    recognizes=_is_betamax,
    entries=_entries,
    pair=_pair,
)
