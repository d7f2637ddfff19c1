"""Multipart bodies in their parts (RFC 7578, RFC 2046)."""

from __future__ import annotations

from email.parser import BytesParser
from email.policy import HTTP

import msgspec

from pactape.matching.content_types import UNKNOWN, ContentType, parse_content_type

__all__ = ["Part", "parts_of"]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One part.

    Args:
        index: Its place, from 0.
        name: Its field's name; empty without one.
        is_file: Whether it is a file rather than a field.
        content_type: What it says it is.
        data: Its bytes, decoded.
    """

    index: int
    name: str
    is_file: bool
    content_type: ContentType
    data: bytes

    def is_like(self, expected: Part) -> bool:
        """Whether this part stands where `expected` does: of the same name, or at the same place without one."""
        return self.name == expected.name if self.name else self.index == expected.index


def parts_of(body: bytes, content_type: str) -> list[Part]:
    """The parts of a body.

    Raises:
        ValueError: The content type has no boundary, or the body isn't parted by it.
    """
    message = BytesParser(policy=HTTP).parsebytes(
        b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body
    )
    if message.get_boundary() is None:
        raise ValueError("its content type has no boundary")
    if not message.is_multipart():
        raise ValueError("its boundary isn't in it")
    return [_part(index, each) for index, each in enumerate(message.iter_parts())]


def _part(index: int, message: object) -> Part:
    headers = message
    name = headers.get_param("name", header="content-disposition") or ""  # type: ignore[attr-defined]
    filename = headers.get_filename()  # type: ignore[attr-defined]
    described = headers["content-type"]  # type: ignore[index]
    return Part(
        index=index,
        name=str(name),
        is_file=filename is not None or headers["content-disposition"] is None,  # type: ignore[index]
        content_type=parse_content_type(str(described)) if described else UNKNOWN,
        data=headers.get_payload(decode=True) or b"",  # type: ignore[attr-defined]
    )
