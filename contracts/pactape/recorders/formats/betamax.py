"""betamax (Python): JSON like VCR's, with an older form in which a response has `status_code` and plain headers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.recorders.formats.vcr_ruby import http_interactions, vcr_pair
from pactape.recorders.recording import Entry, Reader, RecordedPair
from pactape.recorders.values import mapping

if TYPE_CHECKING:
    from pactape.recorders.source import Source

__all__ = ["BETAMAX"]


def _is_betamax(source: Source) -> bool:
    """Recognize a file by its recorder's name or, without one, by the older form of statuses."""
    interactions, tool = source.member("http_interactions"), str(source.member("recorded_with") or "")
    if not isinstance(interactions, list) or tool:
        return isinstance(interactions, list) and tool.startswith("betamax")
    return any(
        "status_code" in (interaction.get("response") or {})
        for interaction in interactions
        if isinstance(interaction, dict)
    )


def _pair(entry: Entry, _: Source) -> RecordedPair:
    response = mapping(entry.value, "response")
    if response.get("body") is None and "content" in response:  # before version 0.2
        body = {"string": response["content"], "encoding": response.get("encoding")}
        value = {**entry.value, "response": {**response, "body": body}}
        return vcr_pair(Entry(location=entry.location, value=value), _code(response))
    return vcr_pair(entry, _code(response))


def _code(response: dict[str, Any]) -> Any:
    status = response.get("status")
    return status.get("code") if isinstance(status, dict) else response.get("status_code", status)


BETAMAX = Reader(
    tool="betamax",
    key="betamax",
    markers=(b'"http_interactions"', b"betamax"),
    recognizes=_is_betamax,
    entries=http_interactions,
    pair=_pair,
)
