"""A project's own rules of what a secret is, besides the rules for all projects."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

import msgspec

from pactape.settings import ScrubSettings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Self

__all__ = ["ScrubRules", "plain_name"]


class ScrubRules(msgspec.Struct, frozen=True, kw_only=True):
    """A project's own rules, compiled.

    Args:
        names: Further names of headers, parameters and fields that hold secrets, as `plain_name` returns them.
        kept: Names whose values are not secrets in this project, whatever the defaults say.
        patterns: Patterns of further secrets.
        fingerprint: 16 bytes that differ between different rules; part of cache keys.
    """

    names: frozenset[str] = frozenset()
    kept: frozenset[str] = frozenset()
    patterns: tuple[re.Pattern[str], ...] = ()
    fingerprint: bytes = bytes(16)

    @classmethod
    def from_settings(cls, settings: ScrubSettings) -> Self:
        """Compile the rules of `[tool.pactape.scrub]`.

        Example:
            >>> from pactape.settings import ScrubSettings
            >>> sorted(ScrubRules.from_settings(ScrubSettings(names=("X-Customer_Ref",))).names)
            ['xcustomerref']
        """
        if settings == ScrubSettings():
            return cls()
        return cls(
            names=frozenset(map(plain_name, settings.names)),
            kept=frozenset(map(plain_name, settings.keep)),
            patterns=tuple(map(re.compile, settings.patterns)),
            fingerprint=hashlib.blake2b(msgspec.json.encode(settings), digest_size=16).digest(),
        )

    def keeping(self, names: Iterable[str]) -> ScrubRules:
        """Return the rules with further names whose values are not secrets.

        Example:
            >>> sorted(ScrubRules().keeping(["X-Auth-Token"]).kept)
            ['xauthtoken']
        """
        kept = self.kept.union(map(plain_name, names))
        mark = hashlib.blake2b("\n".join(sorted(kept)).encode(), key=self.fingerprint, digest_size=16)
        return msgspec.structs.replace(self, kept=kept, fingerprint=mark.digest())

    def __hash__(self) -> int:
        return hash(self.fingerprint)


@lru_cache(maxsize=4096)
def plain_name(name: str) -> str:
    """Return a name in lower case, without "-", "_", ".", brackets and spaces.

    Example:
        >>> plain_name("X-Api_Key")
        'xapikey'
    """
    return re.sub(r"[-_.\s\[\]]", "", name).lower()
