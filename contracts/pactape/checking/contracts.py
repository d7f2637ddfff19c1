"""Whether the contracts are what the recordings give."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.checking.alarms import Alarm, Tier
from pactape.checking.pactfiles import WrittenContract, WrittenInteraction, read_contract

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from pactape.contracts import Contract, Derivation

__all__ = ["compare_contracts"]


def compare_contracts(
    derivation: Derivation, contracts: Iterable[WrittenContract], folder: Path
) -> Iterator[Alarm]:
    """Compare the contracts that are written with what the recordings give now.

    Args:
        derivation: What the recordings give.
        contracts: The contracts of the folder.
        folder: Where contracts are written.

    Yields:
        Breaking: an interaction was derived from recordings that are gone. Warning: a contract or an interaction
        isn't written, or isn't as the recordings have it.
    """
    derived = {each.file_name: each for each in derivation.contracts}
    written = {each.path.name: each for each in contracts}
    for name, contract in derived.items():
        if name in written:
            yield from _compare(written[name], _as_written(contract, folder / name))
        else:
            yield Alarm(Tier.WARNING, str(folder / name), "is not written; `pactape derive` does it")
    for name in written.keys() - derived.keys():
        yield from _unsupported(written[name])


def _as_written(contract: Contract, path: Path) -> WrittenContract:
    return read_contract(path, contract.encoded()[contract.file_name])


def _compare(written: WrittenContract, derived: WrittenContract) -> Iterator[Alarm]:
    old = {each.description: each for each in written.interactions}
    new = {each.description: each for each in derived.interactions}
    for description, each in old.items():
        if description not in new:
            yield from _unsupported_interaction(written.path, each)
        elif each.content != new[description].content:
            yield _alarm(Tier.WARNING, written.path, each, "is not as its recordings have it")
    for description in new.keys() - old.keys():
        yield _alarm(Tier.WARNING, written.path, new[description], "is recorded and not in the contract")


def _unsupported(written: WrittenContract) -> Iterator[Alarm]:
    for each in written.interactions:
        yield from _unsupported_interaction(written.path, each)


def _unsupported_interaction(path: Path, interaction: WrittenInteraction) -> Iterator[Alarm]:
    """Nothing is said against an interaction that never came from a recording."""
    if interaction.cassettes:
        yield _alarm(Tier.BREAKING, path, interaction, "has no recording that supports it any more")


def _alarm(tier: Tier, path: Path, interaction: WrittenInteraction, what: str) -> Alarm:
    return Alarm(tier, f"{path}: {interaction.description}", what)
