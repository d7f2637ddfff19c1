"""Linting names place, field and kind of each secret, takes a second look, and never stops halfway."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec
import pytest
from pactape.cassettes.maintenance.lint import lint_cassette, lint_file
from pactape.cassettes.scrubbing.detection.second_look import Possibility, possible_secrets
from pactape.errors import CassetteFormatError
from pactape.file_cache import FileCache

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "q8Zr1LmX0vTy7PbKw3Nd"
CASSETTE = """interactions:
- request: {method: GET, uri: 'http://users.test/1', headers: {}, body: null}
  response:
    status: {code: 200, message: OK}
    headers: {Content-Type: [application/json]}
    body: {string: '%s'}
version: 1
"""


def lint(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pactape", "lint", *arguments]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, check=False, timeout=120)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "web"\n', encoding="utf-8")
    (tmp_path / "cassettes").mkdir()
    (tmp_path / "cassettes" / "a.yaml").write_text(CASSETTE % '{"id": 1}', encoding="utf-8")
    return tmp_path


def test_a_finding_names_the_field(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_text(CASSETTE % f'{{"user": {{"api_key": "{SECRET}"}}}}', encoding="utf-8")
    assert [str(finding) for finding in lint_cassette(path)] == [
        f"{path}: interactions[0]: response body: $.user.api_key: secret field"
    ]


def test_an_unreadable_file_does_not_hide_the_findings_of_the_others(project: Path) -> None:
    (project / "cassettes" / "b.yaml").write_text("interactions: [\n", encoding="utf-8")
    (project / "cassettes" / "c.yaml").write_text(CASSETTE % f'{{"api_key": "{SECRET}"}}', encoding="utf-8")
    result = lint(project)
    assert (result.returncode, "c.yaml" in result.stdout, "b.yaml" in result.stdout + result.stderr) == (
        2,
        True,
        True,
    )


@pytest.mark.parametrize("name", ["pacts/web-users.json", ".pactape/evidence/x"])
def test_contracts_and_cached_files_are_linted_too(project: Path, name: str) -> None:
    path = project / name
    path.parent.mkdir(parents=True)
    path.write_bytes(b'\x00\xff{"api_key": "%s"}\x00' % SECRET.encode())
    result = lint(project)
    assert (result.returncode, path.name in result.stdout, SECRET in result.stdout) == (1, True, False)


def test_what_only_the_second_look_notices_is_possible_and_does_not_count(project: Path) -> None:
    (project / "cassettes" / "a.yaml").write_text(
        CASSETTE % '{"blurb": "q8Zr1LmX0vTy7PbKw3NdJ5sHc2Gf"}', encoding="utf-8"
    )
    result = lint(project)
    assert (result.returncode, "blurb: possible: high entropy" in result.stdout) == (0, True)
    assert result.stdout.endswith("0 secrets and 1 possible in 1 file\n")


def test_a_file_that_is_missing_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CassetteFormatError, match="doesn't exist"):
        lint_file(tmp_path / "missing.json")


CACHED: dict[str, tuple[object, bool]] = {
    "a header": ([[["X-Api-Key", SECRET]], 1], True),
    "a body": ([f'{{"password": "{SECRET}"}}'.encode()], True),
    "a text": ({"a": [f"Bearer {SECRET}"]}, True),
    "the names of headers": (
        [["Access-Control-Expose-Headers", "ETag, X-GitHub-OTP"], "X-Poll-Interval"],
        False,
    ),
    "a text after the name of a secret": (["X-Api-Key", "1", "a longer text"], False),
    "the number of a result": ([["private", "1704273144566984742"]], False),
}


@pytest.mark.parametrize("kind", CACHED)
def test_a_cached_file_is_linted_text_by_text(tmp_path: Path, kind: str) -> None:
    value, has_secret = CACHED[kind]
    cache = FileCache(tmp_path, "exchanges")
    cache.write("a", msgspec.msgpack.encode(value))
    assert bool(lint_file(tmp_path / "exchanges" / "a")) is has_secret


def test_the_test_and_its_provider_states_are_linted(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    metadata = (
        f"pactape: {{version: 1, calls: [null], test: 'test_a[ghp_{'aB3d' * 9}]', description: a,"
        f" states: [{{name: a user, parameters: {{password: {SECRET}}}}}]}}\n"
    )
    path.write_text(CASSETTE % "{}" + metadata, encoding="utf-8")
    assert [(finding.place, finding.field) for finding in lint_cassette(path)] == [
        ("test", ""),
        ("provider state", "$.password"),
    ]


def test_a_body_under_a_wrong_content_coding_is_linted_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    text = CASSETTE % f'{{"api_key": "{SECRET}"}}'
    path.write_text(text.replace("Content-Type", "Content-Encoding: [br], Content-Type"), encoding="utf-8")
    assert [finding.field for finding in lint_cassette(path)] == ["$.api_key"]


@pytest.mark.parametrize(
    ("text", "possibilities"),
    [
        ('{"blurb": "q8Zr1LmX0vTy7PbKw3NdJ5sHc2Gf"}', [Possibility("blurb", "high entropy")]),
        ("secretKey: tulips99x", [Possibility("secretKey", "a value with digits after a suspicious name")]),
        ('{"blurb": "<scrubbed-2-and-more-of-it>"}', []),
        ('{"secret_count": "20260101"}', []),
        ('{"sha": "q8Zr1LmX0vTy7PbKw3NdJ5sHc2Gf"}', []),
        ('{"request_ref": "q8Zr1LmX0vTy7PbKw3NdJ5sHc2Gf"}', []),
        ('{"blurb": "a-slug-of-words-2026-January-Berlin"}', []),
        ('{"blurb": "reports/2026/q8Zr1LmX0vTy7PbKw3Nd"}', []),
        ('{"blurb": "qwertzuiopasdfghjklyxcvbnm"}', []),
    ],
)
def test_the_second_look_has_rules_of_its_own(text: str, possibilities: list[Possibility]) -> None:
    assert list(possible_secrets(text)) == possibilities
