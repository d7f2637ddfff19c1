"""The report: results with their outcomes, findings with their severities, and the exit code."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from pactape.findings import Finding, Severity

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Outcome", "Report", "ReportedResult"]


class Outcome(StrEnum):
    """The outcome of one thing that a command judged."""

    PASSED = "passed"
    FAILED = "failed"
    PENDING = "pending"
    NOT_JUDGED = "not judged"


class ReportedResult(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a command judged.

    Args:
        outcome: Its outcome.
        group: The group of the result: the consumer of an interaction.
        name: Its name: the description of an interaction.
        details: The reasons, one sentence each; empty when it passed.
        file: Its file or URL; "" if there is none.
        seconds: Its duration; None if unknown.
    """

    outcome: Outcome
    group: str
    name: str
    details: tuple[str, ...] = ()
    file: str = ""
    seconds: float | None = None


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """The results and findings of a command.

    Args:
        command: The command's name.
        exit_code: 0 holds, 1 doesn't hold, 2 could not be determined.
        summary: One line with the counts.
        results: The results, in order.
        findings: The findings, the worst first.
        before: Lines before the results in text: a table, a broker's notices.
        after: Lines after the summary in text.
    """

    command: str
    exit_code: int
    summary: str
    results: tuple[ReportedResult, ...] = ()
    findings: tuple[Finding, ...] = ()
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Return the number of results by outcome, and of findings by severity."""
        outcomes = {str(kind): sum(result.outcome is kind for result in self.results) for kind in Outcome}
        severities = {
            str(severity): sum(finding.severity is severity for finding in self.findings)
            for severity in Severity
        }
        return outcomes | severities

    def problems(self) -> Iterator[Finding]:
        """Yield the findings, and each result that didn't pass as a finding."""
        for result in self.results:
            if result.outcome is not Outcome.PASSED:
                severity = Severity.INFO if result.outcome is Outcome.PENDING else Severity.BREAKING
                rule = f"{self.command}-{result.outcome.replace(' ', '-')}"
                what = "; ".join(result.details) or str(result.outcome)
                place = f"{result.group}: {result.name}" if result.group else result.name
                yield Finding(severity, place, what, rule=rule, file=result.file)
        yield from self.findings
