"""Recordings of other tools are used where they lie."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.cassettes.finder import find_cassettes
from pactape.cassettes.lint import lint_cassette
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
    (data,) = contract.encoded().values()
    return [{**each, "comments": None} for each in json.loads(data)["interactions"]]


@pytest.mark.parametrize("sample", [each for each in SAMPLES if each != "har"])
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
    assert [each.name for each in find_cassettes(load_settings(tmp_path))] == ["users.har", "users.yaml"]


def test_entries_that_give_no_exchange_are_named_with_their_reason(tmp_path: Path) -> None:
    _project(tmp_path, '["stubs.json"]')
    (tmp_path / "stubs.json").write_text(SAMPLES["wiremock"])
    excluded = _derive(tmp_path).exclusions
    assert [each.cassette for each in excluded] == ["stubs.json: mappings[0]", "stubs.json: mappings[1]"]


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
    assert [each.place for each in lint_cassette(path)] == ["request header Authorization"]
