"""Variants of recorders' files as found in the wild: other versions, encodings, and entries of browsers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.contracts import derive
from pactape.recorders import read_recording
from pactape.settings import load_settings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.recorders import Recording

SYMBOLS = """---
http_interactions:
- request:
    method: :get
    uri: https://a.test/x
    body: {encoding: US-ASCII, string: ''}
    headers: {Accept: ['*/*']}
  response:
    status: {code: 200, message: OK}
    headers: {}
    body:
      encoding: ASCII-8BIT
      string: !binary |-
        aGVsbG8=
  recorded_at: Thu, 06 Jan 2022 00:50:20 GMT
recorded_with: VCR 6.0.0
"""
STRUCTS = """---
- !ruby/struct:VCR::HTTPInteraction
  request: !ruby/struct:VCR::Request
    method: :get
    uri: http://a.test:80/x
    body:
    headers:
  response: !ruby/struct:VCR::Response
    status: !ruby/struct:VCR::ResponseStatus
      code: 200
      message: OK
    headers:
      content-type:
      - text/plain
    body: hello
    http_version: '1.1'
"""


def read(tmp_path: Path, data: str | bytes) -> Recording:
    path = tmp_path / "recording"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_recording(path)


def seen(recording: Recording) -> list[tuple[str, str, int, bytes]]:
    return [
        (exchange.request.method, exchange.request.url, exchange.response.status, exchange.response.body)
        for exchange in recording.exchanges
    ]


@pytest.mark.parametrize(
    ("data", "url"),
    [(SYMBOLS, "https://a.test/x"), (STRUCTS, "http://a.test:80/x")],
    ids=["symbols", "version 1"],
)
def test_ruby_symbols_binary_values_and_structs_are_read(tmp_path: Path, data: str, url: str) -> None:
    recording = read(tmp_path, data)
    assert (recording.tool, seen(recording)) == ("VCR (Ruby)", [("GET", url, 200, b"hello")])


def har(*entries: Any) -> str:
    return json.dumps(
        {"log": {"version": "1.2", "creator": {"name": "x", "version": "1"}, "entries": entries}}
    )


def entry(url: str = "https://a.test/x", status: int = 200, **content: Any) -> dict[str, Any]:
    return {
        "request": {"method": "GET", "url": url, "headers": []},
        "response": {"status": status, "headers": [], "content": content},
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-with-bom"])
def test_text_of_any_unicode_encoding_is_read(tmp_path: Path, encoding: str) -> None:
    text = har(entry(text="é"))
    data = b"\xff\xfe" + text.encode("utf-16-le") if encoding.endswith("bom") else text.encode(encoding)
    assert seen(read(tmp_path, data)) == [("GET", "https://a.test/x", 200, "é".encode())]


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (entry(status=0), "has no response"),
        (entry(status=-1), "has no response"),
        ({"request": entry()["request"], "response": None}, "has no response"),
        (5, "has no request"),
        (entry(text="%%%", encoding="base64"), "a body is not valid base64"),
        (entry("wss://a.test/x", 101), "is not HTTP: 'wss'"),
        (entry("data:text/plain,hi"), "is not HTTP: 'data'"),
        (entry("chrome-extension://abc/x"), "is not HTTP: 'chrome-extension'"),
    ],
)
def test_an_entry_that_is_no_exchange_is_skipped_with_its_reason_and_the_next_is_read(
    tmp_path: Path, value: Any, reason: str
) -> None:
    recording = read(tmp_path, har(value, entry("https://a.test/next")))
    assert [entry.reason[: len(reason)] for entry in recording.skipped] == [reason]
    assert [exchange.request.url for exchange in recording.exchanges] == ["https://a.test/next"]


@pytest.mark.parametrize(
    "dump", [b"26:7:version;2:20#8:response;0:~}", b"40:8:response,26:11:httpversion,8:1:1#1:1#]}}"]
)
def test_a_dump_that_needs_mitmproxy_does_not_stop_the_other_files(tmp_path: Path, dump: bytes) -> None:
    text = '[project]\nname = "web"\n[tool.pactape]\nrecordings = ["traffic"]\n'
    (tmp_path / "pyproject.toml").write_text(text, encoding="utf-8")
    (tmp_path / "traffic").mkdir()
    (tmp_path / "traffic" / "a.har").write_text(har(entry(text="x")), encoding="utf-8")
    (tmp_path / "traffic" / "b.mitm").write_bytes(dump)
    derivation = derive(load_settings(tmp_path))
    ((file, reason),) = [(file.file, file.reason) for file in derivation.skipped_files]
    assert (file, "mitmproxy dump" in reason, derivation.recordings) == ("traffic/b.mitm", True, 1)
