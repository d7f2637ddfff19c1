"""`pactape can-i-deploy`: whether a version may go to an environment, by the official command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pactape.cli._broker_options import ask_broker, broker_options, version_or_commit
from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["can_i_deploy"]


@click.command(name="can-i-deploy")
@project_option
@broker_options
@click.option("--pacticipant", help="Who is to be deployed; by default the project's consumer.")
@click.option("--version", help="Its version; by default the commit, when nothing is uncommitted.")
@click.option("--to-environment", required=True, help="Where it is to go.")
@click.option("--ignore", "ignored", multiple=True, metavar="PACTICIPANT", help="Whose results don't count.")
@click.option(
    "--retry-while-unknown", type=click.IntRange(0), help="How often to ask again for missing results."
)
@click.option("--retry-interval", type=click.IntRange(1), help="The seconds between two tries.")
def can_i_deploy(
    *,
    project: Path,
    broker_url: str | None,
    retries: int,
    dry_run: bool,
    pacticipant: str | None,
    version: str | None,
    to_environment: str,
    ignored: tuple[str, ...],
    retry_while_unknown: int | None,
    retry_interval: int | None,
) -> None:
    """Ask whether a version works with all that is in an environment.

    Exit codes: 0 yes; 1 no, or a result is missing; 2 could not tell.
    """
    settings = load_settings(project)
    arguments = [
        "can-i-deploy",
        *("--pacticipant", pacticipant or settings.consumer),
        *("--version", version_or_commit(settings, version)),
        *("--to-environment", to_environment),
        *(part for name in ignored for part in ("--ignore", name)),
        *(("--retry-while-unknown", str(retry_while_unknown)) if retry_while_unknown else ()),
        *(("--retry-interval", str(retry_interval)) if retry_interval else ()),
    ]
    ask_broker(
        settings, arguments, url=broker_url, retries=retries, dry_run=dry_run, no_when=("Computer says no",)
    )
