"""The contracts as they are written, with what each interaction says of where it comes from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import PactFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["WrittenContract", "WrittenInteraction", "read_contract", "stems"]


class WrittenInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """An interaction of a pact file.

    Args:
        description: Its description.
        cassettes: The recordings it was derived from, "path#index"; none when it was written by hand.
        content: All of it but its comments, as plain JSON data.
    """

    description: str
    cassettes: tuple[str, ...]
    content: dict[str, Any]


class WrittenContract(msgspec.Struct, frozen=True, kw_only=True):
    """A pact file.

    Args:
        path: The file.
        data: Its bytes.
        interactions: In the file's order.
        version: The specification's major version.
    """

    path: Path
    data: bytes
    interactions: tuple[WrittenInteraction, ...]
    version: int = 4


def read_contract(path: Path, data: bytes | None = None) -> WrittenContract:
    """Read a pact file.

    Args:
        path: The file.
        data: Its bytes, when they are known already.

    Raises:
        PactFormatError: It can't be read, or isn't a pact file.
    """
    try:
        found = path.read_bytes() if data is None else data
        document = json.loads(found)
        written = document["messages"] if "messages" in document else document["interactions"]
        interactions = tuple(map(_interaction, written))
        stated = (document.get("metadata") or {}).get("pactSpecification") or {}
        version = int(str(stated.get("version", "4")).partition(".")[0])
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise PactFormatError(
            f"is not a pact file ({type(error).__name__}: {error})",
            where=path,
            remedy="mend or remove it; `pactape derive` writes it anew",
        ) from error
    return WrittenContract(path=path, data=found, interactions=interactions, version=version)


def _interaction(value: dict[str, Any]) -> WrittenInteraction:
    references = value.get("comments", {}).get("references", {}).get("Pactape", {}).get("cassettes", "")
    content = {name: each for name, each in value.items() if name != "comments"}
    cassettes = tuple(filter(None, references.split(", ")))
    return WrittenInteraction(description=value["description"], cassettes=cassettes, content=content)


def stems(contracts: Iterable[WrittenContract]) -> dict[Path, str]:
    """The stem of the first file of each contract, by file: further ones are numbered from 2."""
    paths = [each.path for each in contracts]
    known = {path.stem for path in paths}
    return {path: first if (first := _first(path)) in known else path.stem for path in paths}


def _first(path: Path) -> str:
    """The stem of the file that this one would follow."""
    first, _, number = path.stem.rpartition(".")
    return first if number.isdecimal() else path.stem
