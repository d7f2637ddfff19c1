"""Adopting again after an adoption that was interrupted, or of tests that were partly moved by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.adopting import carry_out, is_interrupted, plan_adoption, resume
from pactape.adopting.carrying_out.carry_out import write_new
from pactape.cli.adopt import adopt
from pactape.settings import load_settings

from tests.adopting.helpers.old_project import ASKING, TESTS, Project

if TYPE_CHECKING:
    from pathlib import Path

    from click.testing import Result
    from pactape.adopting import Plan


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


def plan(project: Project) -> Plan:
    return plan_adoption([project.root], load_settings(project.root))


def run(project: Project, *options: str) -> Result:
    return CliRunner().invoke(adopt, [*options, "--project", str(project.root)])


def adopted(project: Project) -> dict[str, bytes]:
    """Return the files of a project that was adopted in one go."""
    assert run(project, "--write").exit_code == 0
    return visible(project)


def visible(project: Project) -> dict[str, bytes]:
    """Return the files of a project without those that keep themselves out of version control."""
    return {name: data for name, data in project.files().items() if not name.startswith(".pactape/")}


@pytest.fixture
def expected(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    return adopted(Project(tmp_path_factory.mktemp("whole")))


def test_an_adoption_that_ended_before_it_deleted_old_cassettes_is_finished(
    project: Project, expected: dict[str, bytes]
) -> None:
    write_new(plan(project), project.root)
    result = run(project, "--write")
    assert (result.exit_code, "resumed: " in result.stdout) == (0, True)
    assert visible(project) == expected


def test_an_adoption_that_ended_while_it_deleted_old_cassettes_is_finished(
    project: Project, expected: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(files: list[Path]) -> None:
        files[0].unlink()
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(
            "pactape.adopting.carrying_out.journal.delete_files", lambda files: interrupt(list(files))
        )
        with pytest.raises(KeyboardInterrupt):
            carry_out(plan(project), project.root)
    result = run(project, "--write")
    assert result.exit_code == 0, result.output
    assert visible(project) == expected


def test_old_cassettes_with_the_names_of_tests_that_have_moved_are_deleted_without_a_journal(
    project: Project, expected: dict[str, bytes]
) -> None:
    old = {name: data for name, data in project.files().items() if "/test_each" in name}
    carry_out(plan(project), project.root)
    for name, data in old.items():
        (project.root / name).write_bytes(data)
    result = run(project, "--write")
    assert (result.exit_code, visible(project)) == (0, expected)


def test_a_marker_that_was_changed_by_hand_takes_its_cassette_along(
    project: Project, expected: dict[str, bytes]
) -> None:
    project.module.write_text(TESTS.replace("@pytest.mark.vcr  # kept", "@pytest.mark.cassette  # kept"))
    assert run(project, "--write").exit_code == 0
    assert visible(project) == expected


def test_a_module_that_has_its_old_markers_back_after_its_cassettes_moved_moves_again(
    project: Project,
) -> None:
    text = f"{ASKING}\n@pytest.mark.vcr\ndef test_plain():\n    asks('plain')\n"
    project.module.write_text(text)
    carry_out(plan(project), project.root)
    project.module.write_text(text)
    assert run(project, "--write").exit_code == 0
    assert "@pytest.mark.cassette\ndef test_plain" in project.module.read_text()


def test_a_project_that_has_moved_completely_is_fine(project: Project) -> None:
    carry_out(plan(project), project.root)
    result = run(project, "--write")
    assert (result.exit_code, "no other test has to move" in result.stdout) == (0, True)


def test_an_old_cassette_whose_test_has_a_newer_one_is_named_and_stays(project: Project) -> None:
    carry_out(plan(project), project.root)
    project.cassette("tests/cassettes/test_users/test_plain.yaml", "other")
    result = run(project, "--write")
    assert "test_plain.yaml: test_plain has a newer cassette" in result.stdout
    assert (project.root / "tests/cassettes/test_users/test_plain.yaml").exists()


def test_without_write_an_interrupted_adoption_is_named_and_nothing_changes(project: Project) -> None:
    write_new(plan(project), project.root)
    before = project.files()
    result = run(project)
    assert "an adoption was interrupted here" in result.stdout
    assert project.files() == before


def test_a_module_that_was_edited_since_an_interruption_stays_as_it_is(project: Project) -> None:
    write_new(plan(project), project.root)
    project.module.write_text("# mine\n")
    resumption = resume(project.root)
    assert resumption is not None
    assert (resumption.edited, project.module.read_text()) == ((project.module,), "# mine\n")


def test_an_adoption_that_ended_regularly_leaves_nothing_to_resume(project: Project) -> None:
    carry_out(plan(project), project.root)
    assert not is_interrupted(project.root)
