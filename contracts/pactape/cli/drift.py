"""`pactape drift`: whether live providers still answer as recorded."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["drift"]


@click.command()
@project_option
@click.option(
    "--base-url", metavar="URL", help="Where the provider is now; by default where it was recorded."
)
@click.option("--provider", metavar="KEY", help="The provider's key in the settings; not needed for one.")
@click.argument("pytest_arguments", nargs=-1)
def drift(
    project: Path, *, base_url: str | None, provider: str | None, pytest_arguments: tuple[str, ...]
) -> None:
    """Record the tests again into a temporary folder, and report what providers changed.

    Shapes are compared, never values. PYTEST_ARGUMENTS choose the tests; options go after --. Exit codes: 0 nothing
    that a test reads has changed; 1 something has; 2 a provider can't be reached, or the tests can't be run.
    """
    from pactape.checking import find_drift  # noqa: PLC0415 -- fast `--help`
    from pactape.findings import Severity  # noqa: PLC0415 -- fast `--help`

    settings = load_settings(project)
    live = {} if base_url is None else {settings.provider(provider).key: base_url.rstrip("/")}
    drift = find_drift(settings, live_urls=live, arguments=pytest_arguments)
    for finding in drift.findings:
        click.echo(finding)
    for failed in drift.unreachable:
        click.echo(f"NOT JUDGED: {failed.name}: the provider cannot be reached: {failed.message}")
    counts = [
        f"{sum(each.severity is severity for each in drift.findings)} {severity}" for severity in Severity
    ]
    click.echo(f"{drift.recordings} cassettes recorded again: {', '.join(counts)}")
    sys.exit(drift.exit_code)
