"""Projects that use pytest-recording: beside us, and moved over to us."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.cassettes import lint_cassette, read_cassette

from tests.adopting.helpers.old_project import ASKING, BESIDE, MOVED, OURS, TESTS, Project

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def test_without_write_the_plan_is_printed_and_nothing_changes(project: Project) -> None:
    before = project.files()
    result = project.adopt()
    assert result.returncode == 0, result.stderr
    assert "tests/cassettes/test_users/other.yaml -> cassettes/test_users.test_default.yaml" in result.stdout
    assert "7 cassettes and 1 test module to move (nothing is written without --write)" in result.stdout
    assert project.files() == before


def test_adopted_tests_replay_without_the_other_plugin(project: Project) -> None:
    assert project.adopt("--write").returncode == 0
    assert sorted(path.name for path in (project.root / "cassettes").iterdir()) == MOVED
    assert list((project.root / "tests/cassettes/test_users").iterdir()) == []
    result = project.pytest("--strict-markers", "--pactape-hygiene=fail")
    assert result.returncode == 0, result.stdout
    assert "8 passed" in result.stdout


def test_only_the_markers_of_a_module_change(project: Project) -> None:
    project.adopt("--write")
    expected = TESTS.replace('@pytest.mark.default_cassette("other.yaml")\n', "")
    for old in ("vcr()", 'vcr("named.yaml")', "vcr"):
        expected = expected.replace(f"mark.{old}", "mark.cassette")
    assert project.module.read_text() == expected


def test_adopted_cassettes_contain_no_secrets_and_say_whose_they_are(project: Project) -> None:
    project.adopt("--write")
    path = project.root / "cassettes" / "test_users.TestGroup.test_inside.yaml"
    assert lint_cassette(path) == []
    assert b"planted-secret-token" not in path.read_bytes()
    provenance = read_cassette(path)[0].provenance
    assert provenance is not None
    assert provenance.test == "tests/test_users.py::TestGroup::test_inside"


@pytest.mark.parametrize(
    "mark",
    [
        pytest.param("pytest.mark.vcr", marks=pytest.mark.long),
        "[pytest.mark.vcr, pytest.mark.filterwarnings('error')]",
    ],
)
def test_a_marker_of_the_whole_module_moves(project: Project, mark: str) -> None:
    project.module.write_text(f"{ASKING}\npytestmark = {mark}\n\ndef test_plain():\n    asks('plain')\n")
    assert project.adopt("--write").returncode == 0
    assert f"pytestmark = {mark.replace('mark.vcr', 'mark.cassette')}\n" in project.module.read_text()
    assert "1 passed" in project.pytest().stdout


def test_the_layout_of_pytest_vcr_moves(project: Project) -> None:
    project.module.write_text(f"{ASKING}\n@pytest.mark.vcr\ndef test_flat():\n    asks('flat')\n")
    project.cassette("tests/cassettes/test_flat.yaml", "flat")
    assert project.adopt("--write").returncode == 0
    assert not (project.root / "tests/cassettes/test_flat.yaml").exists()
    assert "1 passed" in project.pytest().stdout


def test_arguments_that_cannot_be_carried_over_leave_their_test_alone(project: Project) -> None:
    text = TESTS.replace("@pytest.mark.vcr  # kept", "@pytest.mark.vcr(match_on=['uri'])  # kept")
    project.module.write_text(text)
    result = project.adopt("--write")
    assert result.returncode == 1
    line = text.splitlines().index("@pytest.mark.vcr(match_on=['uri'])  # kept: a comment") + 1
    assert f"unchanged: tests/test_users.py:{line}: pytest.mark.vcr(match_on=['uri'])" in result.stdout
    assert "@pytest.mark.vcr(match_on=['uri'])  # kept" in project.module.read_text()
    assert (project.root / "tests/cassettes/test_users/test_plain.yaml").exists()
    both = project.pytest(*BESIDE)
    assert "8 passed" in both.stdout, both.stdout


def test_a_fixture_that_configures_the_other_plugin_is_named(project: Project) -> None:
    fixture = (
        "import pytest\n\n@pytest.fixture\ndef vcr_config():\n    return {'before_record_request': hide}\n"
    )
    (project.root / "tests" / "conftest.py").write_text(fixture)
    result = project.adopt()
    assert result.returncode == 1
    assert (
        "unchanged: tests/conftest.py:4: the fixture vcr_config: before_record_request=hide" in result.stdout
    )


def test_a_test_that_needs_the_other_plugin_stays_unchanged(project: Project) -> None:
    text = f"{ASKING}\n@pytest.mark.vcr\ndef test_plain(vcr):\n    asks('plain')\n"
    project.module.write_text(text)
    result = project.adopt("--write")
    assert result.returncode == 2
    assert "unchanged: tests/test_users.py:" in result.stdout
    assert project.module.read_text() == text
    assert (project.root / "tests/cassettes/test_users/test_plain.yaml").exists()


def test_a_cassette_that_a_test_left_alone_shares_is_copied_and_stays(project: Project) -> None:
    sharing = """
@pytest.mark.vcr("named.yaml", before_record_request=asks)
def test_shares():
    asks("named")
"""
    project.module.write_text(TESTS + sharing)
    assert project.adopt("--write").returncode == 1
    assert (project.root / "tests/cassettes/test_users/named.yaml").exists()


def test_several_cassettes_of_one_test_become_one(project: Project) -> None:
    project.cassette("tests/cassettes/test_users/test_named.yaml", "first")
    assert project.adopt("--write").returncode == 0
    path = project.root / "cassettes" / "test_users.test_named.yaml"
    assert [exchange.request.url[-6:] for exchange in read_cassette(path)] == ["/first", "/named"]


@pytest.mark.parametrize("harm", ["torn cassette", "no python", "taken name"])
def test_what_cannot_be_read_or_distinguished_stops_before_anything_is_written(
    project: Project, harm: str
) -> None:
    match harm:
        case "torn cassette":
            (project.root / "tests/cassettes/test_users/named.yaml").write_text("interactions: [")
        case "no python":
            (project.root / "tests" / "test_broken.py").write_text("def (:\n")
        case _:
            project.cassette("cassettes/test_users.test_plain.yaml", "plain")
    before = project.files()
    result = project.adopt("--write")
    assert result.returncode == 2
    assert len(result.stderr.strip().splitlines()) == 1
    assert project.files() == before


def test_a_project_without_old_markers_has_nothing_to_move(project: Project) -> None:
    project.module.write_text("def test_plain():\n    pass\n")
    assert project.adopt().returncode == 2


@pytest.mark.long
@pytest.mark.parametrize(
    "options",
    [
        ("--record-mode=none", "--block-network"),
        ("--record-mode=none", "-p", "xdist.plugin", "-n", "2"),
        ("-p", "pytest_randomly", "--randomly-seed=3"),
    ],
    ids=["network blocked", "two workers", "shuffled"],
)
def test_tests_of_both_plugins_replay_in_one_run(project: Project, options: tuple[str, ...]) -> None:
    project.module.write_text(TESTS + OURS)
    for name in ("test_ours", "TestOurUnit.test_ours"):
        project.cassette(f"cassettes/test_users.{name}.yaml", "ours")
    result = project.pytest(*BESIDE, "--strict-markers", "--pactape-hygiene=fail", *options)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "10 passed" in result.stdout
