"""Participants: the consumer and provider of a contract, and the provider of an exchange."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import SplitResult

import msgspec

from pactape.settings import ProviderSettings
from pactape.urls import url_parts

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import Exchange
    from pactape.settings import Settings

__all__ = ["ContractParties", "path_below", "provider_for", "provider_of"]


_PORTS = {"http": 80, "https": 443}
#: Characters that a provider's name can't contain: names are parts of file names and URLs.
_UNUSABLE = re.compile(r"[^A-Za-z0-9._-]+")


class ContractParties(msgspec.Struct, frozen=True, order=True):
    """The names of a contract's consumer and provider."""

    consumer: str
    provider: str


def provider_for(exchange: Exchange, settings: Settings) -> ProviderSettings | None:
    """Return the configured provider of an exchange, if any; without configured providers, every host is one.

    Such a provider is named after its host and, if it isn't the scheme's default, its port: "localhost-3000".
    """
    if settings.providers:
        return provider_of(exchange, settings.providers.values())
    parts = url_parts(exchange.request.url)
    return _provider_at(parts.scheme, parts.netloc)


@lru_cache(maxsize=256)
def _provider_at(scheme: str, sent_netloc: str) -> ProviderSettings:
    parts = SplitResult(scheme, sent_netloc, path="", query="", fragment="")
    host, port = parts.hostname or "", _port(parts)
    address = f"[{host}]" if ":" in host else host
    netloc = address if port in {None, _PORTS.get(parts.scheme)} else f"{address}:{port}"
    name = _UNUSABLE.sub("-", netloc).strip("-.")
    return ProviderSettings(key=netloc, name=name or netloc, url=f"https://{netloc}")


def _port(parts: SplitResult) -> int | None:
    try:
        return parts.port
    except ValueError:
        return None


def provider_of(exchange: Exchange, providers: Iterable[ProviderSettings]) -> ProviderSettings | None:
    """Return the provider with the longest base URL that contains the request's URL; None if no one matches."""
    url = exchange.request.url
    fitting = [
        provider
        for provider in providers
        if url.startswith((f"{provider.url}/", f"{provider.url}?")) or url == provider.url
    ]
    return max(fitting, key=lambda item: len(item.url), default=None)


def path_below(exchange: Exchange, provider: ProviderSettings) -> str:
    """Return the request's path below the provider's base URL, percent-encoded as sent."""
    base = url_parts(provider.url).path
    return url_parts(exchange.request.url).path.removeprefix(base) or "/"
