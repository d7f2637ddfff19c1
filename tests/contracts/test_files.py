"""Atomic writes."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest
from pactape.errors import OutputError
from pactape.files import write_atomically

if TYPE_CHECKING:
    from pathlib import Path


def test_folders_on_the_way_are_made(tmp_path: Path) -> None:
    write_atomically(tmp_path / "a" / "b.json", b"{}")
    assert (tmp_path / "a" / "b.json").read_bytes() == b"{}"


def test_nothing_but_the_file_is_left_behind(tmp_path: Path) -> None:
    write_atomically(tmp_path / "b.json", b"{}")
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]


def test_a_replaced_file_keeps_its_permissions(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(b"old")
    path.chmod(0o640)
    write_atomically(path, b"new")
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_folder_that_cannot_be_made_is_named_with_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OutputError, match=r"file/b\.json: can't be written .*Fix: make the folder writable"):
        write_atomically(tmp_path / "file" / "b.json", b"{}")


def test_a_target_that_cannot_be_replaced_leaves_nothing_half_written(tmp_path: Path) -> None:
    (tmp_path / "b.json").mkdir()
    with pytest.raises(OutputError):
        write_atomically(tmp_path / "b.json", b"{}")
    assert [path.name for path in tmp_path.iterdir()] == ["b.json"]
