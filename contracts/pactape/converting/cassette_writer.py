"""Writes cassettes of Pactape and vcrpy."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from vcr.request import Request as VcrRequest

from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.writing import RecordedInteraction, replace_cassette
from pactape.http_bodies import grouped_headers, joined_headers

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pactape.cassettes.scrubbing.scrubber import Scrubber
    from pactape.exchange import Exchange, RecordedMessage

__all__ = ["recorded_interaction", "write_cassette"]


def write_cassette(
    path: Path, exchanges: Sequence[Exchange], messages: Sequence[RecordedMessage], *, scrubber: Scrubber
) -> None:
    """Write exchanges and messages as a cassette; if all are of one test, its declarations are kept.

    Raises:
        OutputError: The file can't be written.
    """
    provenance = exchanges[0].provenance if exchanges else None
    is_shared = all(exchange.provenance == provenance for exchange in exchanges)
    metadata = CassetteMetadata(provenance=provenance if is_shared else None, messages=tuple(messages))
    replace_cassette(
        path, [recorded_interaction(exchange) for exchange in exchanges], metadata=metadata, scrubber=scrubber
    )


def recorded_interaction(exchange: Exchange) -> RecordedInteraction:
    """Return an exchange as an interaction of a cassette."""
    request, response = exchange.request, exchange.response
    phrase = HTTPStatus(response.status).phrase if response.status in set(HTTPStatus) else ""
    recorded: dict[str, Any] = {
        "status": {"code": response.status, "message": phrase},
        "headers": grouped_headers(response.headers),
        "body": {"string": response.body},
    }
    return RecordedInteraction(
        request=VcrRequest(
            request.method, request.url, request.body or None, joined_headers(request.headers)
        ),
        response=recorded,
        call=exchange.call,
        reads=exchange.reads,
    )
