"""One report in every format: nothing is lost, whatever the texts contain."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from pactape.findings import Finding, Severity, with_severities
from pactape.reports import FORMATS, Outcome, Report, ReportedResult, render

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.reports import Format

REPORT = Report(
    command="verify",
    exit_code=2,
    summary="users: 4 interactions",
    results=(
        ReportedResult(outcome=Outcome.PASSED, group="web", name="gets a user", seconds=0.25),
        ReportedResult(outcome=Outcome.FAILED, group="web", name="lists users", details=("$.id: gone",)),
        ReportedResult(outcome=Outcome.PENDING, group="web", name="is new", details=("status: 404",)),
        ReportedResult(outcome=Outcome.NOT_JUDGED, group="web", name="is slow", details=("no response",)),
    ),
    findings=(
        Finding(Severity.BREAKING, "GET /users: $.id", "is gone", rule="field-gone", file="pacts/a.json"),
        Finding(Severity.INFO, "GET /users: $.nick", "is new", rule="field-new"),
    ),
    after=("published as 7: web → users",),
)


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 -- written by the report


def test_text_has_a_line_for_each_result_and_finding() -> None:
    assert render(REPORT, "text").splitlines() == [
        "passed      web: gets a user",
        "FAILED      web: lists users",
        "            $.id: gone",
        "pending     web: is new",
        "            status: 404",
        "NOT JUDGED  web: is slow",
        "            no response",
        "breaking: GET /users: $.id: is gone",
        "info: GET /users: $.nick: is new",
        "users: 4 interactions",
        "published as 7: web → users",
    ]


def test_json_lists_every_result_and_its_counts_add_up() -> None:
    document = json.loads(render(REPORT, "json"))
    assert (document["schema"], document["command"], document["exit_code"]) == (1, "verify", 2)
    assert [result["outcome"] for result in document["results"]] == [
        "passed",
        "failed",
        "pending",
        "not judged",
    ]
    assert [finding["rule"] for finding in document["findings"]] == ["field-gone", "field-new"]
    assert sum(document["counts"].values()) == len(document["results"]) + len(document["findings"])


def test_junit_has_a_test_case_for_each_result_and_finding() -> None:
    (suite,) = parsed(render(REPORT, "junit"))
    counts = {name: suite.get(name) for name in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "6", "failures": "2", "errors": "1", "skipped": "1"}
    assert suite[0].attrib == {"classname": "web", "name": "gets a user", "time": "0.250"}
    problems = [element for case in suite for element in case if element.tag in {"failure", "error"}]
    assert (suite.get("time"), all(problem.get("type") for problem in problems)) == ("0.250", True)


def test_junit_has_a_test_case_that_passes_when_nothing_was_found() -> None:
    (suite,) = parsed(render(Report(command="check", exit_code=0, summary="0 breaking"), "junit"))
    assert (len(suite), suite.get("failures")) == (1, "0")


def test_sarif_has_what_did_not_pass_with_its_rule_level_and_file() -> None:
    (run,) = json.loads(render(REPORT, "sarif"))["runs"]
    assert [(result["ruleId"], result["level"]) for result in run["results"]] == [
        ("verify-failed", "error"),
        ("verify-pending", "note"),
        ("verify-not-judged", "error"),
        ("field-gone", "error"),
        ("field-new", "note"),
    ]
    assert {result["ruleId"] for result in run["results"]} == {
        rule["id"] for rule in run["tool"]["driver"]["rules"]
    }
    (place,) = run["results"][3]["locations"]
    assert place["physicalLocation"]["artifactLocation"] == {"uri": "pacts/a.json"}
    assert place["logicalLocations"] == [{"fullyQualifiedName": "GET /users: $.id"}]


def test_sarif_has_a_file_for_every_result_because_code_hosts_refuse_a_log_without() -> None:
    (run,) = json.loads(render(REPORT, "sarif"))["runs"]
    assert all(result["locations"] for result in run["results"])


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("{here}/pacts/a b.json", "pacts/a%20b.json"),
        ("/elsewhere/a b.json", "file:///elsewhere/a%20b.json"),
        ("https://broker.example.com/a", "https://broker.example.com/a"),
    ],
)
def test_sarif_names_files_relative_to_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, uri: str
) -> None:
    monkeypatch.chdir(tmp_path)
    finding = Finding(Severity.BREAKING, "a", "b", file=file.format(here=tmp_path))
    report = Report(command="check", exit_code=1, summary="s", findings=(finding,))
    (result,) = json.loads(render(report, "sarif"))["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == uri


def test_text_shows_control_characters_instead_of_obeying_them() -> None:
    result = ReportedResult(outcome=Outcome.FAILED, group="", name="a", details=("\x1b[2J\r\x9b gone",))
    report = Report(command="verify", exit_code=1, summary="s", results=(result,))
    assert "\\x1b[2J\\x0d\\x9b gone" in render(report, "text")


def test_github_has_an_annotation_for_each_problem() -> None:
    lines = render(REPORT, "github").splitlines()
    assert [line.split(" ")[0] for line in lines[:5]] == [
        "::error",
        "::notice",
        "::error",
        "::error",
        "::notice",
    ]
    assert lines[3] == "::error file=pacts/a.json,title=pactape field-gone::GET /users: $.id: is gone"


def test_github_annotations_stay_on_one_line() -> None:
    report = Report(
        command="check", exit_code=1, summary="s", findings=(Finding(Severity.BREAKING, "a\n::b", "50%\r\n"),)
    )
    assert render(report, "github").splitlines()[0] == "::error title=pactape::a%0A::b: 50%25%0D%0A"


def test_markdown_has_tables_that_texts_cannot_break() -> None:
    finding = Finding(Severity.BREAKING, "a | b", "<b> `x`\ny")
    report = Report(command="check", exit_code=1, summary="1 breaking", findings=(finding,))
    assert render(report, "markdown").splitlines()[-1] == "| breaking | a \\| b | \\<b\\> \\`x\\`<br>y |"


@pytest.mark.parametrize("report_format", ["text", "github", "markdown"])
def test_a_control_character_is_shown_in_every_format_for_people(report_format: Format) -> None:
    text = render(replace(REPORT, findings=(Finding(Severity.INFO, "a", "\x1b[31m"),)), report_format)
    assert ("\x1b" in text, "x1b" in text) == (False, True)


def test_a_name_cannot_make_a_workflow_command_of_the_summary() -> None:
    report = Report(command="verify", exit_code=0, summary="::error::a\n::error::b: 1 interaction")
    assert render(report, "github") == ": :error: :a : :error: :b: 1 interaction\n"


def test_sarif_escapes_what_means_something_in_a_uri() -> None:
    report = replace(REPORT, results=(), findings=(Finding(Severity.INFO, "a", "b", file="a?b#c 100%.yaml"),))
    (result,) = json.loads(render(report, "sarif"))["runs"][0]["results"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "a%3Fb%23c%20100%25.yaml"


def test_colours_are_only_in_text_that_asks_for_them() -> None:
    coloured = [name for name in FORMATS if "\x1b" in render(REPORT, name, is_coloured=True)]
    assert (coloured, "\x1b" in render(REPORT, "text")) == (["text"], False)


@given(st.text(), st.text(), st.text())
@pytest.mark.parametrize("name", FORMATS)
def test_any_text_gives_a_valid_document(name: str, place: str, what: str, rule: str) -> None:
    report = Report(
        command="check",
        exit_code=1,
        summary=what,
        findings=(Finding(Severity.BREAKING, place, what, rule=rule),),
    )
    text = next(render(report, format_name) for format_name in FORMATS if format_name == name)
    text.encode("utf-8", "surrogatepass")
    if name in {"json", "sarif"}:
        json.loads(text)
    if name == "junit":
        parsed(text)


@pytest.mark.parametrize(
    ("severity", "expected"),
    [("breaking", [Severity.BREAKING]), ("warning", [Severity.WARNING]), ("off", [])],
)
def test_a_project_sets_the_severity_of_a_rule(severity: str, expected: list[Severity]) -> None:
    findings = [Finding(Severity.INFO, "GET /users: $.nick", "is new", rule="field-new")]
    adjusted = with_severities(findings, {"field-new": severity})
    assert [finding.severity for finding in adjusted] == expected
