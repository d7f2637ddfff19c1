"""Writes a report as Markdown, for pull requests and the summaries of CI systems."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.reports.control_characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.reports.model import Report

__all__ = ["markdown_report"]


def markdown_report(report: Report) -> str:
    """Return a report as Markdown: the summary, a table of results and a table of findings."""
    return "".join(f"{line}\n" for line in _lines(report))


def _lines(report: Report) -> Iterator[str]:
    yield f"## pactape {report.command}"
    yield ""
    yield _escape(report.summary)
    if report.results:
        yield ""
        rows = [
            (
                str(result.outcome),
                f"{result.group}: {result.name}" if result.group else result.name,
                "; ".join(result.details),
            )
            for result in report.results
        ]
        yield from _table(("outcome", "what", "reason"), rows)
    if report.findings:
        yield ""
        finding_rows = [(str(finding.severity), finding.place, finding.what) for finding in report.findings]
        yield from _table(("severity", "where", "what"), finding_rows)
    if report.after:
        yield ""
        yield from (f"- {_escape(line)}" for line in report.after)


def _table(titles: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(titles)} |"
    yield f"|{'---|' * len(titles)}"
    for row in rows:
        yield f"| {' | '.join(map(_escape, row))} |"


def _escape(text: str) -> str:
    """Escape markup and the ends of table cells in a text."""
    text = visible(text.replace("\r\n", "\n"))
    for character in "\\`*_[]<>|~&$":
        text = text.replace(character, f"\\{character}")
    return text.replace("\n", "<br>")
