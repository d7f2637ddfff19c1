"""Findings: what a command reports about one place, with a severity and the rule that found it."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["RULES", "Finding", "Severity", "count_by_severity", "skipped_file", "with_severities"]

#: The ids of all rules, which the setting `severities` takes; docs/reference/reports.md describes them.
RULES = frozenset(
    {
        "contract-ambiguous",
        "contract-contradicted",
        "contract-leftover",
        "contract-missing",
        "contract-outdated",
        "contract-unprovable",
        "field-format",
        "field-gone",
        "field-new",
        "field-nullable",
        "field-optional",
        "field-type",
        "field-unread",
        "field-vocabulary",
        "file-skipped",
        "header-gone",
        "interaction-missing",
        "interaction-unsupported",
        "not-compared",
        "not-received",
        "not-requested",
        "operation-unknown",
        "operation-unrecorded",
        "possible-secret",
        "recording-damaged",
        "recording-expired",
        "recording-orphan",
        "recording-unplayed",
        "recording-unreplayable",
        "recording-unused",
        "response-changed",
        "secret",
        "test-failed",
    }
)


class Severity(IntEnum):
    """How serious a finding is, most serious first."""

    BREAKING = 1
    """The consumer reads something that is gone or has changed, or a secret is exposed."""
    WARNING = 2
    """The consumer may break, or recordings and contracts are out of date."""
    INFO = 3
    """Good to know."""

    def __str__(self) -> str:
        return self.name.lower()


class Finding(msgspec.Struct, frozen=True, order=True):
    """One thing that a command reports.

    Args:
        severity: How serious it is.
        place: Where: an operation and a place in it ("GET /users/{id} → 200: $.email"), or a file.
        what: The fact, in one sentence without a full stop.
        rule: The id of the rule that it comes from, "field-gone"; docs/reference/reports.md lists them.
        file: The file that it concerns; "" when it concerns none.
    """

    severity: Severity
    place: str
    what: str
    rule: str = ""
    file: str = ""

    def __str__(self) -> str:
        return f"{self.severity}: {self.place}: {self.what}"


def with_severities(findings: Iterable[Finding], severities: Mapping[str, str]) -> list[Finding]:
    """Return findings with the severities that a project sets, most serious first.

    Args:
        findings: The findings with their own severities.
        severities: "breaking", "warning", "info" or "off" by rule; a finding that is off is omitted.

    Example:
        >>> found = [Finding(Severity.INFO, "GET /users: $.nick", "is new", rule="field-new")]
        >>> with_severities(found, {"field-new": "warning"})[0].severity.name
        'WARNING'
    """
    results = []
    for finding in findings:
        severity = severities.get(finding.rule, str(finding.severity))
        if severity != "off":
            results.append(msgspec.structs.replace(finding, severity=Severity[severity.upper()]))
    return sorted(results)


def skipped_file(file: str, reason: str, *, is_damaged: bool = False) -> Finding:
    """Return the finding that a file among the cassettes was skipped.

    Args:
        file: The file.
        reason: Why it can't be read.
        is_damaged: Whether it is a recording, so that the results lack what it recorded.
    """
    if is_damaged:
        what = f"is damaged, and was skipped: {reason}"
        return Finding(Severity.BREAKING, file, what, rule="recording-damaged", file=file)
    what = f"is not a cassette, and was skipped: {reason}"
    return Finding(Severity.WARNING, file, what, rule="file-skipped", file=file)


def count_by_severity(findings: Iterable[Finding]) -> str:
    """Return how many findings each severity has.

    Example:
        >>> count_by_severity([Finding(Severity.INFO, "GET /users: $.nick", "is new")])
        '0 breaking, 0 warning, 1 info'
    """
    severities = [finding.severity for finding in findings]
    return ", ".join(f"{severities.count(severity)} {severity}" for severity in Severity)
