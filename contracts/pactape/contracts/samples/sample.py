"""Samples: exchanges that take part in a contract, each with its parsed bodies and the sources of its values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

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

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Sample", "SampleSequence"]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """An exchange with its parsed bodies.

    Args:
        exchange: Without secrets.
        sent: The request's body as a JSON value; None when it has none.
        answer: The response's body as a JSON value; None when it has none.
        document: The GraphQL document that is sent, unchanged; None when there is none.
        sources: Which values of the request come from elsewhere.
    """

    exchange: Exchange
    sent: Any = None
    answer: Any = None
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
        """The path segments that an earlier answer of the same recording brought as ids."""
        if not self.sources.earlier:
            return []
        segments = urlsplit(self.exchange.request.url).path.split("/")[1:]
        return [unquote(segments[place]) for place in self.sources.earlier if place < len(segments)]


class SampleSequence:
    """Makes samples of the exchanges of one recording, in the order in which they were recorded.

    Args:
        exchanges: All of them, or more.
    """

    def __init__(self, exchanges: Iterable[Exchange]) -> None:
        self._answers = EarlierResponses(path_segments(exchanges))

    def next(self, exchange: Exchange) -> Sample:
        """Return the sample of the next exchange."""
        sample = Sample(
            exchange=exchange,
            sent=json_body_or_none(exchange.request),
            answer=json_body_or_none(exchange.response),
            document=sent_document(exchange.request),
            sources=find_sources(exchange, self._answers),
        )
        self._answers.add(exchange)
        return sample

    def skip(self, exchange: Exchange) -> None:
        """Pass over an exchange that takes no part; the ids in its answer are known to later ones."""
        self._answers.add(exchange)
