"""`pactape derive`: from recordings to contracts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.cli._reports import end_with_report, report_options
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.contracts import Contract, Derivation, Problem
    from pactape.findings import Finding
    from pactape.reports import Format

__all__ = ["derive"]


@click.command()
@project_option
@click.option("--all-fields", is_flag=True, help="Require response fields that no test reads, too.")
@click.option("--prune", is_flag=True, help="Delete contracts that nothing supports any more.")
@report_options
def derive(
    *, project: Path, all_fields: bool, prune: bool, report_format: Format, report_file: Path | None
) -> None:
    """Write a Pact contract for each provider that the project's cassettes hold recordings of.

    Before it is written, a contract is proved: each of its recordings keeps it, and no two of its interactions
    expect different answers to the same request in the same states. What can't be stated is named, and the exit
    status is 1. The same recordings give the same bytes; a contract whose bytes would not change is left alone.
    """
    from pactape.contracts import derive as derive_contracts  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.contracts import leftover_files, write_contracts  # noqa: PLC0415 -- as above
    from pactape.findings import Severity, with_severities  # noqa: PLC0415 -- as above
    from pactape.reports import Report  # noqa: PLC0415 -- as above

    settings = load_settings(project)
    derivation = derive_contracts(settings, all_fields=all_fields)
    changed = write_contracts(
        derivation,
        settings.pacts,
        specification=settings.specification,
        largest=settings.interactions_per_file,
    )
    if settings.consumer_is_folder:
        click.echo(
            f"warning: the consumer is named after the folder, {settings.consumer!r}. "
            'Fix: set [tool.pactape] consumer = "…" in pyproject.toml.',
            err=True,
        )
    findings = with_severities([*map(_problem, derivation.problems)], settings.severities)
    report = Report(
        command="derive",
        exit_code=1 if findings and findings[0].severity is Severity.BREAKING else 0,
        summary=f"{_count(len(changed), 'file')} written, {_count(len(findings), 'problem')}",
        findings=tuple(findings),
        before=(
            *_lines(derivation, changed, folder=settings.pacts),
            *_leftover_lines(leftover_files(derivation, settings.pacts), prune=prune),
        ),
    )
    end_with_report(report, report_format=report_format, report_file=report_file)


def _problem(problem: Problem) -> Finding:
    from pactape.findings import Finding, Severity  # noqa: PLC0415 -- keeps `pactape --help` fast

    place = f"{problem.parties.consumer} → {problem.parties.provider}: {problem.description}"
    return Finding(
        Severity.BREAKING, place, f"{problem.what}. Fix: {problem.remedy}", rule="contract-unprovable"
    )


def _lines(derivation: Derivation, changed: list[Path], *, folder: Path) -> Iterator[str]:
    recordings = _count(derivation.recordings, "recording")
    yield f"{_count(derivation.cassettes, 'cassette')} read, with {recordings}"
    for contract in derivation.contracts:
        head = f"{contract.parties.consumer} → {contract.parties.provider}: {_contents(contract)}"
        for path in (folder / name for name in contract.file_names):
            yield f"{head}, {'written to' if path in changed else 'unchanged in'} {path}"
        for line in _details(contract):
            yield f"  {line}"
    yield from _observed_lines(derivation)
    for reason, count in sorted(Counter(each.reason for each in derivation.exclusions).items()):
        yield f"{_count(count, 'recording')} skipped: {reason}"
    for name in derivation.empty_files:
        yield f"file without recordings: {name}"
    for file in derivation.skipped_files:
        yield f"file skipped: {file.file}: {file.reason}"


def _observed_lines(derivation: Derivation) -> Iterator[str]:
    exchanges = sum(each.exchanges for each in derivation.contracts)
    observed = sum(each.summary.observed for each in derivation.contracts)
    if observed < exchanges:
        yield (
            f"fields read: observed for {observed} of {_count(exchanges, 'exchange')}; of the others all fields "
            "are required. Observe them with `pytest --pactape-observe`"
        )


def _contents(contract: Contract) -> str:
    parts = []
    if contract.interactions or contract.exchanges:
        exchanges = _count(contract.exchanges, "exchange")
        parts.append(f"{_count(len(contract.interactions), 'interaction')} from {exchanges}")
    if contract.messages or contract.summary.messages:
        received = _count(contract.summary.messages, "recording")
        parts.append(f"{_count(len(contract.messages), 'message')} from {received}")
    if contract.handwritten:
        parts.append(f"{len(contract.handwritten)} written by hand")
    return " and ".join(parts) or "nothing"


def _details(contract: Contract) -> Iterator[str]:
    """What became of recordings on their way into a contract, a line for each kind of it."""
    summary = contract.summary
    for operation, paths in summary.merged_paths.items():
        yield f"merged: {paths} paths are one operation, {operation}"
    if summary.numbered:
        yield f"numbered: {', '.join(summary.numbered)}"
    if summary.replaced:
        yield f"replaced: {_count(summary.replaced, 'interaction')} by one that is written by hand"
    for media, count in summary.untyped.items():
        yield f"only status and type are stated: {_count(count, 'interaction')} with {media}"


def _leftover_lines(leftovers: list[Path], *, prune: bool) -> Iterator[str]:
    for path in leftovers:
        if prune:
            path.unlink()
            yield f"deleted: {path}, which no recording and no hand-written file supports any more"
        else:
            yield (
                f"left over: {path}: no recording and no hand-written file supports it any more. "
                "Fix: delete it with `pactape derive --prune`, or record its tests again."
            )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
