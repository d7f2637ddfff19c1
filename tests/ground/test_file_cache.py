"""The file cache: found when nothing has changed, not used when anything has, and out of version control."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pactape
import pytest
from pactape.file_cache import FileCache, cache_folder

PROGRAM = "from pactape.file_cache import code_fingerprint; print(code_fingerprint().hex())"


def test_what_was_written_is_read_by_another_object(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, "kind")
    cache.write(cache.name_of(b"in"), b"out")
    other = FileCache(tmp_path, "kind")
    assert other.read(other.name_of(b"in")) == b"out"


def test_parts_of_a_name_are_distinguished(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, "kind")
    assert cache.name_of(b"ab", b"c") != cache.name_of(b"a", b"bc")


@pytest.mark.parametrize("damaged", [b"", b"x", b"0" * 16 + b"out"])
def test_a_damaged_file_is_not_used(tmp_path: Path, damaged: bytes) -> None:
    cache = FileCache(tmp_path, "kind")
    name = cache.name_of(b"in")
    cache.write(name, b"out")
    (tmp_path / "kind" / name).write_bytes(damaged)
    assert cache.read(name) is None


def test_the_first_write_keeps_the_folder_out_of_version_control(tmp_path: Path) -> None:
    git = shutil.which("git") or pytest.skip("git is not installed")
    subprocess.run([git, "init", "-q", str(tmp_path)], check=True, timeout=30)
    cache = FileCache(cache_folder(tmp_path), "kind")
    cache.write(cache.name_of(b"in"), b"out")
    status = subprocess.run(
        [git, "status", "--porcelain", "-uall"], cwd=tmp_path, check=True, timeout=30, capture_output=True
    )
    assert status.stdout == b""


def test_files_made_by_other_code_are_not_found_and_go_with_the_first_write(tmp_path: Path) -> None:
    old = FileCache(tmp_path, "kind", fingerprint=b"old code")
    old.write(old.name_of(b"in"), b"out")
    new = FileCache(tmp_path, "kind", fingerprint=b"new code")
    assert new.read(new.name_of(b"in")) is None
    new.write(new.name_of(b"in"), b"out")
    assert [path.name for path in (tmp_path / "kind").iterdir()] == [new.name_of(b"in")]


def test_what_was_not_looked_for_is_deleted(tmp_path: Path) -> None:
    writer = FileCache(tmp_path, "kind")
    for data in (b"one", b"two"):
        writer.write(writer.name_of(data), data)
    reader = FileCache(tmp_path, "kind")
    reader.read(reader.name_of(b"one"))
    reader.delete_unused()
    assert (reader.read(reader.name_of(b"one")), reader.read(reader.name_of(b"two"))) == (b"one", None)


def test_a_file_is_replaced_by_the_last_write(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, "kind")
    for data in (b"a longer text", b"short"):
        cache.write(cache.name_of(b"in"), data)
    assert cache.read(cache.name_of(b"in")) == b"short"
    assert [path.name for path in (tmp_path / "kind").iterdir()] == [cache.name_of(b"in")]


def test_where_nothing_can_be_written_nothing_is_cached(tmp_path: Path) -> None:
    (tmp_path / "folder").write_text("a file", encoding="utf-8")
    cache = FileCache(tmp_path / "folder", "kind")
    cache.write(cache.name_of(b"in"), b"out")
    assert cache.read(cache.name_of(b"in")) is None


def fingerprint_of(folder: Path) -> str:
    """Return the fingerprint that a copy of the toolkit in `folder` computes in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-P", "-c", PROGRAM]
    return subprocess.run(
        command, check=True, timeout=60, env=environment, capture_output=True, text=True
    ).stdout


@pytest.mark.parametrize(
    "changed", ["exchange.py", "cassettes/scrubbing/rules.py", "contracts/inference/formats.py"]
)
def test_a_change_in_any_depth_changes_the_fingerprint_though_size_and_date_stay(
    tmp_path: Path, changed: str
) -> None:
    shutil.copytree(Path(pactape.__file__).parent, tmp_path / "pactape")
    before = fingerprint_of(tmp_path)
    module = tmp_path / "pactape" / changed
    status, text = module.stat(), module.read_text(encoding="utf-8")
    module.write_text(text.replace('"""', "'''", 2), encoding="utf-8")
    os.utime(module, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert module.stat().st_size == status.st_size
    assert fingerprint_of(tmp_path) != before


def test_a_module_that_is_moved_changes_the_fingerprint(tmp_path: Path) -> None:
    shutil.copytree(Path(pactape.__file__).parent, tmp_path / "pactape")
    before = fingerprint_of(tmp_path)
    (tmp_path / "pactape" / "new").mkdir()
    (tmp_path / "pactape" / "cassettes" / "maintenance" / "expiry.py").rename(
        tmp_path / "pactape" / "new" / "expiry.py"
    )
    assert fingerprint_of(tmp_path) != before
