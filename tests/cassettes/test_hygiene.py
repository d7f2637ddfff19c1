"""What a run says of its cassettes: too old, not asked for, nobody's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from pactape.cassettes.maintenance.expiry import expired
from pactape.errors import SettingsError
from pactape.pytest_record import session  # noqa: F401 -- else each run imports it and vcrpy again
from pactape.pytest_record.hygiene_report import HygieneOutput, judge_hygiene
from pactape.reports import FORMATS
from pactape.settings import HygieneSettings, load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.reports import Format

INTERACTION = """
- request: {{method: GET, uri: "http://{host}/{path}", body: null, headers: {{}}}}
  response: {{status: {{code: 200, message: OK}}, headers: {{{date}}}, body: {{string: "{{}}"}}}}
"""
OLD, FUTURE = 'Date: ["Mon, 01 Jan 2001 00:00:00 GMT"]', 'Date: ["Fri, 01 Jan 2999 00:00:00 GMT"]'
TESTS = """
import pytest, requests

@pytest.mark.cassette
def test_a():
    assert requests.get("http://api.example.com/a", timeout=5).ok

@pytest.mark.cassette
def test_b():
    assert requests.get("http://api.example.com/b", timeout=5).ok
"""


def interaction(path: str, *, date: str = "", host: str = "api.example.com") -> str:
    return INTERACTION.format(path=path, host=host, date=date)


class Project:
    """A project that replays its cassettes; a run with workers has processes of its own."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self._pytester, self.root = pytester, pytester.path
        root = self.root
        (root / "cassettes").mkdir()
        self.settings("")
        self.tests(TESTS)
        self.cassette("a", interaction("a"))
        self.cassette("b", interaction("b"))

    def settings(self, text: str) -> None:
        (self.root / "pyproject.toml").write_text(f"[tool.pactape]\n{text}")

    def tests(self, text: str) -> None:
        (self.root / "test_users.py").write_text(text)

    def cassette(self, name: str, *interactions: str) -> None:
        path = self.root / "cassettes" / f"test_users.test_{name}.yaml"
        path.write_text(f"interactions:{''.join(interactions)}version: 1\n")

    def run(self, *options: str) -> tuple[int, list[str]]:
        """The exit code, and the lines of the section."""
        run = self._pytester.runpytest_subprocess if "-n" in options else self._pytester.runpytest_inprocess
        result = run("-p", "pactape.plugin", *options)
        kinds = ("expired:", "unused:", "unplayed:", "orphans:", "FAILED ")
        return int(result.ret), [line for line in result.outlines if line.startswith(kinds)]


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return Project(pytester)


def test_a_tidy_project_has_no_section(project: Project) -> None:
    assert project.run() == (0, [])


@pytest.mark.parametrize(
    "workers",
    [(), pytest.param(("-p", "xdist.plugin", "-n", "2"), marks=pytest.mark.long)],
    ids=["alone", "two workers"],
)
def test_what_no_test_requested_is_reported_once(project: Project, workers: tuple[str, ...]) -> None:
    project.cassette("a", interaction("a"), interaction("never"))
    project.cassette("b", interaction("b"))
    project.cassette("gone", interaction("gone"))
    project.tests(TESTS + "\n@pytest.mark.cassette\ndef test_idle():\n    pass\n")
    project.cassette("idle", interaction("idle"))
    assert project.run(*workers) == (
        0,
        [
            "orphans: cassettes/test_users.test_gone.yaml: no test uses it",
            "unplayed: cassettes/test_users.test_idle.yaml: its test made no request",
            "unused: cassettes/test_users.test_a.yaml: interactions[1]: GET http://api.example.com/never",
        ],
    )


@pytest.mark.parametrize(
    "workers",
    [(), pytest.param(("-p", "xdist.plugin", "-n", "2"), marks=pytest.mark.long)],
    ids=["alone", "two workers"],
)
def test_untidiness_fails_the_run_on_request(project: Project, workers: tuple[str, ...]) -> None:
    project.cassette("gone", interaction("gone"))
    reason = "orphans: cassettes/test_users.test_gone.yaml: no test uses it"
    assert project.run("--pactape-hygiene=fail", *workers) == (1, [f"FAILED {reason}"])


@pytest.mark.long
def test_the_settings_say_what_fails_the_run_unless_it_is_off(project: Project) -> None:
    project.cassette("gone", interaction("gone"))
    reason = "orphans: cassettes/test_users.test_gone.yaml: no test uses it"
    project.settings('[tool.pactape.hygiene]\nfail_on = ["unused"]\n')
    assert project.run() == (0, [reason])
    project.settings('[tool.pactape.hygiene]\nfail_on = ["orphans"]\n')
    assert project.run() == (1, [f"FAILED {reason}"])
    assert project.run("--pactape-hygiene=off") == (0, [])


def test_the_report_goes_to_a_file_in_any_format_also_when_nothing_was_found(project: Project) -> None:
    options = ("--pactape-hygiene-format=json", "--pactape-hygiene-output=out/hygiene.json")
    report = project.root / "out" / "hygiene.json"
    assert project.run(*options) == (0, [])
    assert json.loads(report.read_text())["summary"] == "0 breaking, 0 warning, 0 info"
    project.cassette("gone", interaction("gone"))
    assert project.run(*options) == (
        0,
        ["orphans: cassettes/test_users.test_gone.yaml: no test uses it"],
    )
    (finding,) = json.loads(report.read_text())["findings"]
    assert finding == {
        "severity": "warning",
        "rule": "recording-orphan",
        "place": "cassettes/test_users.test_gone.yaml",
        "what": "no test uses it",
        "file": "cassettes/test_users.test_gone.yaml",
    }


def test_a_run_without_marked_tests_writes_the_report_that_is_asked_for(project: Project) -> None:
    project.tests("def test_plain():\n    pass\n")
    assert project.run("--pactape-hygiene-output=report.txt")[0] == 0
    assert "0 breaking" in (project.root / "report.txt").read_text()


@pytest.mark.parametrize(
    ("severity", "code", "severity_label"),
    [("breaking", 1, "FAILED orphans"), ("info", 0, "orphans"), ("off", 0, None)],
)
def test_the_settings_change_the_severity_of_a_rule(
    project: Project, severity: str, code: int, severity_label: str | None
) -> None:
    project.cassette("gone", interaction("gone"))
    project.settings(f'[tool.pactape.severities]\nrecording-orphan = "{severity}"\n')
    exit_code, lines = project.run()
    assert (exit_code, [line.partition(":")[0] for line in lines]) == (
        code,
        [severity_label] if severity_label else [],
    )


@pytest.mark.parametrize("report_format", FORMATS)
def test_the_summary_may_have_any_format(tmp_path: Path, report_format: Format) -> None:
    outcome = judge_hygiene([("unused", "a.yaml: GET /a")], fatal=(), severities={})
    lines = HygieneOutput(format=report_format, file=None).lines(outcome)
    assert "a.yaml" in "\n".join(lines)
    (tmp_path / "file").write_text("")
    lines = HygieneOutput(format=report_format, file=tmp_path / "file" / "report").lines(outcome)
    assert lines[-1].startswith("the report was not written: ")


def test_a_report_to_a_file_contradicts_no_report(project: Project) -> None:
    assert project.run("--pactape-hygiene=off", "--pactape-hygiene-output=report.txt")[0] == 4


@pytest.mark.parametrize("narrowing", [("-k", "test_a"), ("test_users.py",), ("--ignore=test_other.py",)])
def test_a_run_of_some_tests_knows_no_orphans(project: Project, narrowing: tuple[str, ...]) -> None:
    (project.root / "test_other.py").write_text("def test_other():\n    pass\n")
    project.cassette("gone", interaction("gone"))
    assert project.run(*narrowing) == (0, [])


def test_a_module_that_is_skipped_has_no_orphans(project: Project) -> None:
    skipping = "import pytest\npytest.skip('not here', allow_module_level=True)\n"
    (project.root / "test_other.py").write_text(skipping)
    project.cassette("gone", interaction("gone"))
    assert project.run() == (0, [])


def test_a_test_may_leave_some_of_its_cassette_unused(project: Project) -> None:
    project.cassette("a", interaction("a"), interaction("never"))
    project.tests(TESTS.replace("@pytest.mark.cassette", "@pytest.mark.cassette(allow_unused=True)", 1))
    assert project.run() == (0, [])


def test_a_failed_test_says_nothing_of_its_cassette(project: Project) -> None:
    project.tests(TESTS.replace("    assert", "    assert 0\n    assert", 1))
    assert [line for line in project.run()[1] if "un" in line.split(":")[0]] == []


def test_interactions_expire_by_the_limit_of_their_host(project: Project) -> None:
    project.settings('[tool.pactape.hygiene.max_age]\n"api.example.com" = "30d"\n')
    project.cassette("a", interaction("a", date=OLD), interaction("a", date=FUTURE))
    project.cassette("b", interaction("b"))
    project.tests(TESTS.replace("@pytest.mark.cassette", "@pytest.mark.cassette(allow_unused=True)"))
    code, lines = project.run()
    assert code == 0
    assert [line.split(" days old")[-1] for line in lines] == [
        ", and max_age is 30 days",
        (
            "expired: cassettes/test_users.test_b.yaml: interactions[0] doesn't say when it was recorded "
            "(no Date header), and max_age is set"
        ),
    ]
    project.settings('[tool.pactape.hygiene.max_age]\n"other.example.com" = "30d"\n')
    assert project.run() == (0, [])


@pytest.mark.parametrize("host", ["API.example.com", "api.example.com:80", "ada:pw@api.example.com."])
def test_the_limit_of_a_host_holds_for_each_spelling_of_it(tmp_path: Path, host: str) -> None:
    path = tmp_path / "test_users.test_a.yaml"
    path.write_text(f"interactions:{interaction('a', date=OLD, host=host)}version: 1\n")
    rules = HygieneSettings(hosts={"api.example.com": timedelta(days=30)})
    assert [index for index, _ in expired(path, rules, now=datetime.now(UTC))] == [0]


def test_one_limit_holds_for_every_host(project: Project) -> None:
    project.settings('[tool.pactape.hygiene]\nmax_age = "30d"\n')
    project.cassette("a", interaction("a", date=OLD))
    project.cassette("b", interaction("b", date=FUTURE))
    assert [line.split()[1] for line in project.run()[1]] == ["cassettes/test_users.test_a.yaml:"]


@pytest.mark.parametrize(
    ("text", "message"),
    [('max_age = "soon"', "soon"), ('fail_on = ["unusd"]', "unusd"), ('max_aeg = "1d"', "max_age")],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.pactape.hygiene]\n{text}\n")
    with pytest.raises(SettingsError, match=message):
        load_settings(tmp_path)


def test_cassettes_of_pytest_recording_in_the_same_folder_are_not_orphans(project: Project) -> None:
    project.tests(TESTS + "\n@pytest.mark.vcr\ndef test_theirs():\n    pass\n")
    (project.root / "cassettes" / "test_users").mkdir()
    (project.root / "cassettes" / "test_users" / "test_theirs.yaml").write_text(
        "interactions: []\nversion: 1\n"
    )
    assert project.run("-p", "pytest_recording.plugin") == (0, [])
