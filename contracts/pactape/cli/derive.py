"""`pactape derive`: derive contracts from recordings."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING

import click
import msgspec

from pactape.cli.deriving.since import since_option
from pactape.cli.deriving.workers import pool_of, workers_options
from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.cli.shared.reports import ReportingCommand, end_with_report, report_options
from pactape.reports.files import relative_file
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from pactape.checking.official_referee import OfficialReferee
    from pactape.contracts import Contract, Derivation, Problem
    from pactape.findings import Finding
    from pactape.reports import Format, Report
    from pactape.settings import Settings

__all__ = ["derive"]


@click.command(cls=ReportingCommand)
@project_option
@click.option("--all-fields", is_flag=True, help="Also require response fields that no test reads.")
@click.option("--prune", is_flag=True, help="Delete contracts that no recording supports any longer.")
@click.option("--referee", is_flag=True, help="Also match every recording with Pact's official engine.")
@since_option
@workers_options
@report_options
def derive(
    *,
    project: Path,
    all_fields: bool,
    prune: bool,
    referee: bool,
    workers: int,
    dask: str | None,
    since: datetime | None,
    report_format: Format,
    report_file: Path | None,
) -> None:
    """Write a Pact contract for each provider that the project's cassettes have recordings of.

    Each contract is proved before it is written: all of its recordings match it, and no two of its
    interactions expect different responses to the same request in the same provider states. Anything that a
    contract can't express is reported, and the exit status is 1. The same recordings give the same bytes; a
    contract that would not change is not written.
    """
    from pactape.contracts import derive as derive_contracts  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.contracts import leftover_files, write_contracts  # noqa: PLC0415 -- as above

    settings = msgspec.structs.replace(load_settings(project), since=since)
    official = _official_referee() if referee else None
    with pool_of(workers, dask) as pool:
        derivation = derive_contracts(
            settings, all_fields=all_fields, pool=pool, referee=official, allow_no_cassette=prune
        )
    paths = write_contracts(
        derivation,
        settings.pacts,
        specification=settings.specification,
        largest=settings.interactions_per_file,
    )
    _warn_of_folder_name(settings)
    lines = (
        *_lines(derivation, paths, folder=settings.pacts),
        *_unused_lines(settings),
        *_referee_lines(official),
        *_leftover_lines(leftover_files(derivation, settings.pacts), derivation, prune=prune),
    )
    report = _report(settings, derivation, lines, file_count=len(paths))
    end_with_report(report, report_format=report_format, report_file=report_file)


def _report(settings: Settings, derivation: Derivation, lines: tuple[str, ...], *, file_count: int) -> Report:
    from pactape.findings import Severity, skipped_file, with_severities  # noqa: PLC0415 -- keeps `pactape --help` fast
    from pactape.reports import Report  # noqa: PLC0415 -- as above

    findings = with_severities(
        [
            *map(_problem, derivation.problems),
            *(
                skipped_file(skipped.file, skipped.reason, is_damaged=skipped.is_damaged)
                for skipped in derivation.skipped_files
            ),
        ],
        settings.severities,
    )
    problems = [finding for finding in findings if finding.severity is Severity.BREAKING]
    return Report(
        command="derive",
        exit_code=1 if problems else 0,
        summary=f"{count_of(file_count, 'file')} written, {count_of(len(problems), 'problem')}",
        findings=tuple(findings),
        before=lines,
    )


def _official_referee() -> OfficialReferee:
    from pactape.checking.official_referee import OfficialReferee  # noqa: PLC0415 -- keeps `pactape --help` fast

    return OfficialReferee()


def _referee_lines(official: OfficialReferee | None) -> Iterator[str]:
    if official is not None:
        yield f"{count_of(official.judged, 'distinct answer')} also matched by Pact's official engine"


def _warn_of_folder_name(settings: Settings) -> None:
    if settings.consumer_is_folder:
        click.echo(
            f"warning: the consumer is named after the folder, {settings.consumer!r}. "
            'Fix: set [tool.pactape] consumer = "…" in pyproject.toml.',
            err=True,
        )


def _problem(problem: Problem) -> Finding:
    from pactape.findings import Finding, Severity  # noqa: PLC0415 -- keeps `pactape --help` fast

    place = f"{problem.parties.consumer} → {problem.parties.provider}: {problem.description}"
    return Finding(
        Severity.BREAKING, place, f"{problem.what}. Fix: {problem.remedy}", rule="contract-unprovable"
    )


def _lines(derivation: Derivation, changed_paths: list[Path], *, folder: Path) -> Iterator[str]:
    recordings = count_of(derivation.recordings, "recording")
    yield f"{count_of(derivation.cassettes, 'cassette')} read, with {recordings}"
    for contract in derivation.contracts:
        head = f"{contract.parties.consumer} → {contract.parties.provider}: {_contents(contract)}"
        for path in (folder / name for name in contract.file_names):
            verb = "written to" if path in changed_paths else "unchanged in"
            yield f"{head}, {verb} {relative_file(str(path))}"
        for line in _details(contract):
            yield f"  {line}"
    yield from _observed_lines(derivation)
    yield from _skipped_lines(derivation)
    for name in derivation.empty_files:
        yield f"file without recordings: {name}"


def _skipped_lines(derivation: Derivation) -> Iterator[str]:
    """One line for each reason, with the place of its first recording."""
    counts = Counter[str]()
    first: dict[str, str] = {}
    for exclusion in derivation.exclusions:
        counts[exclusion.reason] += exclusion.count
        first.setdefault(exclusion.reason, exclusion.reference)
    for reason, count in sorted(counts.items()):
        place = first[reason] if count == 1 else f"the first: {first[reason]}"
        yield f"{count_of(count, 'recording')} skipped: {reason} ({place})"


def _unused_lines(settings: Settings) -> Iterator[str]:
    """One line for each setting that selects nothing, such as a folder with a misspelt name."""
    from pactape.cassettes.finder import unused_exclusions  # noqa: PLC0415 -- keeps `pactape --help` quick
    from pactape.pactfile.naming import pact_files_in  # noqa: PLC0415 -- as above

    for entry in unused_exclusions(settings):
        yield f"exclude: {entry!r} matches no recording"
    if settings.handwritten is not None and not pact_files_in(settings.handwritten):
        yield f"handwritten: there is no pact file in {relative_file(str(settings.handwritten))}"
    for key, consumer in settings.consumers.items():
        if not consumer.cassettes.is_dir():
            yield f"consumers.{key}: there is no folder {relative_file(str(consumer.cassettes))}"


def _observed_lines(derivation: Derivation) -> Iterator[str]:
    exchanges = sum(contract.exchanges for contract in derivation.contracts)
    observed = sum(contract.summary.observed for contract in derivation.contracts)
    if observed < exchanges:
        yield (
            f"fields read: known for {observed} of {count_of(exchanges, 'exchange')}; for the others, all fields "
            "are required: their tests read everything, or were not observed (`pytest --pactape-observe`)"
        )


def _contents(contract: Contract) -> str:
    parts = []
    if contract.interactions or contract.exchanges:
        exchanges = count_of(contract.exchanges, "exchange")
        parts.append(f"{count_of(len(contract.interactions), 'interaction')} from {exchanges}")
    if contract.messages or contract.summary.messages:
        recordings = count_of(contract.summary.messages, "recording")
        parts.append(f"{count_of(len(contract.messages), 'message')} from {recordings}")
    if contract.handwritten:
        parts.append(f"{len(contract.handwritten)} written by hand")
    return " and ".join(parts) or "nothing"


def _details(contract: Contract) -> Iterator[str]:
    """What happened to recordings when they became a contract, one line per kind of change."""
    summary = contract.summary
    for operation, paths in summary.merged_paths.items():
        yield f"merged: {paths} paths are one operation, {operation}"
    if summary.numbered:
        yield f"numbered: {', '.join(summary.numbered)}"
    if summary.replaced:
        yield f"replaced: {count_of(summary.replaced, 'interaction')} by a handwritten one"
    for media, count in summary.untyped.items():
        yield f"only status and type are required: {count_of(count, 'interaction')} with {media}"
    for key, count in summary.unnamed_keys.items():
        interactions = count_of(count, "interaction")
        yield f"not required: the key {json.dumps(key)} of {interactions}, because a path of Pact can't name it"
    if summary.unstated_messages:
        yield f"only metadata is required: {count_of(summary.unstated_messages, 'message')}"


def _leftover_lines(leftovers: list[Path], derivation: Derivation, *, prune: bool) -> Iterator[str]:
    damaged = [skipped.file for skipped in derivation.skipped_files if skipped.is_damaged]
    for path in leftovers:
        if prune and damaged:
            yield f"not deleted: {path}, which {damaged[0]} may support. Fix: restore that recording."
        elif prune:
            path.unlink()
            yield f"deleted: {path}, which no recording and no handwritten file supports any longer"
        else:
            yield (
                f"left over: {path}: no recording and no handwritten file supports it any longer. Fix: "
                "delete it with `pactape derive --prune`, or record its tests again."
            )
