"""Whether the contracts are what the recordings give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.checking.findings import Alarm, Tier
from pactape.pactfile.files import WrittenContract, WrittenInteraction, read_contract, stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pactape.contracts import Derivation
    from pactape.settings import Settings

    _Placed = tuple[Path, WrittenInteraction]

__all__ = ["compare_contracts"]


def compare_contracts(
    derivation: Derivation, contracts: Iterable[WrittenContract], settings: Settings
) -> Iterator[Alarm]:
    """Compare the contracts that are written with what the recordings give now.

    Args:
        derivation: What the recordings give.
        contracts: The contracts of the project's folder.
        settings: The project's settings, which say in what form contracts are written, and where.

    Yields:
        Breaking: an interaction was derived from recordings that are gone. Warning: a contract or an interaction
        isn't written, or isn't as the recordings have it.
    """
    written = _by_contract(contracts)
    for stem, derived in _by_contract(_as_written(derivation, settings)).items():
        if found := written.pop(stem, None):
            yield from _compare(found, derived)
        else:
            path = settings.pacts / f"{stem}.json"
            yield Alarm(Tier.WARNING, str(path), "is not written; `pactape derive` does it")
    for found in written.values():
        yield from (alarm for path, each in found for alarm in _unsupported_interaction(path, each))


def _by_contract(contracts: Iterable[WrittenContract]) -> dict[str, list[_Placed]]:
    """The interactions by the name of their contract, whose further files are numbered from 2."""
    known = list(contracts)
    stem_of = stems(known)
    found: dict[str, list[_Placed]] = {}
    for each in known:
        placed = [(each.path, interaction) for interaction in each.interactions]
        found.setdefault(stem_of[each.path], []).extend(placed)
    return found


def _as_written(derivation: Derivation, settings: Settings) -> Iterator[WrittenContract]:
    for contract in derivation.contracts:
        files = contract.encoded(specification=settings.specification, largest=settings.interactions_per_file)
        for name, data in files.items():
            yield read_contract(settings.pacts / name, data)


def _compare(written: list[_Placed], derived: list[_Placed]) -> Iterator[Alarm]:
    old = {each.description: (path, each) for path, each in written}
    new = {each.description: (path, each) for path, each in derived}
    for description, (path, each) in old.items():
        if description not in new:
            yield from _unsupported_interaction(path, each)
        elif each.content != new[description][1].content:
            yield _alarm(Tier.WARNING, path, each, "is not as its recordings have it")
    for description in new.keys() - old.keys():
        yield _alarm(Tier.WARNING, *new[description], "is recorded and not in the contract")


def _unsupported_interaction(path: Path, interaction: WrittenInteraction) -> Iterator[Alarm]:
    """Nothing is said against an interaction that never came from a recording."""
    if interaction.cassettes:
        yield _alarm(Tier.BREAKING, path, interaction, "has no recording that supports it any more")


def _alarm(tier: Tier, path: Path, interaction: WrittenInteraction, what: str) -> Alarm:
    return Alarm(tier, f"{path}: {interaction.description}", what)
