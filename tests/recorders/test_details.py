"""Details of reading: values of odd types, archives, and examples without parts."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING, Any

import pytest
from pactape.recorders import ReadOptions, read_recording
from pactape.recorders.source import Source
from pactape.recorders.values import text_bytes

from tests.recorders.helpers.forms import BASE, har, read

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("value", "encoding", "data"),
    [
        (None, None, b""),
        (b"a", None, b"a"),
        ({"a": 1}, None, b'{"a":1}'),
        ("é", "latin-1", b"\xe9"),
        ("€", "latin-1", "€".encode()),
        ("a", "no-such-charset", b"a"),
    ],
)
def test_a_stored_body_of_any_type_is_bytes(value: Any, encoding: str | None, data: bytes) -> None:
    assert text_bytes(value, encoding) == data


@pytest.mark.parametrize("name", ["inner/trace.har", "recording.json"])
def test_the_recording_of_an_archive_is_found_by_its_suffix(tmp_path: Path, name: str) -> None:
    path = tmp_path / "a.zip"
    document = har(response={"content": {"_file": "body.txt"}})
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("readme.txt", "hello")
        archive.writestr(name, json.dumps(document))
        archive.writestr("body.txt", "hello")
    (exchange,) = read_recording(path).exchanges
    assert exchange.response.body == b"hello"


def test_an_archive_without_the_named_body_skips_the_entry(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.har", json.dumps(har(response={"content": {"_file": "gone.txt"}})))
    (skipped,) = read_recording(path).skipped
    assert "which is missing" in skipped.reason


def test_a_damaged_archive_is_not_unpacked(tmp_path: Path) -> None:
    data = b"PK\x03\x04 and no more"
    assert Source(tmp_path / "a.zip", data).data == data


def test_json_that_nests_too_deeply_is_damaged(tmp_path: Path) -> None:
    assert Source(tmp_path / "a.json", b"[" * 100_000).damage() != ""


@pytest.mark.parametrize(
    ("part", "reason"),
    [("  response: {\n  }\n", "has no request"), ("  request: {\n  }\n", "has no response")],
)
def test_an_example_of_bruno_without_a_side_is_skipped(tmp_path: Path, part: str, reason: str) -> None:
    text = f"meta {{\n  name: a\n  type: http\n}}\n\nexample {{\n  name: one\n\n{part}}}\n"
    (skipped,) = read(tmp_path, text, "a.bru").skipped
    assert skipped.reason == reason


def test_folders_of_postman_nest_and_odd_items_are_skipped(tmp_path: Path) -> None:
    saved = {"code": 200, "body": "x", "originalRequest": {"url": f"{BASE}/a"}}
    schema = "https://schema.getpostman.com/json/collection/v2.1.0/collection.json"
    items = ["odd", {"item": [{"request": {"url": BASE}, "response": [saved, "odd"]}]}]
    recording = read(tmp_path, {"info": {"schema": schema}, "item": items})
    assert (len(recording.exchanges), [entry.reason for entry in recording.skipped]) == (
        1,
        ["is not a saved response"],
    )


def test_an_entry_of_an_unexpected_form_stops_nothing(tmp_path: Path) -> None:
    document = har()
    document["log"]["entries"].insert(
        0,
        {
            "request": {"method": "GET", "url": f"{BASE}/a", "postData": 7},
            "response": {"status": 200, "content": 7},
        },
    )
    recording = read_recording_of(tmp_path, document)
    assert len(recording.exchanges) >= 1


def read_recording_of(folder: Path, document: Any) -> Any:
    path = folder / "a.har"
    path.write_text(json.dumps(document), encoding="utf-8")
    return read_recording(path, ReadOptions())
