"""`pactape check`: recordings, contracts and clients against one another."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from pactape.checking import Covered

__all__ = ["check"]


@click.command()
@project_option
@click.option("--strict", is_flag=True, help="Leave with 1 for warnings, too.")
def check(project: Path, *, strict: bool) -> None:
    """Say where recordings, contracts and client code disagree, and which operations are covered.

    Needs no network. Exit codes: 0 nothing is breaking; 1 something is; 2 a file can't be read.
    """
    from pactape.checking import check_project  # noqa: PLC0415 -- fast `--help`
    from pactape.findings import Severity  # noqa: PLC0415 -- keeps `pactape --help` quick

    found = check_project(load_settings(project))
    _show_coverage(found.coverage)
    for finding in found.findings:
        click.echo(finding)
    click.echo(
        ", ".join(
            f"{sum(finding.severity is severity for finding in found.findings)} {severity}"
            for severity in Severity
        )
    )
    worst = Severity.WARNING if strict else Severity.BREAKING
    sys.exit(1 if any(finding.severity <= worst for finding in found.findings) else 0)


def _show_coverage(coverage: Sequence[Covered]) -> None:
    width = max((len(row.operation) for row in coverage), default=0)
    click.echo(f"{'operation':<{width}}  recorded  contracted  verified")
    for row in coverage:
        counts = (row.recorded, row.contracted, row.verified)
        recorded, contracted, verified = (str(count or "-") for count in counts)
        click.echo(f"{row.operation:<{width}}  {recorded:>8}  {contracted:>10}  {verified:>8}")
