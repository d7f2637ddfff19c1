"""`pactape drift`: check whether live providers still respond as recorded."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import click

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.cli.shared.provider_urls import parse_provider_urls
from pactape.cli.shared.reports import ReportingCommand, end_with_report, report_options
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.checking import Drift
    from pactape.reports import Format, Report
    from pactape.settings import Settings

__all__ = ["drift"]


@click.command(cls=ReportingCommand)
@project_option
@click.option(
    "--base-url",
    "base_urls",
    multiple=True,
    metavar="[NAME=]URL",
    help="The provider's current base URL; for several providers NAME=URL, repeatable. [default: where "
    "it was recorded]",
)
@click.option(
    "--provider",
    metavar="NAME",
    help="The provider at --base-url, by name or key; optional with one provider.",
)
@click.argument("pytest_arguments", nargs=-1)
@report_options
def drift(
    *,
    project: Path,
    base_urls: tuple[str, ...],
    provider: str | None,
    pytest_arguments: tuple[str, ...],
    report_format: Format,
    report_file: Path | None,
) -> None:
    """Record the tests again into a temporary folder, and report what the providers have changed.

    Only shapes are compared, not values. PYTEST_ARGUMENTS select the tests; put options after --. Exit codes:
    0 nothing that a test reads has changed; 1 something has; 2 a provider can't be reached, or the tests
    can't be run.
    """
    from pactape.checking import find_drift  # noqa: PLC0415 -- fast `--help`
    from pactape.pact_cli.environment import without_loopback_proxy  # noqa: PLC0415 -- fast `--help`

    os.environ.update(without_loopback_proxy(os.environ))
    settings = load_settings(project)
    urls = parse_provider_urls(base_urls, option="--base-url", provider=provider)
    live = {settings.provider(name).key: url.rstrip("/") for name, url in urls.items()}
    drift = find_drift(settings, live_urls=live, arguments=pytest_arguments)
    end_with_report(_report(drift, settings), report_format=report_format, report_file=report_file)


def _report(drift: Drift, settings: Settings) -> Report:
    from pactape.findings import Severity, count_by_severity, with_severities  # noqa: PLC0415 -- fast `--help`
    from pactape.reports import Outcome, Report, ReportedResult  # noqa: PLC0415 -- fast `--help`

    changes = with_severities(
        [finding for finding in drift.findings if finding.rule != "test-failed"], settings.severities
    )
    failures = with_severities(
        [finding for finding in drift.findings if finding.rule == "test-failed"], settings.severities
    )
    findings = (*changes, *failures)
    is_breaking = any(finding.severity is Severity.BREAKING for finding in findings)
    unreachable = [
        ReportedResult(
            outcome=Outcome.NOT_JUDGED,
            group="",
            name=error.name,
            details=(f"the provider can't be reached: {error.message}",),
        )
        for error in drift.unreachable
    ]
    others = f", and compared with {count_of(drift.others, 'other recording')}" if drift.others else ""
    return Report(
        command="drift",
        exit_code=2 if unreachable else int(is_breaking),
        summary=f"{count_of(drift.recordings, 'cassette')} recorded again{others}: {count_by_severity(findings)}",
        results=tuple(unreachable),
        findings=findings,
    )
