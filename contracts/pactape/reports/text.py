"""Writes a report as text, for people at a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.findings import Severity
from pactape.reports.control_characters import visible
from pactape.reports.files import without_current_folder
from pactape.reports.model import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.reports.model import Report

__all__ = ["text_report"]

_WORDS = {
    Outcome.PASSED: "passed",
    Outcome.FAILED: "FAILED",
    Outcome.PENDING: "pending",
    Outcome.NOT_JUDGED: "NOT JUDGED",
}
_WIDTH = max(map(len, _WORDS.values()))
_GREEN, _RED, _YELLOW, _DIM, _RESET = "\x1b[32m", "\x1b[31m", "\x1b[33m", "\x1b[2m", "\x1b[0m"
_COLOURS = {
    Outcome.PASSED: _GREEN,
    Outcome.FAILED: _RED,
    Outcome.PENDING: _YELLOW,
    Outcome.NOT_JUDGED: _RED,
    Severity.BREAKING: _RED,
    Severity.WARNING: _YELLOW,
    Severity.INFO: _DIM,
}


def text_report(report: Report, *, is_coloured: bool = False) -> str:
    """Return a report as text.

    Args:
        report: The report.
        is_coloured: Whether outcomes and severities have ANSI colours.
    """
    return "".join(f"{line}\n" for line in _lines(report, is_coloured=is_coloured))


def _lines(report: Report, *, is_coloured: bool) -> Iterator[str]:
    yield from map(visible, report.before)
    for result in report.results:
        word = f"{_WORDS[result.outcome]:<{_WIDTH}}"
        name = f"{result.group}: {result.name}" if result.group else result.name
        yield f"{_colour(word, result.outcome, is_coloured=is_coloured)}  {_shown(name)}"
        yield from (f"{'':{_WIDTH}}  {_shown(detail)}" for detail in result.details)
    for finding in report.findings:
        severity = _colour(str(finding.severity), finding.severity, is_coloured=is_coloured)
        yield f"{severity}: {_shown(f'{finding.place}: {finding.what}')}"
    yield visible(report.summary)
    yield from map(visible, report.after)


def _shown(text: str) -> str:
    return visible(without_current_folder(text))


def _colour(text: str, kind: Outcome | Severity, *, is_coloured: bool) -> str:
    return f"{_COLOURS[kind]}{text}{_RESET}" if is_coloured else text
