"""Large NDJSON: read in parts, plain and compressed, with the same exchanges as when it is read as a whole."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING

import pytest
from pactape.cassettes.contents import is_stream, read_any, read_parts
from pactape.contracts import derive
from pactape.errors import CassetteFormatError
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path


def line(number: int) -> bytes:
    request = {"method": "GET", "url": f"https://api.example.com/users/{number}", "headers": {}}
    headers = {"Content-Type": "application/json"}
    body = json.dumps({"id": number, "text": "x" * 1500})
    return json.dumps(
        {"request": request, "response": {"status": 200, "headers": headers, "body": body}}
    ).encode()


LINES = [line(number) for number in range(3500)]


@pytest.fixture(params=["traffic.ndjson", "traffic.ndjson.gz"])
def traffic(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / str(request.param)
    data = b"\n".join(LINES) + b"\n"
    if path.suffix == ".gz":
        data = gzip.compress(data, compresslevel=0)
    path.write_bytes(data)
    return path


def test_a_large_file_is_read_in_parts_with_the_same_exchanges(traffic: Path) -> None:
    parts = list(read_parts(traffic))
    exchanges = [exchange for part in parts for exchange in part.exchanges]
    assert is_stream(traffic)
    assert [len(part.exchanges) for part in parts] == [1000, 1000, 1000, 500]
    assert exchanges == list(read_any(traffic).exchanges)


def test_a_small_file_is_read_as_a_whole(tmp_path: Path) -> None:
    path = tmp_path / "small.ndjson"
    path.write_bytes(b"\n".join(LINES[:3]))
    assert (is_stream(path), [len(part.exchanges) for part in read_parts(path)]) == (False, [3])


def test_a_line_that_can_not_be_read_is_skipped_with_its_number(tmp_path: Path) -> None:
    path = tmp_path / "traffic.ndjson"
    path.write_bytes(b"\n".join([*LINES[:3000], b"{", *LINES[3000:]]))
    skipped = [entry for part in read_parts(path) for entry in part.skipped]
    assert [entry.location for entry in skipped] == ["line 3001"]


def test_a_compressed_file_that_is_cut_off_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "traffic.ndjson.gz"
    path.write_bytes(gzip.compress(b"\n".join(LINES), compresslevel=0)[:-100_000])
    with pytest.raises(CassetteFormatError, match="can't be read completely"):
        list(read_parts(path))


@pytest.mark.long
def test_contracts_of_a_stream_are_those_of_its_lines_in_small_files(tmp_path: Path) -> None:
    paths = []
    for name, files in (("one", [LINES]), ("many", [LINES[at : at + 1000] for at in range(0, 3500, 1000)])):
        root = tmp_path / name
        root.mkdir()
        text = '[project]\nname = "web"\n[tool.pactape]\nrecordings = ["*.ndjson"]\n'
        (root / "pyproject.toml").write_text(text, encoding="utf-8")
        for number, lines in enumerate(files):
            (root / f"{number}.ndjson").write_bytes(b"\n".join(lines))
        (contract,) = derive(load_settings(root)).contracts
        document = json.loads(contract.encode()[contract.file_name])
        for interaction in document["interactions"]:
            del interaction["comments"]
        paths.append(document)
    assert paths[0] == paths[1]
