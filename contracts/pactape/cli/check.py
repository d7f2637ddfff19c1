"""`pactape check`: compare recordings, contracts and client code."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.cli.shared.reports import ReportingCommand, end_with_report, not_judged, report_options
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pactape.checking import Covered
    from pactape.reports import Format

__all__ = ["check"]

_UNREADABLE = 2


@click.command(cls=ReportingCommand)
@project_option
@click.option("--strict", is_flag=True, help="Exit with status 1 for warnings, too.")
@report_options
def check(project: Path, *, strict: bool, report_format: Format, report_file: Path | None) -> None:
    """Report where recordings, contracts and client code disagree, and which operations are covered.

    Needs no network. Exit codes: 0 nothing is breaking; 1 something is breaking; 2 a pact file or a client's
    file can't be read (the others are compared), or no cassette can be read.
    """
    from pactape.checking import check_project  # noqa: PLC0415 -- fast `--help`
    from pactape.findings import Severity, count_by_severity, with_severities  # noqa: PLC0415 -- fast `--help`
    from pactape.reports import Report  # noqa: PLC0415 -- fast `--help`

    settings = load_settings(project)
    result = check_project(settings)
    findings = with_severities(result.findings, settings.severities)
    worst = Severity.WARNING if strict else Severity.BREAKING
    report = Report(
        command="check",
        exit_code=_UNREADABLE
        if result.unreadable
        else int(any(finding.severity <= worst for finding in findings)),
        summary=count_by_severity(findings)
        + (f", {count_of(len(result.unreadable), 'file')} not read" if result.unreadable else ""),
        results=tuple(
            not_judged(error, name=str(error.where), file=str(error.where)) for error in result.unreadable
        ),
        findings=tuple(findings),
        before=tuple(_coverage_table(result.coverage, excluded=result.excluded)),
    )
    end_with_report(report, report_format=report_format, report_file=report_file)


def _coverage_table(coverage: Sequence[Covered], *, excluded: int) -> Iterator[str]:
    width = max((len(row.operation) for row in coverage), default=0)
    yield f"{'operation':<{width}}  recorded  contracted  verified"
    for row in coverage:
        counts = (row.recorded, row.contracted, row.verified)
        recordings, interactions, passes = (str(count or "-") for count in counts)
        yield f"{row.operation:<{width}}  {recordings:>8}  {interactions:>10}  {passes:>8}"
    if excluded:
        yield f"{count_of(excluded, 'recording')} of other operations, which take no part in contracts"
