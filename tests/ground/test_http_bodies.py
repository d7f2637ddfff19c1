"""HTTP bodies: headers of any form, codings told by the bytes, charsets, and what a library really sends."""

from __future__ import annotations

import gzip
import zlib
from email.message import Message
from typing import TYPE_CHECKING, Any

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st
from pactape.exchange import Request, Response
from pactape.http_bodies import (
    charset_of,
    content_codings,
    content_type,
    decode_body,
    decode_text,
    decoded_body,
    header,
    header_pairs,
    header_values,
    json_body,
    json_body_or_none,
    media_type,
    sniffed_coding,
)

if TYPE_CHECKING:
    from collections.abc import Callable


TEXT = b'{"id": 7, "name": "Ada"}'


def raw_deflate(data: bytes) -> bytes:
    compressor = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return compressor.compress(data) + compressor.flush()


CODERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "GZIP": gzip.compress,
    " gzip ": gzip.compress,
    "deflate": zlib.compress,
    "Deflate": raw_deflate,
    "br": brotli.compress,
    "BR": brotli.compress,
    "zstd": zstandard.compress,
}


def message_headers() -> Message:
    message = Message()
    message["Content-Type"] = "a/b"
    message["content-type"] = "c/d"
    return message


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": ["a/b", "c/d"]},
        {b"content-type": (b"a/b", b"c/d")},
        [("CONTENT-TYPE", "a/b"), ("content-type", "c/d")],
        ((b"Content-Type", b"a/b"), (b"Content-Type", b"c/d")),
        message_headers(),
    ],
)
def test_headers_of_any_form_are_looked_up_in_any_case(headers: Any) -> None:
    assert (header(headers, "CONTENT-type"), header_values(headers, "content-type")) == (
        "a/b",
        ["a/b", "c/d"],
    )


def test_an_absent_header_has_no_value() -> None:
    assert (header(None, "a"), header_values({}, "a"), content_type([]), list(header_pairs(None))) == (
        None,
        [],
        "",
        [],
    )


def test_bytes_of_headers_are_latin_1() -> None:
    assert header({"X-Name": "café".encode("latin-1")}, "x-name") == "café"


def test_a_message_without_a_body_has_no_media_type() -> None:
    headers = (("Content-Type", "Application/JSON ; charset=utf-8"),)
    assert media_type(Response(status=204, headers=headers)) is None
    assert media_type(Response(status=200, headers=headers, body=b"{}")) == "application/json"


@pytest.mark.parametrize("coding", CODERS)
def test_a_coding_is_undone_in_any_spelling(coding: str) -> None:
    response = Response(status=200, headers=(("CONTENT-encoding", coding),), body=CODERS[coding](TEXT))
    assert decoded_body(response) == TEXT


@given(
    data=st.binary(max_size=300),
    names=st.lists(st.sampled_from(["gzip", "deflate", "br", "zstd"]), max_size=3),
)
def test_codings_are_undone_from_the_last_to_the_first(data: bytes, names: list[str]) -> None:
    coded = data
    for name in names:
        coded = CODERS[name](coded)
    if names:
        assert decode_body(coded, ", ".join(names)) == data
    else:
        assert decode_body(coded, "identity") == data


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd", "compress", "unknown", "aws-chunked"])
def test_text_under_the_label_of_a_coding_stays(label: str) -> None:
    assert decode_body(TEXT, label) == TEXT


@pytest.mark.parametrize("label", ["gzip", "deflate", "br", "zstd", "identity, br"])
@pytest.mark.parametrize("coding", ["gzip", "zstd", "deflate"])
def test_a_body_with_another_coding_than_its_label_loses_the_one_that_it_has(label: str, coding: str) -> None:
    assert decode_body(CODERS[coding](TEXT), label) == TEXT


def test_without_a_label_nothing_is_undone() -> None:
    archive = gzip.compress(TEXT)
    assert decode_body(archive, ()) == archive


def test_members_of_gzip_are_joined_and_what_follows_them_is_ignored() -> None:
    assert decode_body(gzip.compress(b"a") + gzip.compress(b"b") + b"\0\0junk", "gzip") == b"ab"


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
def test_a_damaged_body_is_an_error_that_names_the_coding(coding: str) -> None:
    with pytest.raises(ValueError, match=f"content coding {coding} is damaged"):
        decode_body(CODERS[coding](TEXT)[:-6], coding)


@pytest.mark.parametrize("label", ["br", "deflate", "compress"])
def test_bytes_that_the_coding_does_not_explain_are_an_error(label: str) -> None:
    with pytest.raises(ValueError, match=f"content coding '{label}' can't be decoded"):
        decode_body(b"\xff\xfe\xfd\xfc\xfb\xfa", label)


def test_an_empty_body_has_no_coding() -> None:
    assert decode_body(b"", "gzip") == b""


def test_codings_are_named_in_order_without_identity() -> None:
    assert content_codings([("content-encoding", "identity, X-GZIP"), ("Content-Encoding", "br")]) == (
        "gzip",
        "br",
    )


def test_ordinary_texts_show_no_coding() -> None:
    assert [sniffed_coding(data) for data in (b"", b"x^", b"x\x9c", TEXT, b"HTTP", b"\x1f\x8b")] == [None] * 6


@pytest.mark.parametrize(
    ("body", "kind", "charset"),
    [
        ("Zoë".encode("latin-1"), "text/plain; charset=ISO-8859-1", "iso-8859-1"),
        ("Zoë".encode("latin-1"), 'text/plain; Charset="latin1"', "latin1"),
        ("Zoë".encode("latin-1"), "text/plain", "latin-1"),
        ("Zoë".encode("latin-1"), "application/octet-stream", None),
        ("Zoë".encode(), "", "utf-8"),
        ("Zoë".encode(), "text/plain; charset=nonsense", "utf-8"),
        ("﻿{}".encode("utf-16-le"), "application/json", "utf-16-le"),
        ('{"a": 1}'.encode("utf-32-be"), "application/json", "utf-32-be"),
        (
            '<?xml version="1.0" encoding="windows-1252"?><a>€</a>'.encode("cp1252"),
            "text/xml",
            "windows-1252",
        ),
        (b"\x89PNG\r\n\x1a\n\0\0\xff", "image/png", None),
    ],
)
def test_the_charset_is_the_one_that_gives_the_same_bytes_again(
    body: bytes, kind: str, charset: str | None
) -> None:
    assert charset_of(body, kind) == charset


@given(text=st.text(max_size=50), charset=st.sampled_from(["utf-8", "utf-16-le", "shift_jis", "koi8-r"]))
def test_text_in_its_declared_charset_is_read(text: str, charset: str) -> None:
    body = text.encode(charset, errors="ignore")
    expected = body.decode(charset)
    if (
        expected.encode(charset) == body
        and not expected.startswith("﻿")
        and not body.startswith((b"\xff\xfe", b"\xfe\xff"))
    ):
        assert decode_text(body, f"text/plain; charset={charset}") == expected


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "Zoë"}'.encode(),
        b"\xef\xbb\xbf" + '{"name": "Zoë"}'.encode(),
        '{"name": "Zoë"}'.encode("utf-16"),
        '{"name": "Zoë"}'.encode("utf-32-le"),
        '{"name": "Zoë"}'.encode("latin-1"),
    ],
)
def test_json_is_read_in_the_charset_that_it_is_in(body: bytes) -> None:
    headers = (("content-type", "application/problem+json; charset=ISO-8859-1"),)
    assert json_body(Response(status=200, headers=headers, body=body)) == {"name": "Zoë"}


@pytest.mark.parametrize("body", [b"NaN", b"[" * 100_000, b"{", b"\xff\xff"])
def test_what_is_not_json_has_no_json_value(body: bytes) -> None:
    response = Response(status=200, headers=(("content-type", "application/json"),), body=body)
    assert json_body_or_none(response) is None
    with pytest.raises(ValueError, match=r".+"):
        json_body(response)


def test_the_body_of_a_request_is_read_like_that_of_a_response() -> None:
    headers = (("content-type", "application/json"), ("content-encoding", "gzip"))
    request = Request(method="POST", url="http://a.test/", headers=headers, body=gzip.compress(TEXT))
    assert json_body(request) == {"id": 7, "name": "Ada"}
