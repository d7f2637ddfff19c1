"""`pactape verify`: verify a running provider against its contracts."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from pactape.cli.shared.counts import count_of
from pactape.cli.shared.options import project_option
from pactape.cli.shared.reports import ReportingCommand, end_with_report, report_options

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from pactape.reports import Format, Report, ReportedResult
    from pactape.verification import Publication, UnjudgedContract, Verification

__all__ = ["verify"]


@click.command(cls=ReportingCommand)
@project_option
@click.argument("pacts", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--url",
    "urls",
    multiple=True,
    metavar="[NAME=]URL",
    help="The running provider's base URL; not needed for contracts of messages only. For several providers: "
    "NAME=URL, repeatable.",
)
@click.option(
    "--provider", metavar="NAME", help="The provider, by name or key.  [default: the one of the contracts]"
)
@click.option(
    "--states", metavar="MODULE:NAME", help="The provider state handlers, or a URL that sets up states."
)
@click.option("--messages", metavar="MODULE:NAME", help="The functions that produce messages.")
@click.option(
    "--header",
    "headers",
    multiple=True,
    metavar="NAME:VALUE",
    help="A header for every request; repeatable. ${NAME} in VALUE is replaced by a state handler's "
    "value, or an environment variable.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(min=0.1),
    default=30.0,
    show_default=True,
    metavar="SECONDS",
    help="Time limit of a response.",
)
@click.option(
    "--state-timeout",
    type=click.FloatRange(min=0.1),
    metavar="SECONDS",
    help="Time limit of a state handler.  [default: that of a response]",
)
@click.option(
    "--ca-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A PEM file of certificate authorities for an https provider.",
)
@click.option("--insecure", is_flag=True, help="Don't verify the certificate of an https provider.")
@click.option(
    "--filter-description", metavar="REGEX", help="Verify only interactions whose description matches."
)
@click.option(
    "--filter-state", metavar="REGEX", help="Verify only interactions whose provider state matches."
)
@click.option(
    "--consumer", "consumers", multiple=True, help="Verify only this consumer's contracts; repeatable."
)
@click.option("--from-broker", is_flag=True, help="Fetch the contracts from the broker.")
@click.option(
    "--broker-url",
    metavar="URL",
    help="The broker.  [default: PACT_BROKER_BASE_URL, or the setting broker.url]",
)
@click.option(
    "--select",
    multiple=True,
    metavar="SELECTOR",
    help="Which consumer versions' contracts to verify; repeatable: main-branch, deployed-or-released, "
    "deployed, released, "
    "matching-branch, latest, branch:NAME, tag:NAME, environment:NAME, consumer:NAME; commas narrow a selector.  "
    "[default: main-branch, deployed-or-released]",
)
@click.option("--publish-as", metavar="VERSION", help="Publish the results for this provider version.")
@click.option("--branch", help="The provider's branch.  [default: git's or the CI's]")
@click.option("--tag", "tags", multiple=True, help="A tag for the provider's version; repeatable.")
@click.option(
    "--include-wip-since",
    metavar="DATE",
    help="Also verify work in progress since this date: YYYY-MM-DD, or never.  [default: 90 days ago]",
)
@click.option("--no-pending", is_flag=True, help="Exclude pending contracts.")
@report_options
def verify(project: Path, report_format: Format, report_file: Path | None, **options: Any) -> None:
    """Verify a running provider against contracts, with the official verifier.

    PACTS are files or folders. By default, the provider's contracts in the project's folder of pacts are
    verified, or with --from-broker those that the broker selects.

    Exit codes: 0 everything passed or is pending; 1 something failed; 2 something could not be verified or
    published.
    """
    from pactape.imports import import_msgspec_alone, require_extra  # noqa: PLC0415 -- fast `--help`

    require_extra("verify", "the official verifier", "pact")
    with _progress() as on_progress:
        import_msgspec_alone()
        from pactape.cli.verifying.verification import VerifyArguments, run_verification  # noqa: PLC0415 -- fast `--help`
        from pactape.pact_cli.environment import without_loopback_proxy  # noqa: PLC0415 -- fast `--help`
        from pactape.settings import load_settings  # noqa: PLC0415 -- fast `--help`

        arguments = VerifyArguments(**options)
        os.environ.update(without_loopback_proxy(os.environ))
        settings = load_settings(project)
        verifications = run_verification(settings, arguments, on_progress=on_progress)
    end_with_report(_report(verifications), report_format=report_format, report_file=report_file)


def _progress() -> AbstractContextManager[Any]:
    """A progress counter on a terminal: how many interactions have been started."""
    if not sys.stderr.isatty():
        return nullcontext(None)
    return nullcontext(lambda count: click.echo(f"\r{count} interactions", nl=False, err=True))


def _report(verifications: Sequence[Verification]) -> Report:
    from pactape.reports.model import Report  # noqa: PLC0415 -- fast `--help`

    return Report(
        command="verify",
        exit_code=max(verification.exit_code for verification in verifications),
        summary="; ".join(map(_summary, verifications)),
        results=tuple(result for verification in verifications for result in _results(verification)),
        before=tuple(notice for verification in verifications for notice in verification.notices),
        after=tuple(
            line
            for verification in verifications
            if verification.publication is not None
            for line in _publication_lines(verification.publication)
        ),
    )


def _summary(verification: Verification) -> str:
    counts = ", ".join(f"{count} {verdict}" for verdict, count in verification.counts().items() if count)
    unjudged = len(verification.unjudged)
    nothing = "none" if unjudged else "none, because no interaction matches the filters"
    total = count_of(len(verification.results), "interaction")
    text = f"{verification.provider}: {total}: {counts or nothing}"
    return f"{text}; {count_of(unjudged, 'contract')} could not be verified" if unjudged else text


def _results(verification: Verification) -> Iterator[ReportedResult]:
    from pactape.reports.model import Outcome, ReportedResult  # noqa: PLC0415 -- fast `--help`

    for result in verification.results:
        yield ReportedResult(
            outcome=Outcome(str(result.verdict)),
            group=result.consumer,
            name=result.description,
            details=result.failures,
            file=result.contract,
            seconds=result.seconds,
        )
    for unjudged in verification.unjudged:
        yield ReportedResult(
            outcome=Outcome.NOT_JUDGED,
            group="",
            name=unjudged.contract or verification.provider,
            details=(unjudged.reason,),
            file=unjudged.contract,
        )
    if verification.publication is not None:
        yield from map(_refused_publication, verification.publication.refused)


def _refused_publication(refusal: UnjudgedContract) -> ReportedResult:
    from pactape.reports.model import Outcome, ReportedResult  # noqa: PLC0415 -- fast `--help`

    return ReportedResult(
        outcome=Outcome.NOT_JUDGED,
        group="",
        name=refusal.contract,
        details=(f"the results are not published: {refusal.reason}",),
    )


def _publication_lines(publication: Publication) -> Iterator[str]:
    for arrival in publication.arrived:
        yield f"published as {publication.version}: {arrival}"
