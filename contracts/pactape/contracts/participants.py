"""Who talks to whom: the two sides of a contract, and which provider an exchange is with."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import msgspec

from pactape.settings import ProviderSettings

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import Exchange
    from pactape.settings import Settings

__all__ = ["ContractParties", "path_below", "provider_for", "provider_of"]


class ContractParties(msgspec.Struct, frozen=True, order=True):
    """The two sides of a contract: the names of the consumer and of the provider."""

    consumer: str
    provider: str


def provider_for(exchange: Exchange, settings: Settings) -> ProviderSettings | None:
    """The configured provider of an exchange, if any; in a project that configures none, every host is one."""
    if settings.providers:
        return provider_of(exchange, settings.providers.values())
    parts = urlsplit(exchange.request.url)
    return ProviderSettings(key=parts.netloc, name=parts.netloc, url=f"{parts.scheme}://{parts.netloc}")


def provider_of(exchange: Exchange, providers: Iterable[ProviderSettings]) -> ProviderSettings | None:
    """The provider with the longest URL that the request's URL lies below; None when there is none."""
    url = exchange.request.url
    fitting = [
        each for each in providers if url.startswith((f"{each.url}/", f"{each.url}?")) or url == each.url
    ]
    return max(fitting, key=lambda each: len(each.url), default=None)


def path_below(exchange: Exchange, provider: ProviderSettings) -> str:
    """The request's path below the provider's base URL, percent-encoded as sent."""
    base = urlsplit(provider.url).path
    return urlsplit(exchange.request.url).path.removeprefix(base) or "/"
