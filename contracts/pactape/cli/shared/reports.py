"""The options `--format` and `--output`, and exiting with a report."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from pactape.errors import OutputError, PactapeError
from pactape.reports.rendering import FORMATS, render

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.reports.model import Report, ReportedResult
    from pactape.reports.rendering import Format

    _F = TypeVar("_F", bound=Callable[..., Any])

__all__ = ["ReportingCommand", "end_with_report", "not_judged", "report_options"]

_STANDARD_OUTPUT = Path("-")


class ReportingCommand(click.Command):
    """A command with `report_options`, which also reports the error that it ends with.

    The error is raised all the same, so that its message is on standard error whatever the format.
    """

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; an error becomes a report of one thing that could not be judged."""
        try:
            return super().invoke(ctx)
        except PactapeError as error:
            with suppress(OutputError):  # the first error is the one to see
                _report_error(error, str(self.name), ctx.params["report_format"], ctx.params["report_file"])
            raise


def report_options(function: _F) -> _F:
    """Give a command `--format` and `--output`, as `report_format` and `report_file`."""
    for option in (
        click.option(
            "--output",
            "report_file",
            type=click.Path(dir_okay=False, allow_dash=True, path_type=Path),
            metavar="FILE",
            help="Write the report to this file, and a text report to standard output; - is standard output.",
        ),
        click.option(
            "--format",
            "report_format",
            type=click.Choice(FORMATS),
            default="text",
            show_default=True,
            help="The format of the report.",
        ),
    ):
        function = option(function)
    return function


def end_with_report(report: Report, *, report_format: Format, report_file: Path | None) -> NoReturn:
    """Print a report or write it to a file, and exit with its exit code.

    Raises:
        OutputError: The file can't be written.
    """
    is_coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    if report_file is not None and report_file != _STANDARD_OUTPUT:
        _write(report, report_format, report_file)
        report_format = "text"
    click.echo(render(report, report_format, is_coloured=is_coloured), nl=False)
    sys.exit(report.exit_code)


def _write(report: Report, report_format: Format, report_file: Path) -> None:
    from pactape.files import write_atomically  # noqa: PLC0415 -- keeps `pactape --help` fast

    write_atomically(report_file, render(report, report_format).encode())


def not_judged(error: PactapeError, *, name: str, file: str = "") -> ReportedResult:
    """Return the result of something that an error kept from being judged.

    Args:
        error: The error, whose message is the reason.
        name: What could not be judged.
        file: The file that it is; "" if it is not a file.
    """
    from pactape.reports.model import Outcome, ReportedResult  # noqa: PLC0415 -- keeps `pactape --help` fast

    return ReportedResult(outcome=Outcome.NOT_JUDGED, group="", name=name, details=(str(error),), file=file)


def _report_error(error: PactapeError, command: str, report_format: Format, report_file: Path | None) -> None:
    from pactape.reports.model import Report  # noqa: PLC0415 -- keeps `pactape --help` fast

    summary = f"{command}: could not be determined"
    report = Report(command=command, exit_code=2, summary=summary, results=(not_judged(error, name=command),))
    if report_file is not None and report_file != _STANDARD_OUTPUT:
        _write(report, report_format, report_file)
    elif report_format != "text":
        click.echo(render(report, report_format), nl=False)
