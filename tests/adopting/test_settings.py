"""Adopting takes over the meaning of the old configuration, and tries moved tests out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.adopting import plan_adoption, try_out
from pactape.errors import BadInputError
from pactape.settings import load_settings

from tests.adopting.helpers.old_project import ASKING, FILES, TESTS, Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_the_old_configuration_becomes_settings_of_the_same_meaning(project: Project) -> None:
    config = {
        "filter_headers": ["x-customer"],
        "filter_query_parameters": ["key"],
        "ignore_hosts": ["127.0.0.1"],
        "allow_playback_repeats": True,
        "record_mode": "once",
        "match_on": ["method", "uri", "body"],
    }
    fixture = f"import pytest\n\n@pytest.fixture\ndef vcr_config():\n    return {config!r}\n"
    (project.root / "tests" / "conftest.py").write_text(fixture)
    assert project.adopt("--write").returncode == 0
    settings = load_settings(project.root)
    assert settings.ignore_hosts == ("127.0.0.1",)
    assert (settings.match.ignore, settings.match.repeats) == (("query.key",), True)
    assert settings.scrub.names == ("x-customer", "key")


def test_test_files_are_those_of_pytest_s_own_setting(project: Project) -> None:
    (project.root / "pytest.ini").write_text("[pytest]\npython_files = check-*.py\n")
    project.module.rename(project.root / "tests" / "check-users.py")
    (project.root / "tests/cassettes/test_users").rename(project.root / "tests/cassettes/check-users")
    result = project.adopt()
    assert "7 cassettes and 1 test module to move" in result.stdout


def test_a_cassette_that_other_code_opens_by_its_name_is_copied_and_stays(project: Project) -> None:
    conftest = "def account():\n    return open('cassettes/test_users/test_plain.yaml')\n"
    (project.root / "tests" / "conftest.py").write_text(conftest)
    result = project.adopt("--write")
    assert "unchanged: tests/conftest.py:2: account opens the cassette" in result.stdout
    assert (project.root / "tests/cassettes/test_users/test_plain.yaml").exists()


@pytest.mark.long
def test_an_adoption_that_was_interrupted_is_finished_by_the_next_run(project: Project) -> None:
    project.adopt("--write")
    project.module.write_text(TESTS)
    for name, path in FILES.items():
        project.cassette(f"tests/cassettes/test_users/{name}.yaml", path)
    assert project.adopt("--write").returncode == 0
    assert "8 passed" in project.pytest().stdout


def test_a_cassette_outside_of_the_project_is_copied_and_never_deleted(tmp_path: Path) -> None:
    (tmp_path / "project").mkdir()
    project = Project(tmp_path / "project")
    project.cassette("../outside/shared.yaml", "named")
    project.module.write_text(TESTS.replace('"named.yaml"', '"../../../../outside/shared.yaml"'))
    assert project.adopt("--write").returncode == 0
    assert (tmp_path / "outside" / "shared.yaml").exists()


def test_a_trial_puts_back_what_turns_red_and_says_why(project: Project) -> None:
    reading = "def test_reads_the_marker(request):\n    assert request.node.get_closest_marker('vcr')\n"
    text = f"{TESTS}\n@pytest.mark.vcr\n{reading}"
    project.module.write_text(text)
    project.cassette("tests/cassettes/test_users/test_reads_the_marker.yaml", "plain")
    result = project.adopt_with_the_other_plugin("--write", "--try")
    assert result.returncode == 1, result.stdout + result.stderr
    assert "put back: tests/test_users.py" in result.stdout
    assert "test_reads_the_marker" in result.stdout
    assert "@pytest.mark.vcr\ndef test_reads_the_marker" in project.module.read_text()
    assert (project.root / "tests/cassettes/test_users/test_reads_the_marker.yaml").exists()
    assert not (project.root / "tests/cassettes/test_users/test_plain.yaml").exists()


@pytest.mark.long
def test_a_trial_lets_bodies_not_count_where_the_recording_needs_it(project: Project) -> None:
    posting = (
        "import uuid\n\n@pytest.mark.vcr\ndef test_posts():\n"
        "    body = {'id': str(uuid.uuid4())}\n"
        "    assert requests.post('http://api.example.com/posts', json=body, timeout=5).ok\n"
    )
    project.module.write_text(TESTS + posting)
    project.cassette("tests/cassettes/test_users/test_posts.yaml", "posts")
    path = project.root / "tests/cassettes/test_users/test_posts.yaml"
    path.write_text(path.read_text().replace("method: GET", "method: POST"))
    result = project.adopt_with_the_other_plugin("--write", "--try")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "loosened: tests/test_users.py" in result.stdout
    assert '@pytest.mark.cassette(body="ignore")\ndef test_posts' in project.module.read_text()


@pytest.mark.long
def test_a_project_without_a_pyproject_gets_one_so_that_its_tests_find_their_cassettes(
    project: Project,
) -> None:
    (project.root / "pyproject.toml").unlink()
    result = project.adopt("--write", "--project", ".")
    assert "pyproject.toml: [tool.pactape]" in result.stdout
    assert (project.root / "pyproject.toml").read_text() == "[tool.pactape]\n"
    assert "7 passed" in project.pytest("-k", "not unmarked").stdout


@pytest.mark.parametrize(
    "name", ["a/b", *(pytest.param(name, marks=pytest.mark.long) for name in ("a:b", "a-b"))]
)
def test_parameters_with_characters_that_file_names_do_not_have_keep_their_cassettes(
    project: Project, name: str
) -> None:
    project.module.write_text(
        f"{ASKING}\n@pytest.mark.parametrize('name', [{name!r}])\n"
        "@pytest.mark.vcr\ndef test_odd(name):\n    asks('odd')\n"
    )
    project.cassette("tests/cassettes/test_users/test_odd[a-b].yaml", "odd")
    project.adopt("--write")
    assert "1 passed" in project.pytest().stdout


def test_a_trial_whose_tests_take_too_long_is_one_clear_error(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pactape.adopting.carrying_out.trial._SECONDS", 0.01)
    plan = plan_adoption([project.root], load_settings(project.root), is_tried=True)
    with pytest.raises(BadInputError, match="its tests take longer than"):
        try_out(plan, project.root)
