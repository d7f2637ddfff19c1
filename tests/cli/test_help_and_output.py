"""The command's help fits a terminal, and its output fits any encoding."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.helpers.commands import run_command

if TYPE_CHECKING:
    from pathlib import Path


def _run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-P", "-m", "pactape", *arguments],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
        timeout=60,
    )


@pytest.mark.parametrize("arguments", [("--help",), ("broker", "--help")])
def test_no_summary_of_a_command_is_cut_or_wrapped_in_80_columns(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    text = _run(tmp_path, *arguments, COLUMNS="80").stdout.decode().partition("Commands:")[2]
    rows = [line for line in text.splitlines() if line.strip()]
    assert [
        row for row in rows if not re.fullmatch(r"  [a-z][a-z-]+ +\S.*\.", row) or row.endswith("..")
    ] == []
    assert rows


@pytest.mark.long
@pytest.mark.parametrize("encoding", ["cp1252", "ascii"])
def test_a_character_that_the_output_lacks_ends_no_command(tmp_path: Path, encoding: str) -> None:
    request: dict[str, Any] = {
        "method": "GET",
        "uri": "http://api.example.com/users/7",
        "headers": {},
        "body": None,
    }
    body = {"string": json.dumps({"name": "Zoë", "名": 1}, ensure_ascii=False)}
    headers = {"Content-Type": ["application/json"]}
    response = {"status": {"code": 200, "message": "OK"}, "headers": headers, "body": body}
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "a.json").write_text(
        json.dumps({"version": 1, "interactions": [{"request": request, "response": response}]})
    )
    (tmp_path / "pyproject.toml").write_text('[tool.pactape]\nconsumer = "web"\n')
    derived = _run(tmp_path, "derive", PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    (pact,) = (tmp_path / "pacts").iterdir()
    explained = _run(tmp_path, "explain", str(pact), PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    assert (derived.returncode, explained.returncode, derived.stderr, explained.stderr) == (0, 0, b"", b"")


def test_lint_in_a_project_without_cassettes_has_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.pactape]\ncassettes = "tapes"\n')
    result = run_command(tmp_path, "lint")
    assert (result.returncode, "tapes: contains no cassette" in result.stderr) == (2, True)


CASSETTE = """interactions:
- request: {method: GET, uri: 'http://users.test/', headers: {X-Api-Key: [q8Zr1LmX0vTy7PbK2w]}, body: null}
  response: {status: {code: 200, message: OK}, headers: {}, body: {string: ''}}
version: 1
"""


@pytest.mark.parametrize("content", ["services: {}", "a: [", "", "\u00e9", "<<<<<<< HEAD\n"])
def test_a_file_that_is_not_a_cassette_does_not_stop_lint(tmp_path: Path, content: str) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.pactape]\nconsumer = "web"\n')
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "a.yaml").write_text(CASSETTE)
    (tmp_path / "cassettes" / "b.yaml").write_text(content, encoding="latin-1")
    result = run_command(tmp_path, "lint")
    assert (result.returncode, "b.yaml" in result.stdout, "X-Api-Key" in result.stdout) == (1, True, True)


def test_what_is_not_a_cassette_is_searched_as_text(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(CASSETTE.replace("q8Zr1LmX0vTy7PbK2w", "scrubbed"))
    (tmp_path / "b.yaml").write_text("config: {password: q8Zr1LmX0vTy7PbK2w}")
    result = run_command(tmp_path, "lint", ".")
    assert (result.returncode, "b.yaml" in result.stdout) == (1, True)


def test_lint_of_files_of_which_none_is_a_cassette_could_not_tell(tmp_path: Path) -> None:
    (tmp_path / "b.yaml").write_text("config: {}")
    assert run_command(tmp_path, "lint", ".").returncode == 2
