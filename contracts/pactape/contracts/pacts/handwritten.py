"""Reads handwritten interactions, as pact-python's DSL or another library writes them, from a folder of pact files.

Tests that run in parallel write one file each; the time to read them is proportional to their number.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.contracts.participants import ContractParties
from pactape.errors import ContradictionError
from pactape.pactfile import read_pact
from pactape.pactfile.upgrading import upgrade

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.settings import Settings

__all__ = ["HandwrittenInteraction", "read_handwritten"]


class HandwrittenInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """An interaction of a handwritten pact file.

    Args:
        file: The file's path in the project.
        document: The interaction, in the form of Pact V4.
    """

    file: str
    document: dict[str, Any]

    @property
    def description(self) -> str:
        """Its description."""
        return str(self.document.get("description", ""))

    @property
    def is_message(self) -> bool:
        """Whether it is about messages rather than a request."""
        return "request" not in self.document or self.document.get("type", "").endswith("/Messages")

    @property
    def states(self) -> tuple[str, ...]:
        """The names of its provider states."""
        return tuple(
            str(provider_state.get("name")) for provider_state in self.document.get("providerStates") or ()
        )


def read_handwritten(settings: Settings) -> dict[ContractParties, list[HandwrittenInteraction]]:
    """Return the interactions in the folder `handwritten`, by consumer and provider, sorted.

    An interaction that several files contain counts once.

    Raises:
        PactFormatError: A file can't be read as a pact file.
        ContradictionError: Two different interactions have the same description and states.
    """
    by_parties: dict[ContractParties, list[HandwrittenInteraction]] = {}
    for path in _files(settings.handwritten) if settings.handwritten is not None else ():
        parties, documents = _read(path)
        name = _name(path, settings.root)
        by_parties.setdefault(parties, []).extend(
            HandwrittenInteraction(file=name, document=document) for document in documents
        )
    return {
        parties: _without_duplicates(interactions) for parties, interactions in sorted(by_parties.items())
    }


def _files(folder: Path) -> list[Path]:
    """Return the JSON files in a folder and in those below it, sorted."""
    return sorted(
        Path(place, name) for place, _, names in os.walk(folder) for name in names if name.endswith(".json")
    )


def _name(path: Path, root: Path) -> str:
    """Return a file's path in the project; the full path of a file elsewhere."""
    own, whole = f"{root.as_posix()}/", path.as_posix()
    return whole.removeprefix(own) if whole.startswith(own) else str(path)


def _read(path: Path) -> tuple[ContractParties, list[dict[str, Any]]]:
    pact = read_pact(path)
    return ContractParties(pact.consumer, pact.provider), [
        upgrade(interaction) for interaction in pact.interactions
    ]


def _without_duplicates(interactions: Iterable[HandwrittenInteraction]) -> list[HandwrittenInteraction]:
    by_identity: dict[tuple[str, tuple[str, ...]], HandwrittenInteraction] = {}
    for interaction in interactions:
        first = by_identity.setdefault((interaction.description, interaction.states), interaction)
        if first.document != interaction.document:
            raise ContradictionError(
                f"{interaction.description!r} differs from the one in {first.file}",
                where=interaction.file,
                remedy="give one of the two interactions a different description or state",
            )
    return [by_identity[key] for key in sorted(by_identity)]
