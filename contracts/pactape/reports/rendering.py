"""Reports by the name of their format."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, get_args

from pactape.reports.github import github_report
from pactape.reports.json_document import json_report
from pactape.reports.junit import junit_report
from pactape.reports.markdown import markdown_report
from pactape.reports.sarif import sarif_report
from pactape.reports.text import text_report

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.reports.model import Report

__all__ = ["FORMATS", "Format", "render"]

Format = Literal["text", "json", "junit", "sarif", "github", "markdown"]
#: The names of the formats.
FORMATS: tuple[Format, ...] = get_args(Format)
_RENDERERS: dict[Format, Callable[[Report], str]] = {
    "text": text_report,
    "json": json_report,
    "junit": junit_report,
    "sarif": sarif_report,
    "github": github_report,
    "markdown": markdown_report,
}


def render(report: Report, report_format: Format, *, is_coloured: bool = False) -> str:
    r"""Return a report in a format.

    Args:
        report: The report.
        report_format: The format.
        is_coloured: Whether text has colours; other formats never have.

    Example:
        >>> from pactape.reports import Report
        >>> render(Report(command="check", exit_code=0, summary="0 breaking"), "text")
        '0 breaking\n'
    """
    if report_format == "text":
        return text_report(report, is_coloured=is_coloured)
    return _RENDERERS[report_format](report)
