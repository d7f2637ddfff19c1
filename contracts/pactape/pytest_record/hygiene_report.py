"""Reports findings on cassettes: in pytest's summary, or in a file of any format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import OutputError
from pactape.files import write_atomically
from pactape.findings import Finding, Severity, count_by_severity, with_severities
from pactape.reports import Format, render
from pactape.reports.model import Report

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    import pytest


__all__ = ["HygieneOutcome", "HygieneOutput", "judge_hygiene"]

#: The rule of each kind, for the setting `severities`.
_RULES = {
    "expired": "recording-expired",
    "orphans": "recording-orphan",
    "unplayed": "recording-unplayed",
    "unreplayable": "recording-unreplayable",
    "unused": "recording-unused",
}
_KINDS = {rule: kind for kind, rule in _RULES.items()}


class HygieneOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome of a run.

    Args:
        report: The report.
        lines: The findings in the form of pytest's summary.
    """

    report: Report
    lines: tuple[str, ...]


def judge_hygiene(
    findings: Iterable[tuple[str, str]], *, fatal: Collection[str], severities: Mapping[str, str]
) -> HygieneOutcome:
    """Return the outcome of a run.

    Args:
        findings: Kind and text of each finding; a text begins with the cassette.
        fatal: The kinds that fail the run; the others are warnings.
        severities: "breaking", "warning", "info" or "off" by rule, which take precedence.
    """
    rated_findings = with_severities(
        [_finding(kind, text, is_fatal=kind in fatal) for kind, text in findings], severities
    )
    is_breaking = any(rated_finding.severity is Severity.BREAKING for rated_finding in rated_findings)
    report = Report(
        command="hygiene",
        exit_code=int(is_breaking),
        summary=count_by_severity(rated_findings),
        findings=tuple(rated_findings),
    )
    return HygieneOutcome(report=report, lines=tuple(sorted(map(_line, rated_findings), key=_without_failed)))


def _finding(kind: str, text: str, *, is_fatal: bool) -> Finding:
    cassette, _, what = text.partition(": ")
    severity = Severity.BREAKING if is_fatal else Severity.WARNING
    return Finding(severity, cassette, what, rule=_RULES[kind], file=cassette)


def _line(finding: Finding) -> str:
    prefix = "FAILED " if finding.severity is Severity.BREAKING else ""
    return f"{prefix}{_KINDS[finding.rule]}: {finding.place}: {finding.what}"


def _without_failed(line: str) -> str:
    return line.removeprefix("FAILED ")


class HygieneOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The output of the report.

    Args:
        format: Its format.
        file: The file to write; None for the summary.
    """

    format: Format
    file: Path | None

    @classmethod
    def from_options(cls, config: pytest.Config) -> HygieneOutput:
        """Return the output of the command line; its file is relative to the folder that pytest was started in."""
        file = config.getoption("--pactape-hygiene-output")
        return cls(
            format=config.getoption("--pactape-hygiene-format"),
            file=config.invocation_params.dir / file if file else None,
        )

    def lines(self, outcome: HygieneOutcome) -> list[str]:
        """Write the file, if any, and return the lines of pytest's summary."""
        if self.file is None:
            if self.format == "text":
                return list(outcome.lines)
            return render(outcome.report, self.format).splitlines()
        try:
            write_atomically(self.file, render(outcome.report, self.format).encode())
        except OutputError as error:
            return [*outcome.lines, f"the report was not written: {error}"]
        return list(outcome.lines)
