"""The cache of proofs: what was proved is not proved again for the same recordings and interactions."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from pactape.file_cache import FileCache

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.contracts.grouping.evidence.digest import Digest
    from pactape.settings import Settings

__all__ = ["CachedProof"]

_PROVED = b"proved"


class CachedProof:
    """The proof of some interactions with the recordings of a digest.

    Args:
        digest: The evidence of the recordings.
        interactions: The interactions as documents, in an order that is always the same.
        settings: The project's settings.
    """

    def __init__(self, digest: Digest, interactions: Iterable[object], settings: Settings) -> None:
        dependencies = hashlib.sha256("\n".join(sorted(digest.entries)).encode())
        for interaction in interactions:
            dependencies.update(repr(interaction).encode(errors="replace"))
        self._cache = FileCache(settings.cache_folder, "proofs")
        self._name = self._cache.name_of(dependencies.digest())

    def exists(self) -> bool:
        """Return whether the interactions were proved before."""
        return self._cache.read(self._name) == _PROVED

    def store(self) -> None:
        """Remember that the interactions are proved."""
        self._cache.write(self._name, _PROVED)
