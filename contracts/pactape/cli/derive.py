"""`pactape derive`: from recordings to contracts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts import Contract, Derivation

__all__ = ["derive"]


@click.command()
@project_option
@click.option("--all-fields", is_flag=True, help="Keep response fields that no test reads.")
def derive(project: Path, *, all_fields: bool) -> None:
    """Write a Pact contract for each provider that the project's cassettes hold recordings of.

    The same recordings give the same bytes; a contract whose bytes would not change is left alone.
    """
    from pactape.contracts import derive as derive_contracts  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.contracts import write_contracts  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    derivation = derive_contracts(settings, all_fields=all_fields)
    changed = write_contracts(
        derivation,
        settings.pacts,
        specification=settings.specification,
        largest=settings.interactions_per_file,
    )
    _show(derivation, changed, folder=settings.pacts)


def _show(derivation: Derivation, changed: list[Path], *, folder: Path) -> None:
    click.echo(f"{_count(derivation.cassettes, 'cassette')} read")
    for contract in derivation.contracts:
        told = f"{contract.parties.consumer} → {contract.parties.provider}: {_contents(contract)}"
        for path in (folder / name for name in contract.file_names):
            click.echo(f"{told}, {'written to' if path in changed else 'unchanged in'} {path}")
    for reason, count in sorted(Counter(each.reason for each in derivation.exclusions).items()):
        click.echo(f"{count} left out: {reason}")


def _contents(contract: Contract) -> str:
    parts = []
    if contract.interactions:
        exchanges = _count(contract.exchanges, "exchange")
        parts.append(f"{_count(len(contract.interactions), 'interaction')} from {exchanges}")
    if contract.messages:
        parts.append(_count(len(contract.messages), "message"))
    if contract.written:
        parts.append(f"{len(contract.written)} written by hand")
    return " and ".join(parts) or "nothing"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
