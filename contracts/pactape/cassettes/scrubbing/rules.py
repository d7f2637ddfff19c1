"""A project's own rules of what is a secret, beside those that hold everywhere."""

from __future__ import annotations

import hashlib
import re
from contextlib import contextmanager
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from pactape.settings import ScrubSettings

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ScrubRules", "current_rules", "plain_name", "scrubbing_by"]


class ScrubRules(msgspec.Struct, frozen=True, kw_only=True):
    """Rules in the form in which they are asked.

    Args:
        names: More names of headers, parameters and fields that hold secrets, as `plain_name` gives them.
        kept: Names whose values are no secrets here, whatever the defaults say.
        patterns: More forms of secrets.
        salt: Tells these rules from others, 16 bytes.
    """

    names: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()
    salt: bytes = bytes(16)


_rules = ScrubRules()


def current_rules() -> ScrubRules:
    """The rules that hold now."""
    return _rules


@contextmanager
def scrubbing_by(settings: ScrubSettings) -> Iterator[None]:
    """Scrub by a project's own rules, too, on every thread, while the context lasts."""
    global _rules  # noqa: PLW0603 -- code under test runs on threads that no context variable reaches
    before, _rules = _rules, _compiled(settings)
    try:
        yield
    finally:
        _rules = before


@lru_cache(maxsize=16)
def _compiled(settings: ScrubSettings) -> ScrubRules:
    if settings == ScrubSettings():
        return ScrubRules()
    return ScrubRules(
        names=frozenset(map(plain_name, settings.names)),
        kept=frozenset(map(plain_name, settings.keep)),
        patterns=tuple(map(re.compile, settings.patterns)),
        salt=hashlib.blake2b(msgspec.json.encode(settings), digest_size=16).digest(),
    )


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """A name without its spelling: in lower case, without "-", "_", ".", brackets and spaces.

    Example:
        >>> plain_name("X-Api_Key")
        'xapikey'
    """
    return re.sub(r"[-_.\s\[\]]", "", name).lower()
