"""Which operations are recorded, contracted and verified."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pactape.checking.declared import DeclaredOperation
    from pactape.pactfile import Pact

__all__ = ["Covered", "cover"]


class Covered(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """The coverage of one operation.

    Args:
        operation: Its name.
        declared: Where a client declares it; empty when no client does.
        recorded: How many exchanges there are of it.
        contracted: How many interactions of the written contracts come from these.
        verified: How many of these interactions passed when the contract was last verified here.
    """

    operation: str
    declared: str = ""
    recorded: int = 0
    contracted: int = 0
    verified: int = 0


def cover(
    declared: Iterable[DeclaredOperation],
    recorded: Mapping[str, Sequence[str]],
    contracts: Iterable[tuple[Pact, frozenset[str]]],
) -> list[Covered]:
    """Return the coverage of each operation, sorted by name.

    Args:
        declared: What clients declare.
        recorded: For each operation the places of its exchanges, "cassette#index".
        contracts: The written contracts, each with the descriptions of the interactions that were verified.
    """
    places = {each.name: each.place for each in declared}
    operations = {place: name for name, all_of in recorded.items() for place in all_of}
    contracted, verified = _counts(contracts, operations)
    return [
        Covered(
            operation=name,
            declared=places.get(name, ""),
            recorded=len(recorded.get(name, ())),
            contracted=contracted.get(name, 0),
            verified=verified.get(name, 0),
        )
        for name in sorted({*places, *recorded})
    ]


def _counts(
    contracts: Iterable[tuple[Pact, frozenset[str]]], operations: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, int]]:
    contracted: dict[str, int] = {}
    verified: dict[str, int] = {}
    for contract, passed in contracts:
        for interaction in contract.interactions:
            for name in {operations[place] for place in interaction.cassettes if place in operations}:
                contracted[name] = contracted.get(name, 0) + 1
                verified[name] = verified.get(name, 0) + (interaction.description in passed)
    return contracted, verified
