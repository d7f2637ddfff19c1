"""The finder of cassettes: files by their suffix, those without one by their content, nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest
from pactape.cassettes.finder import cassettes_in, recordings_in
from pactape.errors import CassetteFormatError

if TYPE_CHECKING:
    from pathlib import Path

CASSETTE = "interactions: []\nversion: 1\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "deep").mkdir()
    for name in ("b.yaml", "a.yml", "deep/c.json", "deep/synopsis"):
        (tmp_path / name).write_text(CASSETTE, encoding="utf-8")
    return tmp_path


def test_cassettes_of_folders_and_files_are_found_once_and_sorted(folder: Path) -> None:
    paths = cassettes_in([folder, folder / "b.yaml"])
    assert [path.relative_to(folder).as_posix() for path in paths] == [
        "a.yml",
        "b.yaml",
        "deep/c.json",
        "deep/synopsis",
    ]


def test_a_suffix_in_capitals_is_the_same(tmp_path: Path) -> None:
    for name in ("A.YAML", "b.Json"):
        (tmp_path / name).write_text(CASSETTE, encoding="utf-8")
    (tmp_path / "c.HAR").write_text("{}", encoding="utf-8")
    assert [path.name for path in cassettes_in([tmp_path])] == ["A.YAML", "b.Json"]
    assert [path.name for path in recordings_in([tmp_path])] == ["A.YAML", "b.Json", "c.HAR"]


def test_a_file_without_a_suffix_is_a_cassette_when_it_has_interactions(tmp_path: Path) -> None:
    (tmp_path / "json").write_text('{"version": 1, "interactions": []}', encoding="utf-8")
    (tmp_path / "LICENSE").write_text("interactions are welcome\n", encoding="utf-8")
    (tmp_path / "Makefile").write_bytes(b"\xff\xfe\x00")
    assert cassettes_in([tmp_path]) == [tmp_path / "json"]


@pytest.mark.parametrize("name", [".gitkeep", ".hidden.yaml", "README.md", "test_users.py", "body.png"])
def test_other_files_of_a_folder_are_not_cassettes(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(CASSETTE, encoding="utf-8")
    assert cassettes_in([tmp_path]) == []


def test_a_file_that_is_named_is_taken_whatever_its_name_is(tmp_path: Path) -> None:
    path = tmp_path / "recording.txt"
    path.write_text(CASSETTE, encoding="utf-8")
    assert cassettes_in([path]) == [path]


def test_a_folder_that_is_missing_has_no_cassettes(tmp_path: Path) -> None:
    assert cassettes_in([tmp_path / "gone"]) == []


def test_a_folder_that_can_not_be_read_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_path: object) -> None:
        raise PermissionError(13, "Permission denied", str(tmp_path))

    monkeypatch.setattr("os.scandir", refuse)
    with pytest.raises(CassetteFormatError, match=r"can't be read \(Permission denied\)"):
        cassettes_in([tmp_path])


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_pipes_and_devices_in_a_folder_are_not_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / "test_a")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    assert (cassettes_in([tmp_path]), recordings_in([tmp_path])) == ([], [])


def test_a_link_to_a_missing_file_is_listed_so_that_it_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").symlink_to(tmp_path / "gone.yaml")
    assert cassettes_in([tmp_path]) == [tmp_path / "a.yaml"]
