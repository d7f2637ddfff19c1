"""Writes a report in SARIF 2.1.0 (OASIS), which code hosts show beside the code."""

from __future__ import annotations

import json
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from pactape.findings import Severity
from pactape.reports.files import relative_file

if TYPE_CHECKING:
    from pactape.findings import Finding
    from pactape.reports.model import Report

__all__ = ["sarif_report"]

_UNDETERMINED = 2
#: The file of findings without a file.
_SETTINGS_FILE = "pyproject.toml"
_LEVELS = {Severity.BREAKING: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def sarif_report(report: Report) -> str:
    """Return a report as a SARIF log of one run, without passed results."""
    problems = list(report.problems())
    rules = sorted({_rule(problem) for problem in problems})
    run: dict[str, Any] = {
        "tool": {
            "driver": {
                "name": "pactape",
                "version": version("pactape"),
                "rules": [{"id": rule} for rule in rules],
            }
        },
        "automationDetails": {"id": f"pactape/{report.command}"},
        "invocations": [
            {"executionSuccessful": report.exit_code < _UNDETERMINED, "exitCode": report.exit_code}
        ],
        "results": [_result(problem) for problem in problems],
    }
    document = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _rule(finding: Finding) -> str:
    return finding.rule or "finding"


def _result(finding: Finding) -> dict[str, Any]:
    return {
        "ruleId": _rule(finding),
        "level": _LEVELS[finding.severity],
        "message": {"text": f"{finding.place}: {finding.what}"},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": _uri(finding.file)},
                    "region": {"startLine": 1},
                },
                "logicalLocations": [{"fullyQualifiedName": finding.place}],
            }
        ],
    }


def _uri(file: str) -> str:
    """Return the file's URI; GitHub rejects a log with a result without a URI."""
    if not file:
        return _SETTINGS_FILE
    is_local = Path(file).is_absolute() and relative_file(file) == file
    if is_local:
        return Path(file).as_uri()
    return quote(relative_file(file), safe="/:?&=#%" if "://" in file else "/")
