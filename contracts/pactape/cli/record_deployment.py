"""`pactape record-deployment`: record in the broker what is deployed where, with the official command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from pactape.cli.shared.broker_options import (
    broker_options,
    call_broker_and_exit,
    pacticipant_name,
    version_or_commit,
)
from pactape.cli.shared.options import project_option
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["record_deployment"]


@click.command(name="record-deployment")
@project_option
@broker_options
@click.option("--pacticipant", help="The deployed pacticipant, by name or key.  [default: the consumer]")
@click.option("--version", help="The version. [default: the commit]")
@click.option("--environment", required=True, help="The environment that it was deployed to.")
@click.option("--application-instance", help="The instance, when several run side by side.")
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
    """Record that a version was deployed to an environment, replacing the previous one.

    Exit codes: 0 recorded; 2 could not be recorded.
    """
    settings = load_settings(project)
    arguments = [
        "record-deployment",
        *("--pacticipant", pacticipant_name(settings, pacticipant)),
        *("--version", version_or_commit(settings, version)),
        *("--environment", environment),
        *(("--application-instance", application_instance) if application_instance else ()),
    ]
    call_broker_and_exit(settings, arguments, url=broker_url, retries=retries, dry_run=dry_run)
