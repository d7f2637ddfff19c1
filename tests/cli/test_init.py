"""`pactape init` writes a table that Pactape itself can read, from what the project has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner
from pactape.cli import command
from pactape.errors import SettingsError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


def init(root: Path, *arguments: str) -> str:
    result = CliRunner().invoke(command, ["init", "--project", str(root), *arguments])
    if isinstance(result.exception, SettingsError):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


def record(root: Path, *urls: str, folder: str = "cassettes") -> None:
    interactions = [
        {
            "request": {"method": "GET", "uri": url, "headers": {}, "body": None},
            "response": {"status": {"code": 200, "message": "OK"}, "headers": {}, "body": {"string": ""}},
        }
        for url in urls
    ]
    (root / folder).mkdir(parents=True)
    text = yaml.safe_dump({"interactions": interactions, "version": 1})
    (root / folder / "a.yaml").write_text(text, encoding="utf-8")


def test_the_table_names_the_project_and_the_recorded_providers(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "web"\n', encoding="utf-8")
    record(
        tmp_path, "https://api.example.com/a", "https://api.example.com/b", "https://auth.example.com:8443/x"
    )
    init(tmp_path)
    settings = load_settings(tmp_path)
    assert (settings.consumer, {key: provider.url for key, provider in settings.providers.items()}) == (
        "web",
        {
            "api-example-com": "https://api.example.com",
            "auth-example-com-8443": "https://auth.example.com:8443",
        },
    )
    assert (tmp_path / "pyproject.toml").read_text(encoding="utf-8").startswith('[project]\nname = "web"\n')


def test_the_folder_of_the_recordings_is_found(tmp_path: Path) -> None:
    record(tmp_path, "https://api.example.com/a", folder="tests/cassettes")
    init(tmp_path)
    assert load_settings(tmp_path).cassettes == tmp_path / "tests/cassettes"


def test_a_project_without_recordings_gets_an_example_in_comments(tmp_path: Path) -> None:
    init(tmp_path)
    assert load_settings(tmp_path).providers == {}
    assert "# [tool.pactape.providers.users]" in (tmp_path / "pyproject.toml").read_text(encoding="utf-8")


def test_a_dry_run_prints_the_table_and_writes_nothing(tmp_path: Path) -> None:
    assert init(tmp_path, "--dry-run").startswith("[tool.pactape]")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "reason"),
    [('[tool.pactape]\nconsumer = "a"\n', "already has a .tool.pactape. table"), ("[", "is not TOML")],
)
def test_a_file_that_cannot_be_extended_is_left_unchanged(tmp_path: Path, text: str, reason: str) -> None:
    path = tmp_path / "pyproject.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=reason):
        init(tmp_path)
    assert path.read_text(encoding="utf-8") == text
