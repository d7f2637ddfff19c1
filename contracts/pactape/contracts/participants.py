"""Participants: the consumer and provider of a contract, and the provider of an exchange."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from pactape.settings import ProviderSettings
from pactape.urls import authority, is_below, url_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import Exchange
    from pactape.settings import Settings

__all__ = ["ContractParties", "path_below", "provider_for", "provider_of"]

#: Characters that a provider's name can't contain: names are parts of file names and URLs.
_UNUSABLE = re.compile(r"[^A-Za-z0-9._-]+")


class ContractParties(msgspec.Struct, frozen=True, order=True):
    """The names of a contract's consumer and provider."""

    consumer: str
    provider: str


def provider_for(exchange: Exchange, settings: Settings) -> ProviderSettings | None:
    """Return the configured provider of an exchange, if any; without configured providers, every host is one.

    Such a provider is named after its host and, if it isn't the scheme's default, its port: "localhost-3000"; an
    IPv6 address follows "ipv6-".
    """
    if settings.providers:
        return provider_of(exchange, settings.providers.values())
    parts = url_parts(exchange.request.url)
    return _provider_at(parts.scheme, parts.netloc)


@lru_cache(maxsize=256)
def _provider_at(scheme: str, sent_netloc: str) -> ProviderSettings:
    try:
        netloc = authority(f"{scheme}://{sent_netloc}")
    except ValueError:  # an invalid port
        netloc = sent_netloc.rpartition("@")[2].rpartition(":")[0].lower()
    name = _UNUSABLE.sub("-", netloc.replace("[", "ipv6:")).strip("-.")
    return ProviderSettings(key=netloc, name=name or netloc, url=f"https://{netloc}")


def provider_of(exchange: Exchange, providers: Iterable[ProviderSettings]) -> ProviderSettings | None:
    """Return the provider with the longest base URL that contains the request's URL; None if no one matches."""
    fitting = [provider for provider in providers if _is_at(exchange.request.url, provider)]
    return max(fitting, key=lambda item: len(item.url), default=None)


def _is_at(url: str, provider: ProviderSettings) -> bool:
    try:
        return is_below(url, provider.url)
    except ValueError:  # an invalid port
        return False


def path_below(exchange: Exchange, provider: ProviderSettings) -> str:
    """Return the request's path below the provider's base URL, percent-encoded as sent."""
    base = url_parts(provider.url).path
    return url_parts(exchange.request.url).path.removeprefix(base) or "/"
