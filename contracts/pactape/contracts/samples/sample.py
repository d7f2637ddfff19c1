"""Samples: exchanges that take part in contracts, with their parsed bodies and the sources of their values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import msgspec

from pactape.contracts.samples.graphql_documents import sent_document
from pactape.contracts.samples.value_sources import (
    NO_SOURCES,
    EarlierResponses,
    ValueSources,
    find_sources,
    path_segments,
)
from pactape.exchange import Exchange
from pactape.http_bodies import json_body_or_none
from pactape.urls import url_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Sample", "SampleSequence"]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange with its parsed bodies.

    Args:
        exchange: The exchange, without secrets.
        sent: The request's body as a JSON value; None if it has none.
        received: The response's body as a JSON value; None if it has none.
        document: The GraphQL document in the request, unchanged; None if it has none.
        sources: The request's values that come from provider states or earlier responses.
    """

    exchange: Exchange
    sent: Any = None
    received: Any = None
    document: str | None = None
    sources: ValueSources = NO_SOURCES

    @property
    def position(self) -> tuple[str, int]:
        """The cassette's path, and the index of the exchange in it."""
        return self.exchange.cassette, self.exchange.index

    @property
    def reference(self) -> str:
        """The location of the exchange: "path#index"."""
        return f"{self.exchange.cassette}#{self.exchange.index}"

    @property
    def known_ids(self) -> list[str]:
        """The path segments that an earlier response of the same recording contained as ids."""
        if not self.sources.earlier:
            return []
        segments = url_parts(self.exchange.request.url).path.split("/")[1:]
        return [unquote(segments[place]) for place in self.sources.earlier if place < len(segments)]


class SampleSequence:
    """Turns the exchanges of one recording into samples, in the order in which they were recorded.

    Args:
        exchanges: All exchanges of the recording; may contain others.
    """

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._earlier_responses = EarlierResponses(path_segments(exchanges))

    def next(self, exchange: Exchange) -> Sample:
        """Return the sample of the next exchange."""
        sample = Sample(
            exchange=exchange,
            sent=json_body_or_none(exchange.request),
            received=json_body_or_none(exchange.response),
            document=sent_document(exchange.request),
            sources=find_sources(exchange, self._earlier_responses),
        )
        self._earlier_responses.add(exchange)
        return sample

    def skip(self, exchange: Exchange) -> None:
        """Skip an exchange that takes no part, but keep the ids in its response for later exchanges."""
        self._earlier_responses.add(exchange)
