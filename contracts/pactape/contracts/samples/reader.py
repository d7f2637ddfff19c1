"""Reads one cassette as samples: what takes part in contracts, of which consumer and provider, and what doesn't."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from pactape.cassettes.finder import base_url_of, cassette_name, owned, owned_message
from pactape.contracts.participants import ContractParties, provider_for
from pactape.contracts.samples.exclusions import EXCLUDED_BY_TEST, Exclusion, exclusion_reason
from pactape.contracts.samples.sample import Sample, samples_of
from pactape.exchange import RecordedMessage
from pactape.settings import ProviderSettings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
    from pactape.exchange import Exchange
    from pactape.settings import Settings

__all__ = ["CassetteSamples", "ProviderSample", "SampleReader"]


class ProviderSample(msgspec.Struct, frozen=True):
    """A sample, and between whom it was recorded.

    Args:
        parties: The consumer and the provider.
        provider: The provider's settings.
        sample: The exchange with what is known about it.
    """

    parties: ContractParties
    provider: ProviderSettings
    sample: Sample


class CassetteSamples(msgspec.Struct, frozen=True, kw_only=True):
    """What one cassette holds for contracts; together as many as it has recordings.

    Args:
        samples: The exchanges that take part, in the order in which they were recorded.
        messages: The messages that take part, in the same order.
        exclusions: The exchanges and messages that take no part.
    """

    samples: tuple[ProviderSample, ...]
    messages: tuple[tuple[ContractParties, RecordedMessage], ...]
    exclusions: tuple[Exclusion, ...]


class SampleReader:
    """Reads the cassettes of a project as samples.

    Args:
        settings: The project's settings.
        cache: Where cassettes are read from.
        all_fields: Whether every response field counts as read.
    """

    def __init__(self, settings: Settings, cache: ScrubbedCache, *, all_fields: bool = False) -> None:
        self._settings = settings
        self._cache = cache
        self._all_fields = all_fields

    def read(self, path: Path) -> CassetteSamples:
        """Return what the cassette at `path` holds for contracts.

        Raises:
            CassetteFormatError: It can't be read.
        """
        parts = list(self.read_parts(path))
        return CassetteSamples(
            samples=tuple(each for part in parts for each in part.samples),
            messages=tuple(each for part in parts for each in part.messages),
            exclusions=tuple(each for part in parts for each in part.exclusions),
        )

    def read_parts(self, path: Path) -> Iterator[CassetteSamples]:
        """Yield the same part by part: of a large recording never more than a part is in memory.

        Raises:
            CassetteFormatError: It can't be read.
        """
        name = cassette_name(path, self._settings)
        for exchanges, received, skipped in self._cache.read_parts(path, base_url_of(path, self._settings)):
            exclusions = [Exclusion(f"{name}: {each.place}", 0, each.reason) for each in skipped]
            samples = self._samples(exchanges, path, exclusions)
            messages = [found for each in received if (found := self._message(each, path, exclusions))]
            yield CassetteSamples(
                samples=tuple(samples), messages=tuple(messages), exclusions=tuple(exclusions)
            )

    def keep(self, path: Path) -> None:
        """Spare what is cached of the cassette at `path` from deletion, without reading it.

        Raises:
            CassetteFormatError: It can't be read.
        """
        self._cache.keep(path, base_url_of(path, self._settings))

    def _samples(
        self, exchanges: list[tuple[Exchange, str]], path: Path, exclusions: list[Exclusion]
    ) -> list[ProviderSample]:
        included: list[tuple[ContractParties, ProviderSettings]] = []
        usable: list[Exchange] = []
        for read, broken in exchanges:
            consumer, exchange = owned(read, path, self._settings, all_fields=self._all_fields)
            provider = provider_for(exchange, self._settings)
            reason = broken or exclusion_reason(exchange) or ("" if provider else _no_provider(exchange))
            if reason or provider is None:
                exclusions.append(Exclusion(exchange.cassette, exchange.index, reason))
            else:
                included.append((ContractParties(consumer, provider.name), provider))
                usable.append(exchange)
        samples = zip(included, samples_of(usable), strict=True)
        return [ProviderSample(parties, provider, sample) for (parties, provider), sample in samples]

    def _message(
        self, read: RecordedMessage, path: Path, exclusions: list[Exclusion]
    ) -> tuple[ContractParties, RecordedMessage] | None:
        """A message with its parties; None when it takes no part."""
        consumer, message = owned_message(read, path, self._settings, all_fields=self._all_fields)
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
    return f"no [tool.pactape.providers.*] has a url for {urlsplit(exchange.request.url).netloc}"
