"""`pactape can-i-deploy`: check with the official command whether a version can be deployed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.broker_options import (
    broker_options,
    call_broker,
    pacticipant_name,
    version_or_commit,
)
from pactape.cli.shared.options import project_option
from pactape.cli.shared.reports import ReportingCommand, end_with_report, report_options
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.pact_cli.command import CommandResult
    from pactape.reports import Format, Report

__all__ = ["can_i_deploy"]


@click.command(name="can-i-deploy", cls=ReportingCommand)
@project_option
@broker_options
@click.option("--pacticipant", help="The pacticipant to deploy, by name or key.  [default: the consumer]")
@click.option("--version", help="The version. [default: the commit]")
@click.option("--to-environment", required=True, help="The environment to deploy to.")
@click.option(
    "--ignore",
    "ignored",
    multiple=True,
    metavar="PACTICIPANT",
    help="A pacticipant whose results are ignored; repeatable.",
)
@click.option(
    "--retry-while-unknown", type=click.IntRange(0), help="Number of retries while a result is missing."
)
@click.option("--retry-interval", type=click.IntRange(1), help="Seconds between two attempts.")
@report_options
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
    report_format: Format,
    report_file: Path | None,
) -> None:
    """Check whether a version is compatible with everything in an environment.

    Exit codes: 0 yes; 1 no, or a result is missing; 2 it could not be determined.
    """
    settings = load_settings(project)
    arguments = [
        "can-i-deploy",
        *("--pacticipant", pacticipant_name(settings, pacticipant)),
        *("--version", version_or_commit(settings, version)),
        *("--to-environment", to_environment),
        *(part for name in ignored for part in ("--ignore", pacticipant_name(settings, name))),
        *(("--retry-while-unknown", str(retry_while_unknown)) if retry_while_unknown else ()),
        *(("--retry-interval", str(retry_interval)) if retry_interval else ()),
    ]
    output = call_broker(
        settings, arguments, url=broker_url, retries=retries, dry_run=dry_run, no_when=("Computer says no",)
    )
    if output is not None:
        if report_format == "text" and report_file is None:
            click.echo(output.text.strip())
            sys.exit(1 if output.code else 0)
        report = _report(output, subject=f"{arguments[2]} {arguments[4]} to {to_environment}")
        end_with_report(report, report_format=report_format, report_file=report_file)


def _report(output: CommandResult, *, subject: str) -> Report:
    from pactape.reports import Outcome, Report, ReportedResult  # noqa: PLC0415 -- keeps `pactape --help` fast

    lines = output.text.strip().splitlines()
    is_deployable = output.code == 0
    result = ReportedResult(
        outcome=Outcome.PASSED if is_deployable else Outcome.FAILED,
        group="can-i-deploy",
        name=subject,
        details=() if is_deployable else tuple(line.strip() for line in lines if line.strip()[:1].isalpha()),
    )
    return Report(
        command="can-i-deploy",
        exit_code=0 if is_deployable else 1,
        summary=lines[-1] if lines else "no output",
        results=(result,),
        before=tuple(lines[:-1]),
    )
