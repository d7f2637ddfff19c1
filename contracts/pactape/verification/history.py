"""What was verified on this machine, so that a check can say it; kept outside version control."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING

import msgspec

from pactape.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pactape.verification.result import Verification

__all__ = ["remember_verification", "verified_interactions"]


def remember_verification(folder: Path, pacts: Iterable[Path], verification: Verification) -> None:
    """Keep which interactions of `pacts` passed; another verification of the same bytes replaces it.

    Args:
        folder: The project's folder for such things, `.pactape`.
        pacts: The pact files that were verified.
        verification: What was found.

    Raises:
        OutputError: Nothing can be written there.
    """
    ignore = folder / ".gitignore"
    if not ignore.is_file():
        write_atomically(ignore, b"*\n")
    for path in pacts:
        data = path.read_bytes()
        consumer = json.loads(data)["consumer"]["name"]
        passed = [
            each.description for each in verification.results if each.passed and each.consumer == consumer
        ]
        write_atomically(_file(folder, data), msgspec.json.encode(sorted(passed)))


def verified_interactions(folder: Path, pact: bytes) -> frozenset[str]:
    """The descriptions of the interactions that passed when exactly these bytes were last verified."""
    try:
        return frozenset(msgspec.json.decode(_file(folder, pact).read_bytes(), type=list[str]))
    except (OSError, msgspec.MsgspecError):
        return frozenset()


def _file(folder: Path, pact: bytes) -> Path:
    return folder / "verified" / f"{hashlib.blake2b(pact, digest_size=16).hexdigest()}.json"
