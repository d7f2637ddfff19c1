"""Comparing the recordings of a provider with new ones of the same tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape.checking.drift.recordings import compare_recordings
from pactape.settings import load_settings

from tests.checking.helpers.drifting import CASSETTE, SETTINGS

if TYPE_CHECKING:
    from pathlib import Path


def test_a_header_that_only_some_answers_have_is_counted(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    paths = {name: tmp_path / "cassettes" / f"{name}.yaml" for name in ("old", "new")}
    paths["old"].parent.mkdir()
    answer = CASSETTE.partition("- request")[2].partition("version")[0]
    both = f"interactions:\n- request{answer}- request{answer}version: 1\n"
    tagged = both.replace("Content-Type", "ETag: [a], Content-Type")
    reads = "pactape: {version: 1, calls: [null, null], reads: [[id, 'header: etag'], [id]]}\n"
    paths["old"].write_text(tagged + reads, encoding="utf-8")
    paths["new"].write_text(both.replace("Content-Type", "ETag: [a], Content-Type", 1), encoding="utf-8")
    (finding,) = compare_recordings([paths["old"]], [paths["new"]], load_settings(tmp_path))
    assert (
        str(finding)
        == "breaking: GET /users/{id} → 200: the header etag: is now missing from 1 of 2 responses"
    )


def test_the_operation_of_another_response_is_the_one_that_was_recorded(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    paths: dict[str, list[Path]] = {"old": [], "new": []}
    for name in ("ada", "bob", "cem", "dan"):
        recorded = CASSETTE.replace("/users/7", f"/users/{name}").replace('"id": 7', f'"name": "{name}"')
        broken = recorded.replace("code: 200", "code: 500").replace("application/json", "text/html")
        for version, text in (("old", recorded), ("new", broken)):
            path = tmp_path / version / f"{name}.yaml"
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, encoding="utf-8")
            paths[version].append(path)
    (finding,) = compare_recordings(paths["old"], paths["new"], load_settings(tmp_path))
    assert str(finding) == (
        "breaking: GET /users/{slug}: responded with 200 (application/json) and now responds with 500 (text/html)"
    )


def test_a_header_that_one_of_several_tests_reads_counts_beside_tests_of_which_no_read_is_known(
    tmp_path: Path,
) -> None:
    (tmp_path / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    tagged = CASSETTE.replace("Content-Type", "ETag: [a], Content-Type")
    texts = {
        "old/reads.yaml": tagged.replace("[[id, email]]", "[[id, 'header: etag']]"),
        "old/unknown.yaml": tagged.replace("reads: [[id, email]]", "reads: [null]"),
        "new/reads.yaml": CASSETTE,
    }
    for name, text in texts.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    old, unknown, new = (tmp_path / name for name in texts)
    (finding,) = compare_recordings([old, unknown], [new], load_settings(tmp_path))
    assert str(finding) == "breaking: GET /users/{id} → 200: the header etag: is gone"


def _compare(root: Path, old: str, new: str) -> list[str]:
    """The findings between two recordings of one test."""
    (root / "pyproject.toml").write_text(SETTINGS, encoding="utf-8")
    for name, text in (("old.yaml", old), ("new.yaml", new)):
        (root / name).write_text(text, encoding="utf-8")
    found = compare_recordings([root / "old.yaml"], [root / "new.yaml"], load_settings(root))
    return [str(finding) for finding in found]


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (CASSETTE.replace("code: 200", "code: 401"), "a response about credentials, which are not recorded"),
        (CASSETTE.replace('{"id": 7,', "{"), "the response's body is not JSON, although its content type is"),
    ],
)
def test_a_response_that_no_contract_can_contain_is_one_that_changed(
    tmp_path: Path, now: str, reason: str
) -> None:
    (finding,) = _compare(tmp_path, CASSETTE, now.replace("{ ", "{oops "))
    assert finding == (
        "breaking: GET /users/{id}: responded with 200 (application/json) and now with what no contract can "
        f"contain: {reason}"
    )


def test_a_failure_of_a_request_with_the_same_end_of_its_path_is_another_one(tmp_path: Path) -> None:
    other = CASSETTE.replace("/users/7", "/7").replace("code: 200", "code: 401")
    assert _compare(tmp_path, CASSETTE, other) == [
        "breaking: GET /users/{id}: is no longer requested as recorded"
    ]


@pytest.mark.parametrize(
    ("media", "before", "after", "findings"),
    [
        (
            "text/csv",
            "id,name\\n7,Ada\\n",
            "name\\nAda\\n",
            ["breaking: GET /users/{id} → 200: [].id: is gone"],
        ),
        ("application/xml", "<r><a>1</a></r>", "<r/>", ["breaking: GET /users/{id} → 200: r.a: is gone"]),
        ("application/xml", "<r><b>1</b></r>", "<r/>", ["info: GET /users/{id} → 200: r.b: is gone"]),
        ("text/plain", "id", "name", []),
    ],
)
def test_a_part_of_a_text_that_is_gone_is_breaking_if_it_was_read(
    tmp_path: Path, media: str, before: str, after: str, findings: list[str]
) -> None:
    body = '{"id": 7, "email": "ada@example.com", "locale": "en"}'
    base = CASSETTE.replace("application/json", media).replace("[[id, email]]", "[['[].id', r.a]]")
    texts = [base.replace(f"'{body}'", f'"{text}"') for text in (before, after)]
    assert _compare(tmp_path, *texts) == findings
