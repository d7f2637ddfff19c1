"""Writes a report as JSON; docs/reference/reports.md describes the schema, to which members are only added."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pactape.reports.model import Report

__all__ = ["SCHEMA_VERSION", "json_report"]

#: Incremented if a member is removed or changes its meaning.
SCHEMA_VERSION = 1


def json_report(report: Report) -> str:
    """Return a report as a JSON object, indented by two spaces."""
    document: dict[str, Any] = {
        "schema": SCHEMA_VERSION,
        "tool": {"name": "pactape", "version": version("pactape")},
        "command": report.command,
        "exit_code": report.exit_code,
        "summary": report.summary,
        "counts": report.counts(),
        "results": [
            {
                "outcome": str(result.outcome),
                "group": result.group,
                "name": result.name,
                "details": list(result.details),
                "file": result.file or None,
                "seconds": result.seconds,
            }
            for result in report.results
        ],
        "findings": [
            {
                "severity": str(finding.severity),
                "rule": finding.rule,
                "place": finding.place,
                "what": finding.what,
                "file": finding.file or None,
            }
            for finding in report.findings
        ],
        "notes": [*report.before, *report.after],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
