"""`pactape record-deployment`: tell the broker what is deployed where, by the official command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pactape.cli._broker_options import ask_broker, broker_options, version_or_commit
from pactape.cli._options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["record_deployment"]


@click.command(name="record-deployment")
@project_option
@broker_options
@click.option("--pacticipant", help="Who was deployed; by default the project's consumer.")
@click.option("--version", help="Its version; by default the commit, when nothing is uncommitted.")
@click.option("--environment", required=True, help="Where it was deployed.")
@click.option("--application-instance", help="Which of several instances that live side by side.")
def record_deployment(
    *,
    project: Path,
    broker_url: str | None,
    retries: int,
    dry_run: bool,
    pacticipant: str | None,
    version: str | None,
    environment: str,
    application_instance: str | None,
) -> None:
    """Record that a version was deployed to an environment, in place of the one before.

    Exit codes: 0 recorded; 2 could not be recorded.
    """
    settings = load_settings(project)
    arguments = [
        "record-deployment",
        *("--pacticipant", pacticipant or settings.consumer),
        *("--version", version_or_commit(settings, version)),
        *("--environment", environment),
        *(("--application-instance", application_instance) if application_instance else ()),
    ]
    ask_broker(settings, arguments, url=broker_url, retries=retries, dry_run=dry_run, no_when=())
