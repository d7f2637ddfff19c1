"""Writes a report as workflow commands of GitHub Actions, which become annotations."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.findings import Severity
from pactape.reports.control_characters import on_one_line, visible
from pactape.reports.files import relative_file

if TYPE_CHECKING:
    from pactape.findings import Finding
    from pactape.reports.model import Report

__all__ = ["github_report"]

_COMMANDS = {Severity.BREAKING: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def github_report(report: Report) -> str:
    """Return a workflow command for each problem, and the summary, which can't be taken for a command."""
    summary = on_one_line(report.summary)
    lines = [
        *map(_command, report.problems()),
        summary.replace("::", ": :") if summary.startswith("::") else summary,
    ]
    return "".join(f"{line}\n" for line in lines)


def _command(finding: Finding) -> str:
    properties = {"file": relative_file(finding.file), "title": f"pactape {finding.rule}".strip()}
    pairs = ",".join(f"{name}={_property(value)}" for name, value in properties.items() if value)
    return f"::{_COMMANDS[finding.severity]} {pairs}::{_data(f'{finding.place}: {finding.what}')}"


def _data(text: str) -> str:
    return visible(text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A"))


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
