"""Writes a report in the JUnit XML format, which CI systems show as tests."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from pactape.findings import Severity
from pactape.reports.model import Outcome

if TYPE_CHECKING:
    from pactape.findings import Finding
    from pactape.reports.model import Report, ReportedResult

__all__ = ["junit_report"]

#: Characters that XML 1.0 doesn't allow, not even escaped (section 2.2).
_FORBIDDEN = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELEMENTS = {Outcome.FAILED: "failure", Outcome.NOT_JUDGED: "error", Outcome.PENDING: "skipped"}


def junit_report(report: Report) -> str:
    """Return a report in JUnit's format: a test case for each result and for each finding.

    Failed results and breaking findings are failures, results that could not be judged are errors, and pending
    results are skipped tests. Without results and findings, there is one passed test case.
    """
    suite = ET.Element("testsuite", name=f"pactape {report.command}")
    for result in report.results:
        _add_result(suite, result)
    for finding in report.findings:
        _add_finding(suite, finding)
    if len(suite) == 0:
        case = ET.SubElement(suite, "testcase", classname=report.command, name=_clean(report.summary))
        if report.exit_code:
            ET.SubElement(case, "error", message=_clean(report.summary), type=str(Outcome.NOT_JUDGED))
    for attribute, element in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(attribute, str(len(suite.findall(f"testcase/{element}"))))
    suite.set("tests", str(len(suite)))
    suite.set("time", f"{sum(result.seconds or 0 for result in report.results):.3f}")
    root = ET.Element("testsuites")
    root.append(suite)
    ET.indent(root)
    return f"<?xml version='1.0' encoding='utf-8'?>\n{ET.tostring(root, encoding='unicode')}\n"


def _add_result(suite: ET.Element, result: ReportedResult) -> None:
    names = {"classname": _clean(result.group or "pactape"), "name": _clean(result.name)}
    seconds = {} if result.seconds is None else {"time": f"{result.seconds:.3f}"}
    case = ET.SubElement(suite, "testcase", {**names, **seconds})
    if result.outcome is not Outcome.PASSED:
        message = result.details[0] if result.details else str(result.outcome)
        problem = ET.SubElement(
            case, _ELEMENTS[result.outcome], message=_clean(message), type=str(result.outcome)
        )
        problem.text = _clean("\n".join(result.details))


def _add_finding(suite: ET.Element, finding: Finding) -> None:
    case = ET.SubElement(
        suite, "testcase", classname=_clean(finding.rule or "finding"), name=_clean(finding.place)
    )
    if finding.severity is Severity.BREAKING:
        ET.SubElement(case, "failure", message=_clean(finding.what), type=str(finding.severity))
    else:
        ET.SubElement(case, "system-out").text = _clean(str(finding))


def _clean(text: str) -> str:
    return _FORBIDDEN.sub("\ufffd", text)
