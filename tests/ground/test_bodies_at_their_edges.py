"""HTTP bodies at their edges: damaged codings, missing libraries, odd encodings of parts, forms, texts."""

from __future__ import annotations

import sys
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import brotli
import pytest
import zstandard
from pactape.errors import CassetteFormatError
from pactape.exchange import RecordedMessage, Request, Response
from pactape.file_cache import FileCache, recording_digest
from pactape.http_bodies import (
    decode_body,
    form_fields,
    guess_content_type,
    header_values,
    json_body,
    multipart_parts,
    strings_in,
    text_body,
)
from pactape.imports import import_object

if TYPE_CHECKING:
    from pathlib import Path

BINARY = b"\xff\xd8\xff\x00\x01"


def test_a_picture_under_the_label_gzip_stays() -> None:
    assert decode_body(BINARY, "gzip") == BINARY


@pytest.mark.parametrize("data", [brotli.compress(b"x" * 100)[:-5], BINARY])
def test_damaged_brotli_is_an_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="content coding 'br' can't be decoded"):
        decode_body(data, "br")


def test_damaged_zstd_is_an_error() -> None:
    data = zstandard.compress(b"x" * 100)
    with pytest.raises(ValueError, match="content coding zstd is damaged"):
        decode_body(data[:8] + b"\xff" * 8, "zstd")


@pytest.mark.parametrize(
    ("data", "label", "problem"),
    [
        (brotli.compress(BINARY), "br", "install the package brotli"),
        (zstandard.compress(BINARY), "zstd", "install the package zstandard"),
    ],
)
def test_without_its_library_a_coding_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, data: bytes, label: str, problem: str
) -> None:
    for name in ("brotli", "brotlicffi", "zstandard", "compression.zstd", "backports.zstd"):
        monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ValueError, match=problem):
        decode_body(data, label)


def test_the_library_of_newer_pythons_is_used_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    library = SimpleNamespace(__name__="compression.zstd", decompress=zstandard.decompress)
    monkeypatch.setitem(sys.modules, "compression.zstd", library)
    assert decode_body(zstandard.compress(b"x"), "zstd") == b"x"


def test_two_characters_that_look_like_zlib_are_text() -> None:
    assert decode_body(b"x^ is text", "gzip") == b"x^ is text"


def test_a_body_that_is_not_text_has_no_type() -> None:
    assert (guess_content_type(BINARY).is_known, str(guess_content_type(b"hello"))) == (False, "text/plain")


@pytest.mark.parametrize(
    ("encoding", "data", "decoded"),
    [
        ("base64", b"aGk=", b"hi"),
        ("base64", b"a", b"a"),
        ("quoted-printable", b"a=3Db", b"a=b"),
        ("8bit", b"a", b"a"),
    ],
)
def test_a_transfer_encoding_of_a_part_is_undone(encoding: str, data: bytes, decoded: bytes) -> None:
    head = (
        f'Content-Disposition: form-data; name="a"\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n'.encode()
    )
    (part,) = multipart_parts(b"--b\r\n" + head + data + b"\r\n--b--", "multipart/form-data; boundary=b")
    assert part.data == decoded


def test_a_body_whose_last_boundary_is_missing_has_its_parts() -> None:
    (part,) = multipart_parts(b"--b\r\nA: b\r\n\r\nx", "multipart/mixed; boundary=b")
    assert part.data == b"x"


def response(body: bytes, kind: str) -> Response:
    return Response(status=200, headers=(("Content-Type", kind),), body=body)


def test_json_of_no_charset_is_an_error() -> None:
    with pytest.raises(ValueError, match="decode"):
        json_body(response(b"\xff\xfe\xfd", "application/octet-stream"))


def test_text_and_fields_are_read_in_the_declared_charset() -> None:
    form = Request(
        method="POST",
        url="http://a.test",
        headers=(("Content-Type", "application/x-www-form-urlencoded"),),
        body=b"a=1&b=",
    )
    assert (
        text_body(response("Zoë".encode("latin-1"), "text/plain; charset=latin-1")),
        form_fields(form),
    ) == (
        "Zoë",
        {"a": ["1"], "b": [""]},
    )
    assert form_fields(response(b"a=1", "text/plain")) == {}


@pytest.mark.parametrize(
    ("value", "strings"), [({"a": ["b", {"c": "d"}], "e": 1}, ["b", "d"]), ("x", ["x"]), (None, [])]
)
def test_strings_are_found_in_any_depth(value: Any, strings: list[str]) -> None:
    assert strings_in(value) == strings


def test_values_of_an_absent_header_are_none() -> None:
    assert header_values((("A", "1"),), "b") == []


def test_a_message_knows_its_place() -> None:
    assert (
        RecordedMessage(description="a", provider="b", content=1, cassette="c.yaml", index=2).reference
        == "c.yaml#messages[2]"
    )


def test_a_kept_file_is_spared_and_a_recording_that_is_gone_is_an_error(tmp_path: Path) -> None:
    cache = FileCache(tmp_path, "kind")
    cache.write(cache.name_of(b"a"), b"x")
    other = FileCache(tmp_path, "kind")
    other.keep(other.name_of(b"a"))
    other.delete_unused()
    assert other.read(other.name_of(b"a")) == b"x"
    with pytest.raises(CassetteFormatError, match="doesn't exist"):
        recording_digest(tmp_path / "gone.yaml")


def test_the_projects_folder_comes_first_in_the_import_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "first_of_all.py").write_text("VALUE = 7\n", encoding="utf-8")
    monkeypatch.setattr(sys, "path", sys.path[:])
    assert (import_object("first_of_all:VALUE", root=tmp_path), sys.path[0]) == (7, str(tmp_path))
