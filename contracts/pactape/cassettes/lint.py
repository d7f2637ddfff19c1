"""Linting: the secrets that cassettes hold which were recorded before, or elsewhere; never their values."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.contents import read_any
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from pactape.exchange import Exchange, Headers

__all__ = ["Finding", "lint_cassette"]

_DEFAULT_RULES = ScrubRules()


class Finding(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """A secret in a cassette.

    Args:
        cassette: The file.
        interaction: Its interaction's or message's place in the file, from 0.
        place: Where in it: "request url", "response header Set-Cookie", "response body", "content".
        kind: What it is: "JSON Web Token", "secret field".
        of: What it is in: "interactions" or "messages".
    """

    cassette: str
    interaction: int
    place: str
    kind: str
    of: str = "interactions"

    def __str__(self) -> str:
        return f"{self.cassette}: {self.of}[{self.interaction}]: {self.place}: {self.kind}"


def lint_cassette(path: Path, rules: ScrubRules = _DEFAULT_RULES) -> list[Finding]:
    """Find the secrets in a cassette: whatever recording it today would scrub and is not a placeholder.

    Args:
        path: The cassette's file.
        rules: The project's own rules of what a secret is.

    Returns:
        One finding for each secret, in the order of the file.

    Raises:
        CassetteFormatError: The file can't be read as a cassette.
    """
    contents = read_any(path)
    exchanges, messages = contents.exchanges, contents.messages
    found = [
        Finding(cassette=str(path), interaction=exchange.index, place=place, kind=kind)
        for exchange in exchanges
        for place, scrub in _places(exchange)
        for kind in _kinds(scrub, rules)
    ]
    found += [
        Finding(cassette=str(path), interaction=message.index, place=place, kind=kind, of="messages")
        for message in messages
        for place, value in (("content", message.content), ("metadata", message.metadata))
        for kind in _kinds(methodcaller("value", value), rules)
    ]
    return found


def _kinds(scrub: Callable[[Scrubber], object], rules: ScrubRules) -> list[str]:
    scrubber = Scrubber(rules)
    scrub(scrubber)
    return scrubber.found


def _places(exchange: Exchange) -> Iterator[tuple[str, Callable[[Scrubber], object]]]:
    yield "request url", methodcaller("url", exchange.request.url)
    for side, message in (("request", exchange.request), ("response", exchange.response)):
        for name, value in message.headers:
            yield f"{side} header {name}", methodcaller("header", name, value)
        yield f"{side} body", methodcaller("body", message.body, _content_type(message.headers))


def _content_type(headers: Headers) -> str:
    return next((value for name, value in headers if name.lower() == "content-type"), "")
