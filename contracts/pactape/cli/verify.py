"""`pactape verify`: verify a running provider against its contracts."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pactape.cli._options import project_option
from pactape.cli._reports import end_with_report, report_options
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from pactape.reports import Format, Report
    from pactape.verification import Publication, Verification

__all__ = ["verify"]


@click.command()
@project_option
@click.argument("pacts", nargs=-1, type=click.Path(path_type=Path))
@click.option("--url", help="The running provider's base URL; not needed for contracts of messages only.")
@click.option(
    "--provider", metavar="NAME", help="The provider, by name or key.  [default: the one of the contracts]"
)
@click.option(
    "--states", metavar="MODULE:NAME", help="The provider-state handlers, or a URL that sets states up."
)
@click.option("--messages", metavar="MODULE:NAME", help="The functions that produce messages.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME:VALUE",
    help="A header for every request; repeatable. ${NAME} in VALUE is a value of a state handler, or a variable.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="How long a response, and a state handler, may take.",
)
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The certificate authorities of an https provider, as a PEM file.",
)
@click.option("--insecure", is_flag=True, help="Don't verify the certificate of an https provider.")
@click.option("--filter-description", metavar="REGEX", help="Verify only interactions of such a description.")
@click.option("--filter-state", metavar="REGEX", help="Verify only interactions in such a provider state.")
@click.option(
    "--consumer", "consumers", multiple=True, help="Verify only this consumer's contracts; repeatable."
)
@click.option("--from-broker", is_flag=True, help="Take the contracts from the broker.")
@click.option(
    "--broker-url",
    metavar="URL",
    help="The broker.  [default: PACT_BROKER_BASE_URL, or the setting broker.url]",
)
@click.option(
    "--select",
    multiple=True,
    metavar="SELECTOR",
    help="Which consumer versions' contracts; repeatable: main-branch, deployed-or-released, deployed, released, "
    "matching-branch, latest, branch:NAME, tag:NAME, environment:NAME, consumer:NAME; commas narrow a selector.  "
    "[default: main-branch, deployed-or-released]",
)
@click.option(
    "--publish-as", metavar="VERSION", help="Publish the results as those of this provider version."
)
@click.option("--branch", help="The provider's branch.  [default: git's or the CI's]")
@click.option("--tag", "tags", multiple=True, help="A tag for the provider's version; repeatable.")
@click.option(
    "--include-wip-since",
    metavar="DATE",
    help="Since when work in progress is verified, too: YYYY-MM-DD, or never.  [default: 90 days ago]",
)
@click.option("--no-pending", is_flag=True, help="Leave pending contracts out.")
@report_options
def verify(project: Path, report_format: Format, report_file: Path | None, **options: Any) -> None:
    """Verify a running provider against contracts, with the official verifier.

    PACTS are files or folders. Without them the provider's contracts in the project's folder of pacts are verified,
    or with --from-broker those that the broker selects.

    Exit codes: 0 everything passed or is pending; 1 something failed; 2 something could not be judged or published.
    """
    from pactape.cli._verification import VerifyArguments, run_verification  # noqa: PLC0415 -- fast `--help`
    from pactape.pact_cli.environment import without_loopback_proxy  # noqa: PLC0415 -- fast `--help`

    arguments = VerifyArguments(**options)
    os.environ.update(without_loopback_proxy(os.environ))
    settings = load_settings(project)
    with _progress() as on_progress:
        verification = run_verification(settings, arguments, on_progress=on_progress)
    end_with_report(_report(verification), report_format=report_format, report_file=report_file)


def _progress() -> AbstractContextManager[Any]:
    """A counter on a terminal: how many interactions were begun."""
    if not sys.stderr.isatty():
        return nullcontext(None)
    return nullcontext(lambda count: click.echo(f"\r{count} interactions", nl=False, err=True))


def _report(verification: Verification) -> Report:
    from pactape.reports.model import Outcome, Report, ReportedResult  # noqa: PLC0415 -- fast `--help`

    results = [
        ReportedResult(
            outcome=Outcome(str(each.verdict)),
            group=each.consumer,
            name=each.description,
            details=each.failures,
            file=each.contract,
            seconds=each.seconds,
        )
        for each in verification.results
    ]
    results += [
        ReportedResult(outcome=Outcome.NOT_JUDGED, group="", name=each.contract, details=(each.reason,))
        for each in verification.unjudged
    ]
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verification.counts().items() if count)
    return Report(
        command="verify",
        exit_code=verification.exit_code,
        summary=f"{verification.provider}: {len(verification.results)} interactions: {counts or 'none'}",
        results=tuple(results),
        before=verification.notices,
        after=tuple(_publication_lines(verification.publication)) if verification.publication else (),
    )


def _publication_lines(publication: Publication) -> Iterator[str]:
    for each in publication.arrived:
        yield f"published as {publication.version}: {each}"
    for refused in publication.refused:
        yield f"NOT published as {publication.version}: {refused.contract}: {refused.reason}"
