"""Comparing the recordings of a provider with new ones of the same tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
