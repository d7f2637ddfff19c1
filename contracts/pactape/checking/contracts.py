"""Checking that the contracts are what `pactape derive` would write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.contracts import leftover_files
from pactape.findings import Finding, Severity
from pactape.pactfile import Pact, PactInteraction, decode_pact
from pactape.pactfile.naming import contract_stems, is_further_file

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from pathlib import Path

    from pactape.contracts import Derivation
    from pactape.settings import Settings

    _Placed = tuple[Path, PactInteraction]

__all__ = ["compare_contracts", "leftover_contracts"]


def compare_contracts(
    derivation: Derivation,
    contracts: Mapping[Path, Pact],
    settings: Settings,
    *,
    unreadable: Collection[Path] = (),
) -> Iterator[Finding]:
    """Compare the written contracts with those that the recordings would give now.

    Args:
        derivation: What is derived from the recordings.
        contracts: The contracts of the project's folder, by file.
        settings: The project's settings, which say in what form contracts are written, and where.
        unreadable: Files of the folder that can't be read; contracts with such a file are not compared.

    Yields:
        Breaking: an interaction was derived from recordings that are gone. Warning: a contract or an
            interaction isn't written, or differs from the recordings.
    """
    interactions_by_stem = _by_contract(contracts.items())
    for stem, derived in _by_contract(_as_written(derivation, settings)).items():
        interactions = interactions_by_stem.pop(stem, None)
        if any(path.stem == stem or is_further_file(path.name, stem) for path in unreadable):
            continue
        if interactions:
            yield from _compare(interactions, derived)
        else:
            path = settings.pacts / f"{stem}.json"
            what = "is not written: run `pactape derive`"
            yield Finding(Severity.WARNING, str(path), what, rule="contract-missing", file=str(path))
    for interactions in interactions_by_stem.values():
        yield from (
            finding
            for path, interaction in interactions
            for finding in _unsupported_interaction(path, interaction)
        )


def leftover_contracts(derivation: Derivation, settings: Settings) -> Iterator[Finding]:
    """Yield a warning for each file written by Pactape that nothing supports any longer."""
    for path in leftover_files(derivation, settings.pacts):
        what = (
            "is no longer supported by any recording or handwritten file. Fix: delete it with `pactape "
            "derive --prune`, or record its tests again"
        )
        yield Finding(Severity.WARNING, str(path), what, rule="contract-leftover", file=str(path))


def _by_contract(contracts: Iterable[tuple[Path, Pact]]) -> dict[str, list[_Placed]]:
    """The interactions by the name of their contract; its additional files are numbered from 2."""
    pacts = dict(contracts)
    stems = contract_stems(pacts)
    by_stem: dict[str, list[_Placed]] = {}
    for path, pact in pacts.items():
        by_stem.setdefault(stems[path], []).extend((path, interaction) for interaction in pact.interactions)
    return by_stem


def _as_written(derivation: Derivation, settings: Settings) -> Iterator[tuple[Path, Pact]]:
    for contract in derivation.contracts:
        files = contract.encode(specification=settings.specification, largest=settings.interactions_per_file)
        for name, data in files.items():
            path = settings.pacts / name
            yield path, decode_pact(data, path=path)


def _compare(pact_interactions: list[_Placed], derived_interactions: list[_Placed]) -> Iterator[Finding]:
    old = {interaction.description: (path, interaction) for path, interaction in pact_interactions}
    new = {interaction.description: (path, interaction) for path, interaction in derived_interactions}
    for description, (path, interaction) in old.items():
        if description not in new:
            yield from _unsupported_interaction(path, interaction)
        elif _without_comments(interaction) != _without_comments(new[description][1]):
            yield _finding(
                Severity.WARNING, path, interaction, "differs from its recordings", rule="contract-outdated"
            )
    for description in new.keys() - old.keys():
        yield _finding(
            Severity.WARNING,
            *new[description],
            "is recorded but not in the contract",
            rule="interaction-missing",
        )


def _without_comments(interaction: PactInteraction) -> dict[str, Any]:
    return {name: value for name, value in interaction.document.items() if name != "comments"}


def _unsupported_interaction(path: Path, interaction: PactInteraction) -> Iterator[Finding]:
    """An interaction that was never recorded is not a finding."""
    if interaction.cassettes:
        yield _finding(
            Severity.BREAKING,
            path,
            interaction,
            "is no longer supported by a recording",
            rule="interaction-unsupported",
        )


def _finding(
    severity: Severity, path: Path, interaction: PactInteraction, what: str, *, rule: str
) -> Finding:
    return Finding(severity, f"{path}: {interaction.description}", what, rule=rule, file=str(path))
