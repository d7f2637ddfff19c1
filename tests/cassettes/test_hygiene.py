"""What a run says of its cassettes: too old, not asked for, nobody's."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from pactape.errors import SettingsError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

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
    """A project that replays its cassettes, with pytest in a process of its own."""

    def __init__(self, root: Path) -> None:
        self.root = root
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
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-p", "pactape.plugin", *options],
            cwd=self.root,
            env={**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        kinds = ("expired:", "unused:", "unplayed:", "orphans:", "FAILED ")
        return done.returncode, [line for line in done.stdout.splitlines() if line.startswith(kinds)]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_a_tidy_project_has_no_section(project: Project) -> None:
    assert project.run() == (0, [])


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["alone", "two workers"])
def test_what_nobody_asked_for_is_reported_once(project: Project, workers: tuple[str, ...]) -> None:
    project.cassette("a", interaction("a"), interaction("never"))
    project.cassette("b", interaction("b"))
    project.cassette("gone", interaction("gone"))
    project.tests(TESTS + "\n@pytest.mark.cassette\ndef test_idle():\n    pass\n")
    project.cassette("idle", interaction("idle"))
    assert project.run(*workers) == (
        0,
        [
            "orphans: cassettes/test_users.test_gone.yaml: belongs to no test",
            "unplayed: cassettes/test_users.test_idle.yaml: its test made no request",
            "unused: cassettes/test_users.test_a.yaml: interactions[1]: GET http://api.example.com/never",
        ],
    )


@pytest.mark.parametrize("workers", [(), ("-p", "xdist.plugin", "-n", "2")], ids=["alone", "two workers"])
def test_untidiness_fails_the_run_when_asked(project: Project, workers: tuple[str, ...]) -> None:
    project.cassette("gone", interaction("gone"))
    reason = "orphans: cassettes/test_users.test_gone.yaml: belongs to no test"
    assert project.run("--pactape-hygiene=fail", *workers) == (1, [f"FAILED {reason}"])


def test_the_settings_say_what_fails_the_run_unless_it_is_off(project: Project) -> None:
    project.cassette("gone", interaction("gone"))
    reason = "orphans: cassettes/test_users.test_gone.yaml: belongs to no test"
    project.settings('[tool.pactape.hygiene]\nfail_on = ["unused"]\n')
    assert project.run() == (0, [reason])
    project.settings('[tool.pactape.hygiene]\nfail_on = ["orphans"]\n')
    assert project.run() == (1, [f"FAILED {reason}"])
    assert project.run("--pactape-hygiene=off") == (0, [])


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


def test_one_limit_holds_for_every_host(project: Project) -> None:
    project.settings('[tool.pactape.hygiene]\nmax_age = "30d"\n')
    project.cassette("a", interaction("a", date=OLD))
    project.cassette("b", interaction("b", date=FUTURE))
    assert [line.split()[1] for line in project.run()[1]] == ["cassettes/test_users.test_a.yaml:"]


@pytest.mark.parametrize(
    ("text", "named"),
    [('max_age = "soon"', "soon"), ('fail_on = ["unusd"]', "unusd"), ('max_aeg = "1d"', "max_age")],
)
def test_a_setting_that_cannot_be_used_is_named(tmp_path: Path, text: str, named: str) -> None:
    (tmp_path / "pyproject.toml").write_text(f"[tool.pactape.hygiene]\n{text}\n")
    with pytest.raises(SettingsError, match=named):
        load_settings(tmp_path)


def test_cassettes_of_pytest_recording_in_the_same_folder_are_no_orphans(project: Project) -> None:
    project.tests(TESTS + "\n@pytest.mark.vcr\ndef test_theirs():\n    pass\n")
    (project.root / "cassettes" / "test_users").mkdir()
    (project.root / "cassettes" / "test_users" / "test_theirs.yaml").write_text(
        "interactions: []\nversion: 1\n"
    )
    assert project.run("-p", "pytest_recording.plugin") == (0, [])
