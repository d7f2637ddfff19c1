"""A report as JSON; docs/reference/reports.md describes the schema, which only gains members."""

from __future__ import annotations

import json
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pactape.reports.model import Report

__all__ = ["SCHEMA_VERSION", "json_report"]

#: Raised when a member is removed or changes its meaning.
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
                "outcome": str(each.outcome),
                "group": each.group,
                "name": each.name,
                "details": list(each.details),
                "file": each.file or None,
                "seconds": each.seconds,
            }
            for each in report.results
        ],
        "findings": [
            {
                "severity": str(each.severity),
                "rule": each.rule,
                "place": each.place,
                "what": each.what,
                "file": each.file or None,
            }
            for each in report.findings
        ],
        "notes": [*report.before, *report.after],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
