"""Multipart bodies (RFC 2046, RFC 7578): each part by itself, so binary parts stay as they are."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.structures.visitor import Place
from pactape.http_bodies import parse_content_type

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes.scrubbing.structures.visitor import Visitor

__all__ = ["scrub_multipart"]

_NAME = re.compile(rb";\s{0,8}name\s{0,8}=\s{0,8}(?:\"([^\"\r\n]{1,256})\"|([^\s;\"]{1,256}))", re.IGNORECASE)
_TYPE = re.compile(rb"^content-type:[ \t]*([^\r\n]{1,512})", re.IGNORECASE | re.MULTILINE)
_TRANSFER = re.compile(
    rb"^content-transfer-encoding:[ \t]*(base64|quoted-printable)", re.IGNORECASE | re.MULTILINE
)
_FILE = re.compile(rb";\s{0,8}filename\*?=", re.IGNORECASE)
_HEADER_END = re.compile(rb"\r?\n\r?\n")
_LONGEST_HEADER = 8192


def scrub_multipart(
    body: bytes, content_type: str, visit: Visitor, scrub_part: Callable[[bytes, str], bytes]
) -> bytes:
    """Return a multipart body without secrets.

    Args:
        body: The bytes.
        content_type: The header's value; where it names no boundary, the first line does.
        visit: Replaces secrets in the form's fields.
        scrub_part: Replaces secrets in a part with a content type of its own.
    """
    boundary = _boundary(body, content_type)
    if not boundary:
        return body
    delimiter = b"--" + boundary
    parts = body.split(delimiter)
    return delimiter.join([parts[0], *(_part(each, visit, scrub_part) for each in parts[1:])])


def _boundary(body: bytes, content_type: str) -> bytes:
    named = dict(parse_content_type(content_type).parameters).get("boundary", "").encode()
    if named and b"--" + named in body:
        return named
    first = body[:200].lstrip(b"\r\n").split(b"\n", 1)[0].rstrip()
    return first[2:] if first.startswith(b"--") else b""


def _part(part: bytes, visit: Visitor, scrub_part: Callable[[bytes, str], bytes]) -> bytes:
    divided = _HEADER_END.search(part, 0, _LONGEST_HEADER)
    if divided is None:
        return part
    head, data = part[: divided.end()], part[divided.end() :]
    ending = b"\r\n" if data.endswith(b"\r\n") else b"\n" if data.endswith(b"\n") else b""
    value = data.removesuffix(ending) if ending else data
    return head + _value(head, value, visit, scrub_part) + ending


def _value(head: bytes, value: bytes, visit: Visitor, scrub_part: Callable[[bytes, str], bytes]) -> bytes:
    named, typed = _NAME.search(head), _TYPE.search(head)
    kind = typed.group(1).decode("latin-1") if typed else ""
    if kind and not kind.lower().startswith("text/plain"):
        return scrub_part(value, kind)
    if named is None or _FILE.search(head):
        return scrub_part(value, kind or "text/plain")
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value
    name = (named.group(1) or named.group(2)).decode("utf-8", "replace")
    return visit.field(name, text, Place.PARAMETER).encode()
