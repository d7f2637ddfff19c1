"""The options that give the address of a provider, or of several: `URL`, `NAME=URL`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["parse_provider_urls"]

_NAMED = re.compile(r"(?P<name>[^=/?#]+)=(?P<url>.*)", re.DOTALL)


def parse_provider_urls(texts: Iterable[str], *, option: str, provider: str | None) -> dict[str | None, str]:
    """Return the base URL of each provider that an option names.

    Args:
        texts: The option's values, "URL" or "NAME=URL".
        option: The option.
        provider: The value of --provider; None when it wasn't given.

    Returns:
        URLs by name or key; a single URL without a name under `provider`. Empty when the option wasn't given.

    Raises:
        click.UsageError: One of several URLs has no name, a name has several URLs, or --provider is given, too.

    Example:
        >>> parse_provider_urls(["users=http://127.0.0.1:1"], option="--url", provider=None)
        {'users': 'http://127.0.0.1:1'}
    """
    urls: dict[str | None, str] = {}
    for text in texts:
        match = _NAMED.fullmatch(text)
        name = match["name"] if match else provider
        if match and provider not in {None, name}:
            raise click.UsageError(f"{option} {text} contradicts --provider {provider}")
        if name in urls:
            raise click.UsageError(
                f"{option} is given twice for the provider {name!r}"
                if name
                else f"several {option} options must each name their provider: {option} NAME=URL"
            )
        urls[name] = match["url"] if match else text
    if None in urls and len(urls) > 1:
        raise click.UsageError(f"several {option} options must each name their provider: {option} NAME=URL")
    return urls
