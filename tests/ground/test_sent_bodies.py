"""The bytes that a library sends for a body, and the parts of multipart bodies."""

from __future__ import annotations

import array
import io
import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.http_bodies import (
    multipart_parts,
    sent_body,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


class TextFile:
    """A file of text that can't be rewound."""

    def read(self) -> str:
        return "Zoë"


def chunks() -> Iterator[bytes]:
    yield b"a"
    yield b"bc"


@pytest.mark.parametrize(
    ("body", "data"),
    [
        (None, b""),
        (b"abc", b"abc"),
        (bytearray(b"abc"), b"abc"),
        (memoryview(b"abcd")[:3], b"abc"),
        (array.array("B", b"abc"), b"abc"),
        ("Zoë", "Zoë".encode()),
        (io.BytesIO(b"abc"), b"abc"),
        (io.StringIO("Zoë"), "Zoë".encode()),
        (TextFile(), "Zoë".encode()),
        (chunks(), b"abc"),
        ([b"a", "b", memoryview(b"c")], b"abc"),
        ((b"a", b"bc"), b"abc"),
        (iter(b"abc"), b"abc"),
        ([], b""),
    ],
)
def test_a_body_of_any_form_is_the_bytes_that_are_sent(body: Any, data: bytes) -> None:
    assert sent_body(body, content_type="a/b") == sent_body(data, content_type="a/b")


def test_a_file_keeps_its_position_and_is_sent_from_there() -> None:
    file = io.BytesIO(b"headbody")
    file.seek(4)
    assert (sent_body(file).data, file.read()) == (b"body", b"body")


@pytest.mark.parametrize("fields", [{"a": ["1", "2"], "b": "x y"}, [("a", "1"), ("a", "2"), ("b", "x y")]])
def test_fields_are_sent_as_a_form(fields: Any) -> None:
    body = sent_body(fields)
    assert (body.data, body.content_type) == (b"a=1&a=2&b=x+y", "application/x-www-form-urlencoded")


@pytest.mark.parametrize("body", [object(), 7, [object()]])
def test_a_body_that_can_not_be_read_is_an_error_that_names_its_type(body: object) -> None:
    with pytest.raises(TypeError, match=r"of type (object|int) can't be read"):
        sent_body(body)


def test_parts_keep_their_bytes() -> None:
    data = bytes(range(256)) + b"\r\n--other\r\n\n\r"
    body = b"\r\n".join(
        (
            b"preamble",
            b"--x y",
            b'Content-Disposition: form-data; name="json"',
            b"Content-Type: application/json",
            b"",
            json.dumps({"a": 1}).encode(),
            b"--x y",
            b'content-disposition: form-data; name="file"; filename="a.bin"',
            b"",
            data,
            b"--x y",
            b"",
            b"no headers",
            b"--x y--",
            b"epilogue",
        )
    )
    parts = multipart_parts(body, 'multipart/form-data; boundary="x y"')
    assert [(part.name, part.filename, part.is_file, part.data) for part in parts] == [
        ("json", None, False, b'{"a": 1}'),
        ("file", "a.bin", True, data),
        ("", None, True, b"no headers"),
    ]


def test_an_empty_part_is_a_part() -> None:
    parts = multipart_parts(
        b'--b\nContent-Disposition: form-data; name="a"\n\n\n--b--', "multipart/form-data; boundary=b"
    )
    assert [(part.name, part.data) for part in parts] == [("a", b"")]


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("multipart/form-data", "has no boundary"),
        ("multipart/form-data; boundary=y", "doesn't contain its boundary"),
    ],
)
def test_a_body_that_is_not_divided_is_an_error(kind: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        multipart_parts(b"--x--", kind)
