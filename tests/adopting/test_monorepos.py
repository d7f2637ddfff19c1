"""Adopting a repository with several pyproject.toml files: each test finds its cassette afterwards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.adopting.helpers.old_project import ASKING, Project

if TYPE_CHECKING:
    from pathlib import Path

PACKAGE = "[project]\nname = 'package'\nversion = '1'\n"
TEST = f"{ASKING}\n@pytest.mark.vcr\ndef test_plain():\n    asks('plain')\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    (tmp_path / "packages/one/tests").mkdir(parents=True)
    (tmp_path / "packages/one/tests/test_one.py").write_text(TEST)
    project.cassette("packages/one/tests/cassettes/test_one/test_plain.yaml", "plain")
    return project


def test_packages_without_settings_of_their_own_find_their_cassettes_in_the_adopted_folder(
    project: Project,
) -> None:
    (project.root / "pyproject.toml").write_text("[tool.other]\n")
    (project.root / "packages/one/pyproject.toml").write_text(PACKAGE)
    result = project.adopt("--write")
    assert "pyproject.toml: [tool.pactape], which makes this folder the project's" in result.stdout
    assert "9 passed" in project.pytest().stdout


def test_a_package_with_settings_of_its_own_gets_its_cassettes_in_its_own_folder(project: Project) -> None:
    (project.root / "packages/one/pyproject.toml").write_text(
        f"{PACKAGE}[tool.pactape]\ncassettes = 'tapes'\n"
    )
    project.adopt("--write")
    assert [path.name for path in (project.root / "packages/one/tapes").iterdir()] == [
        "test_one.test_plain.yaml"
    ]
    assert "9 passed" in project.pytest().stdout


def test_the_old_configuration_is_taken_over_into_each_project_inside(project: Project) -> None:
    (project.root / "packages/one/pyproject.toml").write_text(f"{PACKAGE}[tool.pactape]\n")
    fixture = (
        "import pytest\n\n@pytest.fixture\ndef vcr_config():\n    return {'allow_playback_repeats': True}\n"
    )
    (project.root / "conftest.py").write_text(fixture)
    project.adopt("--write")
    texts = [(project.root / name / "pyproject.toml").read_text() for name in (".", "packages/one")]
    assert ["repeats = true" in text for text in texts] == [True, True]


def test_a_pyproject_that_makes_the_folder_the_project_already_stays_unchanged(project: Project) -> None:
    (project.root / "pyproject.toml").write_text("[tool.other]\n")
    project.adopt("--write")
    assert (project.root / "pyproject.toml").read_text() == "[tool.other]\n"


@pytest.mark.long
def test_what_a_trial_puts_back_is_not_counted_as_moved(project: Project) -> None:
    reading = "def test_reads_the_marker(request):\n    assert request.node.get_closest_marker('vcr')\n"
    (project.root / "packages/one/tests/test_one.py").write_text(
        f"import pytest\n\n@pytest.mark.vcr\n{reading}"
    )
    project.cassette("packages/one/tests/cassettes/test_one/test_reads_the_marker.yaml", "plain")
    result = project.adopt_with_the_other_plugin("--write", "--try")
    assert "7 cassettes and 1 test module moved" in result.stdout


@pytest.mark.long
def test_a_trial_puts_back_what_turns_red_where_pytest_has_its_root_further_up(project: Project) -> None:
    (project.root / "pytest.ini").write_text("[pytest]\n")
    package = project.root / "packages/one"
    (package / "pyproject.toml").write_text(f"{PACKAGE}[tool.pactape]\n")
    reading = "def test_reads_the_marker(request):\n    assert request.node.get_closest_marker('vcr')\n"
    (package / "tests/test_one.py").write_text(f"import pytest\n\n@pytest.mark.vcr\n{reading}")
    project.cassette("packages/one/tests/cassettes/test_one/test_reads_the_marker.yaml", "plain")
    result = project.adopt_with_the_other_plugin("--write", "--try", "--project", "packages/one")
    assert "put back: tests/test_one.py:4: test_reads_the_marker" in result.stdout


@pytest.mark.long
def test_a_trial_runs_all_tests_though_the_project_stops_at_the_first_failure(project: Project) -> None:
    (project.root / "pytest.ini").write_text("[pytest]\naddopts = -x\n")
    (project.root / "packages/one/tests/test_none.py").write_text("def test_fails():\n    assert False\n")
    reading = "def test_reads_the_marker(request):\n    assert request.node.get_closest_marker('vcr')\n"
    (project.root / "packages/one/tests/test_one.py").write_text(f"{TEST}\n@pytest.mark.vcr\n{reading}")
    project.cassette("packages/one/tests/cassettes/test_one/test_reads_the_marker.yaml", "plain")
    result = project.adopt_with_the_other_plugin("--write", "--try")
    assert result.stdout.count("put back: ") == 1
