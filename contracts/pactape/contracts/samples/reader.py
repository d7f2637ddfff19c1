"""Reads a cassette as samples: what takes part in contracts, between which parties, and what is excluded."""

from __future__ import annotations

from datetime import UTC
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from pactape.cassettes.finder import base_urls, cassette_name, exchange_with_consumer, message_with_consumer
from pactape.cassettes.maintenance.expiry import recorded_at
from pactape.contracts.participants import ContractParties, path_below, provider_for
from pactape.contracts.samples.exclusions import EXCLUDED_BY_TEST, Exclusion, exclusion_reason
from pactape.contracts.samples.sample import Sample, SampleSequence
from pactape.exchange import RecordedMessage
from pactape.settings import ProviderSettings
from pactape.urls import is_base_url, origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pactape.cassettes.contents import Contents
    from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
    from pactape.exchange import Exchange
    from pactape.recorders import LineRange
    from pactape.settings import Settings

__all__ = ["CassetteSamples", "ProviderSample", "SampleReader"]


class ProviderSample(msgspec.Struct, frozen=True):
    """A sample with its consumer and provider.

    Args:
        parties: The consumer and the provider.
        provider: The provider's settings.
        sample: The exchange with what is known about it.
    """

    parties: ContractParties
    provider: ProviderSettings
    sample: Sample


class CassetteSamples(msgspec.Struct, frozen=True, kw_only=True):
    """The content of one cassette: every recording is a sample, a message or an exclusion.

    Args:
        samples: The exchanges that take part, in the order in which they were recorded.
        messages: The messages that take part, in the same order.
        exclusions: The exchanges and messages that are left out.
    """

    samples: tuple[ProviderSample, ...]
    messages: tuple[tuple[ContractParties, RecordedMessage], ...]
    exclusions: tuple[Exclusion, ...]


class SampleReader:
    """Reads the cassettes of a project as samples.

    Args:
        settings: The project's settings.
        cache: The cache that cassettes are read from.
        all_fields: Whether every response field counts as read.
        reason: Returns why an exchange is left out; None for one that takes part.
    """

    def __init__(
        self,
        settings: Settings,
        cache: ScrubbedCache,
        *,
        all_fields: bool = False,
        reason: Callable[[Exchange], str | None] = exclusion_reason,
    ) -> None:
        self._settings = settings
        self._cache = cache
        self._all_fields = all_fields
        self._own_reason = reason

    def read(self, path: Path) -> CassetteSamples:
        """Return the samples, messages and exclusions of the cassette at `path`.

        Raises:
            CassetteFormatError: It can't be read.
        """
        parts = list(self.read_parts(path))
        return CassetteSamples(
            samples=tuple(sample for part in parts for sample in part.samples),
            messages=tuple(message for part in parts for message in part.messages),
            exclusions=tuple(exclusion for part in parts for exclusion in part.exclusions),
        )

    def read_parts(self, path: Path, lines: LineRange | None = None) -> Iterator[CassetteSamples]:
        """Yield the same part by part, so that only a part of a large recording is in memory.

        Args:
            path: The recording.
            lines: Which lines to read of a recording that is read line by line; None for all.

        Raises:
            CassetteFormatError: It can't be read.
        """
        name = cassette_name(path, self._settings)
        base_url = self._base_urls.get(path)
        for exchanges, recorded_messages, skipped in self._cache.read_parts(path, base_url, lines):
            exclusions = [Exclusion(f"{name}: {entry.location}", -1, entry.reason) for entry in skipped]
            samples = self._samples(exchanges, path, exclusions)
            messages = [
                message
                for recorded_message in recorded_messages
                if (message := self._message(recorded_message, path, exclusions))
            ]
            yield CassetteSamples(
                samples=tuple(samples), messages=tuple(messages), exclusions=tuple(exclusions)
            )

    def scrubbed_exchanges(self, path: Path, lines: LineRange | None = None) -> Iterator[Exchange]:
        """Yield all exchanges of the cassette at `path`, without secrets.

        Raises:
            CassetteFormatError: It can't be read.
        """
        for exchanges, _, _ in self._cache.read_parts(path, self._base_urls.get(path), lines):
            yield from (exchange for exchange, _ in exchanges)

    def read_exchanges(self, contents: Contents) -> CassetteSamples:
        """Return the same as `read`, for contents that are not from a file and may contain secrets."""
        exclusions: list[Exclusion] = []
        samples: list[ProviderSample] = []
        exchanges, recorded_messages, _ = self._cache.scrub(contents)
        for cassette, group in groupby(exchanges, key=lambda exchange: exchange[0].cassette):
            samples += self._samples(list(group), self._settings.root / cassette, exclusions)
        messages = [
            message
            for recorded_message in recorded_messages
            if (
                message := self._message(
                    recorded_message, self._settings.root / recorded_message.cassette, exclusions
                )
            )
        ]
        return CassetteSamples(samples=tuple(samples), messages=tuple(messages), exclusions=tuple(exclusions))

    def name_of(self, path: Path) -> str:
        """Return the name of the cassette at `path` in the project."""
        return cassette_name(path, self._settings)

    def keep(self, path: Path) -> None:
        """Mark the cached files of the cassette at `path` as used, without reading it.

        Raises:
            CassetteFormatError: It can't be read.
        """
        self._cache.keep(path, self._base_urls.get(path))

    @cached_property
    def _base_urls(self) -> dict[Path, str]:
        """Return the base URLs of other recorders' files, whose folders are walked once."""
        return base_urls(self._settings)

    def _samples(
        self, exchanges: list[tuple[Exchange, str]], path: Path, exclusions: list[Exclusion]
    ) -> list[ProviderSample]:
        name, owner = cassette_name(path, self._settings), self._settings.consumer_of(path)
        samples: list[ProviderSample] = []
        understanding = SampleSequence(exchange for exchange, _ in exchanges)
        for recorded, failure in exchanges:
            consumer, exchange = exchange_with_consumer(recorded, name, owner, all_fields=self._all_fields)
            provider = provider_for(exchange, self._settings)
            reason = failure or self._reason(exchange) or ("" if provider else _no_provider(exchange))
            if reason or provider is None:
                request = f"{exchange.request.method} {path_below(exchange, provider)}" if provider else ""
                exclusions.append(Exclusion(exchange.cassette, exchange.index, reason, request=request))
                understanding.skip(exchange)
            else:
                parties = ContractParties(consumer, provider.name)
                samples.append(ProviderSample(parties, provider, understanding.next(exchange)))
        return samples

    def _reason(self, exchange: Exchange) -> str | None:
        since = self._settings.since
        if since is not None:
            moment = exchange.recorded_at or recorded_at(exchange)
            if moment is not None and (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) < since:
                return f"recorded before {since.isoformat()}"
        return self._own_reason(exchange)

    def _message(
        self, recorded: RecordedMessage, path: Path, exclusions: list[Exclusion]
    ) -> tuple[ContractParties, RecordedMessage] | None:
        """Return a message with its parties; None if it is left out."""
        consumer, message = message_with_consumer(recorded, path, self._settings, all_fields=self._all_fields)
        provider = self._settings.providers.get(message.provider)
        if message.provenance is not None and not message.provenance.contract:
            exclusions.append(Exclusion(message.cassette, message.index, EXCLUDED_BY_TEST))
            return None
        if provider is None:
            reason = f"there is no [tool.pactape.providers.{message.provider}], which sends the message"
            exclusions.append(Exclusion(message.cassette, message.index, reason))
            return None
        return ContractParties(consumer, provider.name), message


def _no_provider(exchange: Exchange) -> str:
    url = exchange.request.url
    address = origin(url) if is_base_url(url) else urlsplit(url).netloc
    return f"no [tool.pactape.providers.*] has a url for {address}"
