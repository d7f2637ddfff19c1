"""Which files are cassettes, and which are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pactape.cassettes.finder import unused_exclusions
from pactape.checking import check_project
from pactape.cli import command
from pactape.contracts import derive
from pactape.errors import CassetteFormatError
from pactape.settings import load_settings

from tests.contracts.helpers.projects import Project, interaction

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def project(tmp_path: Path) -> Project:
    instance = Project(tmp_path)
    instance.record("a", interaction())
    return instance


def cassettes(project: Project) -> int:
    return derive(load_settings(project.root)).cassettes


@pytest.mark.parametrize("name", ["synopsis", "tests.test_users.test_gets"])
def test_a_cassette_whose_name_has_no_known_suffix_is_found_by_its_content(
    project: Project, name: str
) -> None:
    folder = project.root / "cassettes"
    (folder / name).write_bytes((folder / "a.yaml").read_bytes())
    assert cassettes(project) == 2


@pytest.mark.parametrize("name", ["notes", "test_users.py", ".hidden"])
def test_other_files_are_none(project: Project, name: str) -> None:
    text = "interactions: []" if name != "notes" else "nothing"
    (project.root / "cassettes" / name).write_text(text, encoding="utf-8")
    assert cassettes(project) == 1


@pytest.mark.parametrize(
    "pattern", ["cassettes/old", "./cassettes/old", "cassettes/old/*.yaml", "cassettes/*/b.yaml"]
)
def test_files_are_excluded_by_folder_or_pattern(project: Project, pattern: str) -> None:
    (project.root / "cassettes" / "old").mkdir()
    data = (project.root / "cassettes" / "a.yaml").read_bytes()
    (project.root / "cassettes" / "old" / "b.yaml").write_bytes(data)
    project.settings(f'[project]\nname = "web"\n[tool.pactape]\nexclude = ["{pattern}"]\n')
    assert cassettes(project) == 1


def test_entries_of_exclude_that_match_no_recording_are_found(project: Project) -> None:
    entries = '["*/a.yaml", "cassettes/{a,b}.yaml"]'
    project.settings(f'[project]\nname = "web"\n[tool.pactape]\nexclude = {entries}\n')
    assert unused_exclusions(load_settings(project.root)) == ["cassettes/{a,b}.yaml"]


def test_one_file_that_is_not_a_cassette_stops_nothing(project: Project) -> None:
    (project.root / "cassettes" / "b.yaml").write_text("a: [", encoding="utf-8")
    derivation = derive(load_settings(project.root))
    assert ([file.file for file in derivation.skipped_files], len(derivation.contracts)) == (
        ["cassettes/b.yaml"],
        1,
    )


def test_a_list_of_other_interactions_is_not_a_damaged_cassette(project: Project) -> None:
    for name, other in (
        ("b", "rpc: x"),
        ("c", "request: {method: GET, path: /users}"),
        ("d", "request: GET"),
    ):
        (project.root / "cassettes" / f"{name}.yaml").write_text(
            f"interactions:\n- {other}\n", encoding="utf-8"
        )
    skipped = derive(load_settings(project.root)).skipped_files
    assert [file.is_damaged for file in skipped] == [False] * 3


def test_check_names_a_file_that_is_not_a_cassette_and_goes_on(project: Project) -> None:
    (project.root / "cassettes" / "b.yaml").write_text("a: [", encoding="utf-8")
    findings = check_project(load_settings(project.root)).findings
    assert [finding.rule for finding in findings if finding.rule == "file-skipped"] == ["file-skipped"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("b.yaml", "interactions:\n- request:\n    uri: http://a.test/\n<<<<<<< HEAD\n"),
        ("b.yaml", "interactions:\n- request:\n    method: GET\n    uri: http://a.test/\n"),
        ("b.yaml", "interactions:\n- request:\n    body: null\n"),
        ("b.yaml", "interactions: []\ninteractions:\n- request: {}\n"),
        ("b.yaml", "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"),
        ("b.json", '{"version": 1, "interactions": [{"request": {"uri": "http://a'),
        ("b.yaml", ""),
        ("b.json", " \n"),
        ("b.yaml", b"interactions:\n- request: {uri: http://a.test/caf\xe9}\n"),
        ("b.yaml", "interactions:\n- request: {}\n".encode("utf-16")),
        ("b.har", '{"log": {"version": "1.2", "creator": {}, "entries": [{"request": {"url": "http://a'),
    ],
)
def test_a_damaged_recording_fails_every_command_that_lacks_it(
    project: Project, name: str, content: str | bytes
) -> None:
    path = project.root / "cassettes" / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    project.settings(f'[project]\nname = "web"\n[tool.pactape]\nrecordings = ["cassettes/{name}"]\n')
    codes = {}
    for words in (["derive"], ["check"], ["openapi", "-o", str(project.root / "o.yaml")], ["models"]):
        result = CliRunner().invoke(command, [*words, "--project", str(project.root)])
        codes[words[0]] = (result.exit_code, name in result.output)
    assert codes == dict.fromkeys(("derive", "check", "openapi", "models"), (1, True))


def test_a_contract_that_a_damaged_recording_may_support_is_not_deleted(project: Project) -> None:
    project.settings('[project]\nname = "web"\n')
    project.record("b", interaction(url="http://orders.test/orders/7"))
    derive_command = ["derive", "--prune", "--project", str(project.root)]
    CliRunner().invoke(command, derive_command)
    damaged = project.root / "cassettes" / "b.yaml"
    damaged.write_bytes(damaged.read_bytes()[:200])
    result = CliRunner().invoke(command, derive_command)
    assert len(list((project.root / "pacts").iterdir())) == 2, result.output
    assert "not deleted: " in result.output


def test_nothing_can_be_checked_without_any_cassette(project: Project) -> None:
    (project.root / "cassettes" / "a.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(CassetteFormatError):
        check_project(load_settings(project.root))


def test_no_file_that_is_a_cassette_is_an_error(project: Project) -> None:
    (project.root / "cassettes" / "a.yaml").write_text("a: [", encoding="utf-8")
    with pytest.raises(CassetteFormatError):
        derive(load_settings(project.root))
