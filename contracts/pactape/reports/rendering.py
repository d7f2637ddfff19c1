"""Renders reports by the name of their format."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from pactape.reports.model import Report

__all__ = ["FORMATS", "Format", "render"]

Format = Literal["text", "json", "junit", "sarif", "github", "markdown"]
#: The names of the formats.
FORMATS: tuple[Format, ...] = get_args(Format)
#: The function of each format, imported at its first use, because a command writes one format, mostly text.
_RENDERERS = {
    "json": ("json_document", "json_report"),
    "junit": ("junit", "junit_report"),
    "sarif": ("sarif", "sarif_report"),
    "github": ("github", "github_report"),
    "markdown": ("markdown", "markdown_report"),
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
        from pactape.reports.text import text_report  # noqa: PLC0415 -- imported when the report is complete

        return text_report(report, is_coloured=is_coloured)
    module, function = _RENDERERS[report_format]
    text: str = getattr(import_module(f"pactape.reports.{module}"), function)(report)
    return text
