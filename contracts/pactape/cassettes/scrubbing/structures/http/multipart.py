"""Multipart bodies (RFC 2046, RFC 7578): each part is scrubbed separately, so binary parts stay unchanged."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING
from urllib.parse import unquote

from pactape.cassettes.scrubbing.structures.visitor import FieldContext
from pactape.http_bodies import parse_content_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["holds_multipart", "looks_like_multipart", "scrub_multipart", "scrub_multipart_text"]

_NAME = re.compile(
    rb";\s{0,8}name(?:\*\s{0,8}=\s{0,8}[\w-]{1,32}'[\w-]{0,32}'|\s{0,8}=\s{0,8})"
    rb"(?:\"([^\"\r\n]{1,256})\"|([^\s;\"]{1,256}))",
    re.IGNORECASE,
)
_START = re.compile(rb"--[^\s\"]{1,70}\r?\ncontent-(?:disposition|type|transfer-encoding):", re.IGNORECASE)
_TYPE = re.compile(rb"^content-type:[ \t]*([^\r\n]{1,512})", re.IGNORECASE | re.MULTILINE)
_TRANSFER = re.compile(
    rb"^content-transfer-encoding:[ \t]*(base64|quoted-printable)", re.IGNORECASE | re.MULTILINE
)
_FILE = re.compile(rb";\s{0,8}filename\*?=", re.IGNORECASE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEADER = 8192
_FIRST = 256
_ASCII_TEXT = bytes([*range(0x20, 0x7F), *b"\t\r\n"])


def scrub_multipart(
    body: bytes, content_type: str, visitor: Visitor, scrub_part: Callable[[bytes, str], bytes]
) -> bytes:
    """Return a multipart body without secrets.

    Args:
        body: The bytes.
        content_type: The header's value; if it has no boundary, the body's first line is the boundary.
        visitor: Replaces secrets in the form's fields.
        scrub_part: Replaces secrets in a part with a content type of its own.
    """
    boundary = _boundary(body, content_type)
    if not boundary:
        return body
    delimiter = b"--" + boundary
    parts = body.split(delimiter)
    return delimiter.join([parts[0], *(_part(part, visitor, scrub_part) for part in parts[1:])])


def scrub_multipart_text(text: str, visitor: Visitor, scrub_part: Callable[[str, str], str]) -> str:
    """Return a multipart body within another structure without secrets."""

    def scrub_bytes(part: bytes, content_type: str) -> bytes:
        return scrub_part(part.decode("utf-8", "surrogatepass"), content_type).encode(
            "utf-8", "surrogatepass"
        )

    clean = scrub_multipart(text.encode("utf-8", "surrogatepass"), "", visitor, scrub_bytes)
    return clean.decode("utf-8", "surrogatepass")


def looks_like_multipart(body: bytes) -> bool:
    """Whether a body of unknown type begins with a boundary and the header of a part."""
    return body.startswith(b"--") and _START.match(body) is not None


def holds_multipart(text: str) -> bool:
    """Whether a text is such a body."""
    return looks_like_multipart(text[:_FIRST].encode(errors="replace"))


def _boundary(body: bytes, content_type: str) -> bytes:
    parameter = dict(parse_content_type(content_type).parameters).get("boundary", "").encode()
    if parameter and b"--" + parameter in body:
        return parameter
    first = body[:200].lstrip(b"\r\n").split(b"\n", 1)[0].rstrip()
    return first[2:] if first.startswith(b"--") else b""


def _part(part: bytes, visitor: Visitor, scrub_part: Callable[[bytes, str], bytes]) -> bytes:
    divided = _HEADER_END.search(part, 0, _LONGEST_HEADER)
    if divided is None:
        return part
    head, data = part[: divided.end()], part[divided.end() :]
    ending = b"\r\n" if data.endswith(b"\r\n") else b"\n" if data.endswith(b"\n") else b""
    value = data.removesuffix(ending) if ending else data
    return head + _value(head, value, visitor, scrub_part) + ending


def _value(head: bytes, value: bytes, visitor: Visitor, scrub_part: Callable[[bytes, str], bytes]) -> bytes:
    name_match, type_match = _NAME.search(head), _TYPE.search(head)
    kind = type_match.group(1).decode("latin-1") if type_match else ""
    if kind and not kind.lower().startswith("text/plain"):
        return scrub_part(value, kind)
    if name_match is None or _FILE.search(head):
        return value if _charset(value) is None else scrub_part(value, kind or "text/plain")
    charset = _charset(value)
    if charset is None:
        return value
    text = value.decode(charset)
    name = unquote((name_match.group(1) or name_match.group(2)).decode("utf-8", "replace"))
    clean = visitor.field(name, text, FieldContext.PARAMETER)
    return value if clean == text else clean.encode(charset, "replace")


def _charset(value: bytes) -> str | None:
    """The charset of a field: UTF-8, or ISO-8859-1 if most characters are ASCII; None for binary data."""
    try:
        value.decode()
    except UnicodeDecodeError:
        ascii_count = len(value) - len(value.translate(None, _ASCII_TEXT))
        return "latin-1" if ascii_count * 4 > len(value) * 3 else None
    return "utf-8"
