"""Recordings of other tools are used where they lie."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from pactape.cassettes.finder import find_cassettes
from pactape.cassettes.maintenance.lint import lint_cassette
from pactape.cli import command as pactape
from pactape.contracts.derive import derive
from pactape.errors import SettingsError
from pactape.settings import load_settings

from tests.recorders.helpers.samples import BASE_URL, SAMPLES

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts import Derivation


def _project(folder: Path, recordings: str) -> None:
    (folder / "pyproject.toml").write_text(
        f'[tool.pactape]\nconsumer = "web"\nrecordings = {recordings}\n'
        f'[tool.pactape.providers.users]\nurl = "{BASE_URL}"\n'
    )


def _derive(folder: Path) -> Derivation:
    return derive(load_settings(folder))


def _interactions(derivation: Derivation) -> Any:
    """The contract without the comments, which name files and tests."""
    (contract,) = derivation.contracts
    (data,) = contract.encode().values()
    return [{**interaction, "comments": None} for interaction in json.loads(data)["interactions"]]


@pytest.mark.parametrize("sample", [sample for sample in SAMPLES if sample != "har"])
def test_every_format_gives_the_same_contract(tmp_path: Path, sample: str) -> None:
    contracts = []
    for name in ("har", sample):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "recording").write_text(SAMPLES[name])
        _project(folder, f'[{{path = "recording", base_url = "{BASE_URL}"}}]')
        contracts.append(_interactions(_derive(folder)))
    assert contracts[0] == contracts[1]


def test_patterns_and_folders_are_read_beside_the_cassettes(tmp_path: Path) -> None:
    _project(tmp_path, '["fixtures/**/*.har", "stubs"]')
    for name, sample in (
        ("fixtures/a/b/users.har", "har"),
        ("stubs/users.yaml", "go-vcr"),
        ("stubs/readme.md", "har"),
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(SAMPLES[sample])
    assert [cassette.name for cassette in find_cassettes(load_settings(tmp_path))] == [
        "users.har",
        "users.yaml",
    ]


def test_entries_that_give_no_exchange_are_named_with_their_reason(tmp_path: Path) -> None:
    _project(tmp_path, '["stubs.json"]')
    (tmp_path / "stubs.json").write_text(SAMPLES["wiremock"])
    excluded = _derive(tmp_path).exclusions
    assert [exclusion.cassette for exclusion in excluded] == [
        "stubs.json: mappings[0]",
        "stubs.json: mappings[1]",
    ]


def test_an_unknown_key_of_a_recording_is_refused(tmp_path: Path) -> None:
    _project(tmp_path, '[{path = "a.har", baseurl = "https://a.test"}]')
    with pytest.raises(SettingsError, match=r"unknown setting 'baseurl'.*did you mean 'base_url'"):
        load_settings(tmp_path)


def test_lint_finds_secrets_in_a_har_file(tmp_path: Path) -> None:
    path = tmp_path / "users.har"
    value = json.loads(SAMPLES["har"])
    value["log"]["entries"][0]["request"]["headers"].append(
        {"name": "Authorization", "value": "Bearer abcdef123456"}
    )
    path.write_text(json.dumps(value))
    assert [finding.place for finding in lint_cassette(path)] == ["request header Authorization"]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (SAMPLES["har"][:-9].encode(), 2),
        (b"\x1f\x8b\x08\x00broken", 2),
        (b'{"scope": "read", "path": "/x"}', 0),
    ],
)
def test_lint_can_not_judge_a_damaged_recording(tmp_path: Path, data: bytes, code: int) -> None:
    _project(tmp_path, '["fixtures"]')
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures" / "a.har").write_text(SAMPLES["har"])
    (tmp_path / "fixtures" / "b.json").write_bytes(data)
    assert CliRunner().invoke(pactape, ["lint", "--project", str(tmp_path)]).exit_code == code


def test_a_url_is_refused_with_the_command_that_copies_it(tmp_path: Path) -> None:
    _project(tmp_path, '["s3://key:secret@bucket/a.ndjson"]')
    with pytest.raises(
        SettingsError, match=r"'s3://bucket/a\.ndjson', which is a URL.*pactape convert URL FILE"
    ):
        load_settings(tmp_path)


WITHOUT_FILE = pytest.mark.parametrize(
    ("name", "problem"), [("gone.har", "doesn't exist"), ("gone/**/*.har", "matches no file")]
)


@WITHOUT_FILE
def test_recordings_that_do_not_exist_are_named(tmp_path: Path, name: str, problem: str) -> None:
    _project(tmp_path, f'["users.har", "{name}"]')
    (tmp_path / "users.har").write_text(SAMPLES["har"])
    (skipped,) = _derive(tmp_path).skipped_files
    assert (skipped.file, skipped.reason) == (name, problem)


@WITHOUT_FILE
def test_an_entry_without_a_file_is_to_be_corrected(tmp_path: Path, name: str, problem: str) -> None:
    _project(tmp_path, f'["{name}"]')
    result = CliRunner().invoke(pactape, ["lint", "--project", str(tmp_path)])
    fix = f"{problem}. Fix: correct the path or the pattern that names it"
    assert (result.exit_code, fix in result.output) == (2, True)


def test_bodies_of_wiremock_and_hidden_files_are_left_alone(tmp_path: Path) -> None:
    _project(tmp_path, '["stubs"]')
    for name in ("stubs/mappings/a.json", "stubs/__files/body.json", "stubs/.state.json"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(SAMPLES["wiremock"])
    assert [cassette.name for cassette in find_cassettes(load_settings(tmp_path))] == ["a.json"]


@pytest.mark.parametrize("link", ["fixtures/b.har", "linked"])
def test_a_link_to_another_recording_counts_once(tmp_path: Path, link: str) -> None:
    _project(tmp_path, '["*/*.har", "fixtures/a.har"]')
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "fixtures" / "a.har").write_text(SAMPLES["har"])
    (tmp_path / link).symlink_to(tmp_path / "fixtures" / ("a.har" if link.endswith("har") else ""))
    assert [path.name for path in find_cassettes(load_settings(tmp_path))] == ["a.har"]


def test_a_link_to_a_file_elsewhere_is_a_recording(tmp_path: Path) -> None:
    _project(tmp_path, '["fixtures"]')
    (tmp_path / "fixtures").mkdir()
    (tmp_path / "elsewhere.har").write_text(SAMPLES["har"])
    for name in ("a.har", "b.har"):
        (tmp_path / "fixtures" / name).symlink_to(tmp_path / "elsewhere.har")
    assert [path.name for path in find_cassettes(load_settings(tmp_path))] == ["a.har"]


@pytest.mark.parametrize("command", ["openapi", "models"])
def test_a_damaged_file_in_a_folder_is_named_and_the_others_are_read(tmp_path: Path, command: str) -> None:
    _project(tmp_path, "[]")
    (tmp_path / "traffic").mkdir()
    (tmp_path / "traffic" / "users.har").write_text(SAMPLES["har"])
    (tmp_path / "traffic" / "cut.har").write_text(SAMPLES["har"][:99])
    done = CliRunner().invoke(pactape, [command, "--project", str(tmp_path), str(tmp_path / "traffic")])
    assert (done.exit_code, "cut.har: is a damaged file of HAR" in done.stderr, "name" in done.stdout) == (
        1,
        True,
        True,
    )


EXAMPLE = (
    f"example {{\n  request: {{\n    url: {BASE_URL}/{{{{name}}}}\n  }}\n"
    "  response: {\n    status: {\n      code: 200\n    }\n  }\n}\n"
)
STUB = {
    "request": {"method": "GET", "url": "/a"},
    "response": {"bodyFileName": "a.json", "headers": {"Content-Type": "application/json"}},
}


@pytest.mark.parametrize(
    ("changed", "text"),
    [("__files/a.json", '{"name": "Ada"}'), ("environments/prod.bru", "vars {\n  name: c\n}\n")],
)
def test_a_recording_is_read_again_when_a_file_beside_it_has_changed(
    tmp_path: Path, changed: str, text: str
) -> None:
    files = {
        "mappings/a.json": json.dumps(STUB),
        "__files/a.json": '{"id": 1}',
        "bruno.json": "{}",
        "b.bru": EXAMPLE,
        "environments/prod.bru": "vars {\n  name: b\n}\n",
    }
    for name, content in files.items():
        (tmp_path / "stubs" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "stubs" / name).write_text(content)
    _project(tmp_path, f'["stubs/*.bru", {{path = "stubs/mappings", base_url = "{BASE_URL}"}}]')
    before = [contract.encode() for contract in _derive(tmp_path).contracts]
    (tmp_path / "stubs" / changed).write_text(text)
    assert [contract.encode() for contract in _derive(tmp_path).contracts] != before
