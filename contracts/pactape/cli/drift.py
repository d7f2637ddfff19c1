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
    """Record the tests again, into a temporary folder, and say what providers answer differently.

    Shapes are compared, never values. PYTEST_ARGUMENTS choose the tests; options go after --. Exit codes:
    0 nothing that a test reads has changed; 1 something has; 2 the tests can't be run.
    """
    from pactape.checking import Tier, find_drift  # noqa: PLC0415 -- keeps `pactape --help` quick

    settings = load_settings(project)
    live = {} if base_url is None else {settings.provider(provider).key: base_url.rstrip("/")}
    found = find_drift(settings, live_urls=live, arguments=pytest_arguments)
    for alarm in found.alarms:
        click.echo(alarm)
    counts = [f"{sum(alarm.tier is tier for alarm in found.alarms)} {tier}" for tier in Tier]
    click.echo(f"{found.recordings} cassettes recorded again: {', '.join(counts)}")
    sys.exit(1 if any(alarm.tier is Tier.BREAKING for alarm in found.alarms) else 0)
