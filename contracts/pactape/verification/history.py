"""The history of verifications on this machine, so that `pactape check` can report what was never verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.errors import PactFormatError
from pactape.file_cache import FileCache
from pactape.pactfile import read_pact

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pactape.verification.verdicts import Verification

__all__ = ["remember_verification", "verified_interactions"]

_FORMAT = b"verified 1"


def remember_verification(folder: Path, pacts: Iterable[Path], verification: Verification) -> None:
    """Store which interactions of `pacts` passed, replacing the result of earlier verifications of these bytes.

    Args:
        folder: The project's cache folder.
        pacts: The pact files that were verified.
        verification: The result.
    """
    cache = _cache(folder)
    for path in pacts:
        try:
            pact = read_pact(path)
        except PactFormatError:
            continue  # none of it was verified, which the verification reports
        passed = [
            result.description
            for result in verification.results
            if result.passed and result.consumer == pact.consumer
        ]
        cache.write(cache.name_of(pact.data), msgspec.json.encode(sorted(passed)))


def verified_interactions(folder: Path, pact: bytes) -> frozenset[str]:
    """Return the descriptions of the interactions that passed when these bytes were last verified."""
    cache = _cache(folder)
    stored = cache.read(cache.name_of(pact))
    try:
        return frozenset(msgspec.json.decode(stored or b"[]", type=list[str]))
    except msgspec.MsgspecError:
        return frozenset()


def _cache(folder: Path) -> FileCache:
    """Return the cache of verdicts; they are about the provider, so they stay valid when Pactape's code changes."""
    return FileCache(folder, "verified", fingerprint=_FORMAT)
