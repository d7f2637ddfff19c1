"""Where recordings come from and go to: compressed files, standard streams and URLs; large ones in parts."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import sys
from typing import TYPE_CHECKING, NamedTuple

import fsspec
import pytest
import zstandard
from click.testing import CliRunner
from pactape.cassettes.contents import read_any
from pactape.cli import command
from pactape.compression import compressed, open_decompressed
from pactape.contracts import derive
from pactape.converting.locations import format_suffix, shown
from pactape.converting.ndjson_writer import write_ndjson
from pactape.errors import BadInputError
from pactape.recorders import is_line_stream, line_ranges, read_line_stream
from pactape.settings import load_settings

from tests.converting.helpers.exchanges import exchange

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

LINES = write_ndjson([exchange("/a"), exchange("/b")])


class Done(NamedTuple):
    """The end of a command: its exit code, and all that it wrote."""

    exit_code: int
    output: str


CODERS: dict[str, Callable[[bytes], bytes]] = {
    ".gz": gzip.compress,
    ".zst": zstandard.compress,
    ".bz2": bz2.compress,
    ".xz": lzma.compress,
}


def convert(*arguments: str, given: bytes = b"") -> Done:
    done = CliRunner().invoke(command, ["convert", *arguments], input=given)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        assert isinstance(done.exception, BadInputError), done.exception  # `main` makes exit code 2 of it
        return Done(2, f"{done.output}{done.exception}")
    return Done(done.exit_code, done.output)


def paths_of(path: Path) -> list[str]:
    return [
        exchange.request.url.removeprefix("https://api.example.com") for exchange in read_any(path).exchanges
    ]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def bucket() -> Iterator[fsspec.AbstractFileSystem]:
    memory = fsspec.filesystem("memory")
    memory.store.clear()
    yield memory
    memory.store.clear()


@pytest.mark.parametrize(
    ("suffix", "magic"),
    [(".gz", b"\x1f\x8b"), (".zst", b"\x28\xb5\x2f\xfd"), (".bz2", b"BZh"), (".xz", b"\xfd7zXZ")],
)
def test_a_file_is_compressed_by_its_suffix_and_read_by_its_content(
    tmp_path: Path, suffix: str, magic: bytes
) -> None:
    (tmp_path / "a.ndjson").write_bytes(LINES)
    done = convert("a.ndjson", f"b.ndjson{suffix}")
    data = (tmp_path / f"b.ndjson{suffix}").read_bytes()
    assert (done.exit_code, data[: len(magic)], paths_of(tmp_path / f"b.ndjson{suffix}")) == (
        0,
        magic,
        ["/a", "/b"],
    )
    assert convert(f"b.ndjson{suffix}", f"c.har{suffix}").exit_code == 0
    assert paths_of(tmp_path / f"c.har{suffix}") == ["/a", "/b"]
    convert("a.ndjson", f"b.ndjson{suffix}")
    assert (tmp_path / f"b.ndjson{suffix}").read_bytes() == data  # the same bytes again


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst", ".bz2", ".xz"])
def test_large_files_are_read_in_parts_however_they_are_compressed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setattr("pactape.recorders.line_streams._LEAST_BYTES", 10)
    monkeypatch.setattr("pactape.recorders.line_streams._LINES", 2)
    path = tmp_path / f"a.ndjson{suffix}"
    with path.open("wb") as file, compressed(file, suffix) as coded:
        coded.write(write_ndjson([exchange(f"/{number}") for number in range(5)]))
    parts = [len(part.exchanges) for part in read_line_stream(path)]
    ranges = [
        [len(part.exchanges) for part in read_line_stream(path, lines=lines)]
        for lines in line_ranges(path, 9)
    ]
    assert (is_line_stream(path), parts, ranges) == (True, [2, 2, 1], [[2], [2], [1]])


@pytest.mark.parametrize("suffix", CODERS)
def test_a_file_that_is_cut_off_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, suffix: str
) -> None:
    monkeypatch.setattr("pactape.recorders.line_streams._LEAST_BYTES", 10)
    data = write_ndjson([exchange(f"/{number}", received=f"{number}".encode() * 50) for number in range(300)])
    coded = CODERS[suffix](data)
    damaged = coded[: len(coded) // 2] + b"garbage" * 9 + coded[len(coded) // 2 :]
    (tmp_path / f"a.ndjson{suffix}").write_bytes(damaged)
    done = convert(f"a.ndjson{suffix}", "b.har")
    assert (done.exit_code, f"a.ndjson{suffix}: " in done.output, (tmp_path / "b.har").exists()) == (
        2,
        True,
        False,
    )


def test_urls_are_read_and_written(tmp_path: Path, bucket: fsspec.AbstractFileSystem) -> None:
    bucket.pipe("/day/traffic.ndjson.gz", gzip.compress(LINES))
    done = convert("memory://day/traffic.ndjson.gz", "memory://day/out.har.zst")
    assert (done.exit_code, "2 exchanges of NDJSON written to memory://day/out.har.zst" in done.output) == (
        0,
        True,
    )
    (tmp_path / "out.har.zst").write_bytes(bucket.cat("/day/out.har.zst"))
    assert paths_of(tmp_path / "out.har.zst") == ["/a", "/b"]


def test_a_url_that_can_not_be_read_is_an_error_without_its_secrets(
    bucket: fsspec.AbstractFileSystem,
) -> None:
    assert not bucket.exists("/none")
    done = convert("memory://user:SECRET1@day/none.ndjson?signature=SECRET2", "b.har")
    assert (done.exit_code, "memory://day/none.ndjson: can't be read" in done.output) == (2, True)
    assert "SECRET" not in done.output


@pytest.mark.parametrize("url", ["s3-nowhere://bucket/a.ndjson", "s3://bucket/a.ndjson"])
def test_a_file_system_without_its_library_is_an_error(url: str) -> None:
    done = convert(url, "b.har")
    assert (done.exit_code, f"{url}: " in done.output, "Fix: " in done.output) == (2, True, True)


def test_without_fsspec_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "fsspec", None)
    done = convert("memory://a.ndjson", "b.har")
    assert (done.exit_code, "pip install 'pactape[fsspec]'" in done.output) == (2, True)


def test_a_cassette_is_a_local_file() -> None:
    done = convert("a.ndjson", "memory://b.yaml")
    assert (done.exit_code, "A cassette is a local file" in done.output) == (2, True)


def test_a_file_that_can_not_be_read_does_not_stop_the_others(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(LINES)
    (tmp_path / "broken.har").write_text('{"log": {"entries": [', encoding="utf-8")
    done = convert("broken.har", "a.ndjson", "b.har")
    assert (done.exit_code, "error: broken.har: is a damaged file of HAR" in done.output) == (2, True)
    assert (paths_of(tmp_path / "b.har"), "2 exchanges of NDJSON" in done.output) == (["/a", "/b"], True)


def test_messages_name_locations_and_not_temporary_copies() -> None:
    lines = (
        LINES + json.dumps({"request": {"method": "GET", "url": "https://a.test"}, "response": {}}).encode()
    )
    done = convert("-", "b.ndjson", given=lines)
    assert (done.exit_code, "skipped: -: line 3 has no response" in done.output) == (1, True)


@pytest.mark.parametrize("given", [b"", b"hello", b'{"log": {"entries": ['])
def test_an_error_of_the_standard_input_does_not_name_a_temporary_copy(given: bytes) -> None:
    done = convert("-", "b.ndjson", given=given)
    assert (done.exit_code, done.output.startswith("-: ")) == (2, True)


def test_a_target_that_can_not_be_written_stays_unchanged(tmp_path: Path) -> None:
    (tmp_path / "a.ndjson").write_bytes(LINES)
    (tmp_path / "file").write_text("kept", encoding="utf-8")
    done = convert("a.ndjson", "file/b.har")
    assert (done.exit_code, "can't be written" in done.output) == (2, True)
    assert (tmp_path / "file").read_text(encoding="utf-8") == "kept"


def test_derive_reads_zstandard(tmp_path: Path) -> None:
    text = '[project]\nname = "web"\n[tool.pactape]\nrecordings = ["traffic"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (tmp_path / "traffic").mkdir()
    (tmp_path / "traffic" / "a.ndjson.zst").write_bytes(zstandard.compress(LINES))
    assert derive(load_settings(tmp_path)).recordings == 2


def test_a_missing_library_for_zstandard_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("compression.zstd", "backports.zstd", "zstandard"):
        monkeypatch.setitem(sys.modules, name, None)
    (tmp_path / "a").write_bytes(b"\x28\xb5\x2f\xfd")
    with pytest.raises(BadInputError, match="pip install zstandard"):
        open_decompressed(tmp_path / "a")
    with pytest.raises(BadInputError, match="pip install zstandard"), compressed(io.BytesIO(), ".zst"):
        pass


def test_suffixes_and_what_is_shown_of_urls() -> None:
    assert [format_suffix(text) for text in ("a.har.gz", "a.gz", "b", "s3://b.x/y.ndjson.zst?v=1")] == [
        ".har",
        "",
        "",
        ".ndjson",
    ]
    assert shown("ftp://ann:pw@host/a?sig=1") == "ftp://host/a"
