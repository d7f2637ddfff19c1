"""Splitting multipart bodies into parts (RFC 2046, section 5.1; RFC 7578)."""

from __future__ import annotations

import base64
import quopri
import re
from email.parser import HeaderParser
from email.policy import HTTP

import msgspec

from pactape.http_bodies.content_types import UNKNOWN, ContentType, parse_content_type

__all__ = ["MultipartPart", "multipart_parts"]

_HEADERS = HeaderParser(policy=HTTP)
_LINE_END = re.compile(rb"\A\r?\n")
_HEADER_END = re.compile(rb"\r?\n\r?\n")


class MultipartPart(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a multipart body.

    Args:
        index: Its position, from 0.
        name: The name of its field; empty without one.
        filename: The name of its file; None when it isn't a file.
        content_type: The part's content type; unknown when it has none.
        data: Its bytes, as sent.
        is_file: Whether it is a file rather than a field.
    """

    index: int
    name: str
    filename: str | None
    content_type: ContentType
    data: bytes
    is_file: bool

    def is_like(self, expected: MultipartPart) -> bool:
        """Whether this part corresponds to `expected`: by name, or by position if it has no name."""
        return self.name == expected.name if self.name else self.index == expected.index


def multipart_parts(body: bytes, content_type: str) -> list[MultipartPart]:
    r"""Return the parts of a multipart body.

    Raises:
        ValueError: The content type has no boundary, or the body doesn't contain it.

    Example:
        >>> body = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
        >>> [(part.name, part.data) for part in multipart_parts(body, "multipart/form-data; boundary=x")]
        [('a', b'1')]
    """
    boundary = dict(parse_content_type(content_type).parameters).get("boundary")
    if not boundary:
        raise ValueError("its content type has no boundary")
    delimiter = re.compile(rb"(?:^|\r?\n)--" + re.escape(boundary.encode()) + rb"(--)?[ \t]*(?=\r?\n|$)")
    matches = list(delimiter.finditer(body))
    if not matches:
        raise ValueError("the body doesn't contain its boundary")
    parts: list[MultipartPart] = []
    for opening, closing in zip(matches, [*matches[1:], None], strict=True):
        if opening.group(1):
            break
        end = closing.start() if closing else len(body)
        parts.append(_part(len(parts), _LINE_END.sub(b"", body[opening.end() : end], count=1)))
    return parts


def _part(index: int, chunk: bytes) -> MultipartPart:
    head, data = _divide(chunk)
    headers = _HEADERS.parsestr(head.decode("utf-8", "surrogateescape"))
    disposition = headers["content-disposition"]
    filename = headers.get_filename()
    media_type = headers["content-type"]
    return MultipartPart(
        index=index,
        name=str(headers.get_param("name", header="content-disposition") or ""),
        filename=None if filename is None else str(filename),
        content_type=parse_content_type(str(media_type)) if media_type else UNKNOWN,
        data=_decode(data, str(headers["content-transfer-encoding"] or "")),
        is_file=filename is not None or disposition is None,
    )


def _divide(chunk: bytes) -> tuple[bytes, bytes]:
    """The header lines and the data; a part may have no header lines (RFC 2046, section 5.1)."""
    if blank := _LINE_END.match(chunk):
        return b"", chunk[blank.end() :]
    end = _HEADER_END.search(chunk)
    return (chunk[: end.start()], chunk[end.end() :]) if end else (chunk, b"")


def _decode(data: bytes, encoding: str) -> bytes:
    """The data without its transfer encoding, which old libraries use; other data is returned unchanged."""
    try:
        if encoding.strip().lower() == "base64":
            return base64.b64decode(data)
        return quopri.decodestring(data) if encoding.strip().lower() == "quoted-printable" else data
    except ValueError:
        return data
