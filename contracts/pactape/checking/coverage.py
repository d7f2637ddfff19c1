"""Coverage: which operations are recorded, in a contract, and verified."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from pactape.checking.client_code.declared_calls import DeclaredOperation
    from pactape.contracts.samples.exclusions import Exclusion
    from pactape.pactfile import Pact

__all__ = ["Covered", "cover", "with_excluded"]


class Covered(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """The coverage of one operation.

    Args:
        operation: Its name.
        declared: Where a client declares it; empty when no client does.
        recorded: How many exchanges were recorded for it.
        contracted: How many interactions of the written contracts come from these exchanges.
        verified: How many of these interactions passed when the contract was last verified here.
    """

    operation: str
    declared: str = ""
    recorded: int = 0
    contracted: int = 0
    verified: int = 0


def cover(
    declared: Iterable[DeclaredOperation],
    exchanges: Mapping[str, Sequence[str]],
    contracts: Iterable[tuple[Pact, frozenset[str]]],
) -> list[Covered]:
    """Return the coverage of each operation, sorted by name.

    Args:
        declared: What clients declare.
        exchanges: For each operation the places of its exchanges, "cassette#index".
        contracts: The written contracts, each with the descriptions of the interactions that were verified.
    """
    places: dict[str, str] = {}
    for declaration in declared:
        fitting_name = _fitting_name(declaration.name, exchanges) if declaration.is_built else None
        places.setdefault(fitting_name or declaration.name, declaration.place)
    operations = {place: name for name, all_of in exchanges.items() for place in all_of}
    contracted, verified = _counts(contracts, operations)
    return [
        Covered(
            operation=name,
            declared=places.get(name, ""),
            recorded=len(exchanges.get(name, ())),
            contracted=contracted.get(name, 0),
            verified=verified.get(name, 0),
        )
        for name in sorted({*places, *exchanges})
    ]


def with_excluded(rows: Sequence[Covered], exclusions: Iterable[Exclusion]) -> tuple[list[Covered], int]:
    """Return the rows with the recordings that take no part in contracts, too, and how many of them fit no row."""
    counts: Counter[str | None] = Counter()
    names = [row.operation for row in rows]
    for exclusion in exclusions:
        if exclusion.index >= 0:  # others are no recordings, but what a file has beside them
            counts[_fitting_name(exclusion.request, names)] += exclusion.count
    return [
        msgspec.structs.replace(row, recorded=row.recorded + counts[row.operation]) for row in rows
    ], counts[None]


def _fitting_name(request: str, names: Iterable[str]) -> str | None:
    """The operation that fits a method and path best, ignoring parameter names; None when none fits."""
    method, _, path = request.partition(" ")
    segments = path.split("/")
    fitting = {
        name: _similarity(segments, _path(name).split("/"))
        for name in names
        if name.startswith(f"{method} ") and _fit(segments, _path(name).split("/"))
    }
    return max(sorted(fitting), key=lambda name: fitting[name], default=None)


def _fit(one: list[str], other: list[str]) -> bool:
    return len(one) == len(other) and all(
        mine == theirs or "{" in mine or "{" in theirs for mine, theirs in zip(one, other, strict=True)
    )


def _similarity(one: list[str], other: list[str]) -> int:
    """How many segments are the same literal, or both parameters."""
    return sum(
        mine == theirs or ("{" in mine and "{" in theirs) for mine, theirs in zip(one, other, strict=True)
    )


def _path(name: str) -> str:
    """The path in an operation's name such as "GET /rpc (method=show)"."""
    return name.partition(" ")[2].partition(" (")[0]


def _counts(
    contracts: Iterable[tuple[Pact, frozenset[str]]], operations: Mapping[str, str]
) -> tuple[dict[str, int], dict[str, int]]:
    contracted: dict[str, int] = {}
    verifications: dict[str, int] = {}
    for contract, descriptions in contracts:
        for interaction in contract.interactions:
            for name in {operations[place] for place in interaction.cassettes if place in operations}:
                contracted[name] = contracted.get(name, 0) + 1
                verifications[name] = verifications.get(name, 0) + (interaction.description in descriptions)
    return contracted, verifications
