"""Drift from recordings that are not of the project's tests: HAR files, NDJSON of a capture."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.checking.drift.recordings import compare_other_recordings
from pactape.settings import load_settings

from tests.checking.helpers.drifting import CASSETTE, SETTINGS, Project
from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from pathlib import Path

ADA = {"id": 7, "email": "ada@example.com", "locale": "en", "nick": "ada"}


def line(path: str, value: Any, **headers: str) -> str:
    """A line of NDJSON."""
    response = {
        "status": 200,
        "headers": {"Content-Type": "application/json", **headers},
        "body": json.dumps(value),
    }
    return json.dumps({"request": {"method": "GET", "url": f"http://users.test{path}"}, "response": response})


def compared(root: Path, *lines: str, now: str = CASSETTE) -> list[str]:
    """The findings about a capture, after the test of the cassette was recorded again."""
    (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    (root / "capture.ndjson").write_text("\n".join(lines), encoding="utf-8")
    (root / "now.yaml").write_text(now, encoding="utf-8")
    findings = compare_other_recordings([root / "capture.ndjson"], [root / "now.yaml"], load_settings(root))
    return list(map(str, findings))


def test_a_field_that_the_tests_read_and_that_is_gone_breaks(tmp_path: Path) -> None:
    now = CASSETTE.replace('"email": "ada@example.com", ', "")
    assert compared(tmp_path, line("/users/8", ADA), now=now) == [
        "breaking: GET /users/{id} → 200: $.email: is gone",
        "info: GET /users/{id} → 200: $.nick: is gone",
    ]


def test_a_header_that_the_tests_read_and_that_is_gone_breaks(tmp_path: Path) -> None:
    now = CASSETTE.replace("[[id, email]]", "[[id, 'header: etag']]")
    (finding,) = compared(tmp_path, line("/users/8", ADA, ETag="a"), now=now)[:1]
    assert finding == "breaking: GET /users/{id} → 200: the header etag: is gone"


def test_operations_that_no_test_requests_are_named_in_one_line(tmp_path: Path) -> None:
    assert compared(tmp_path, line("/users/7", ADA | {"nick": None}), line("/a", 1), line("/b", 1))[-1:] == [
        "info: operations of other recordings: weren't compared, because no test got such responses: GET /a, GET /b"
    ]


def test_a_file_that_can_not_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    for name, text in (("a.har", "{"), ("b.ndjson", line("/users/7", ADA)), ("now.yaml", CASSETTE)):
        (tmp_path / name).write_text(text, encoding="utf-8")
    paths = [tmp_path / "a.har", tmp_path / "b.ndjson"]
    findings = compare_other_recordings(paths, [tmp_path / "now.yaml"], load_settings(tmp_path))
    assert [finding.rule for finding in findings if finding.place.endswith("a.har")] == ["file-skipped"]


@pytest.mark.parametrize("has_cassette", [True, pytest.param(False, marks=pytest.mark.long)])
def test_the_command_compares_with_the_project_s_other_recordings(
    tmp_path: Path, *, has_cassette: bool
) -> None:
    with serving_api(lambda _: json_response({**ADA, "id": "7"})) as api:
        project = Project(tmp_path, api)
        if not has_cassette:
            project.cassette.unlink()
        settings = SETTINGS.replace('name = "web"', 'name = "web"\n[tool.pactape]\nrecordings = ["*.ndjson"]')
        (tmp_path / "pyproject.toml").write_text(settings, encoding="utf-8")
        (tmp_path / "a.ndjson").write_text(line("/users/7", ADA), encoding="utf-8")
        code, lines = project.drift()
    assert (code, lines[0]) == (1, "breaking: GET /users/{id} → 200: $.id: was integer and is now string")
    assert lines[-1].startswith("1 cassette recorded again, and compared with 1 other recording: 1 breaking")
