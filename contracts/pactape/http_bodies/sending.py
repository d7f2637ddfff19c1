"""The bytes and content type that a library sends for a body given in any form."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

__all__ = ["SentBody", "sent_body"]

_FORM = "application/x-www-form-urlencoded"


class SentBody(msgspec.Struct, frozen=True, kw_only=True):
    """A body as sent over the wire.

    Args:
        data: Its bytes; empty without a body.
        content_type: The Content-Type that is sent with it, if known; None when none is sent.
    """

    data: bytes = b""
    content_type: str | None = None


def sent_body(body: Any, *, content_type: str | None = None, encoding: str = "utf-8") -> SentBody:
    """Return the bytes and the content type that a library sends for a body given in any form.

    Understands None, bytes and other buffers (bytearray, memoryview, array, mmap), text, files of bytes or
    text whose `read` returns the data itself, iterators and lists of chunks, and form fields as a mapping or
    as pairs.

    A seekable file is returned to its former position. Other files and iterators are used up: send `data` instead.

    Args:
        body: The body in the form that the library was given.
        content_type: The Content-Type that the request already has.
        encoding: The charset that the library encodes text in: UTF-8 for requests, httpx, aiohttp and urllib3.

    Raises:
        TypeError: The body has another form; the message names its type.

    Example:
        >>> sent_body(iter([b"a", "b"])).data
        b'ab'
        >>> sent_body({"q": "x y"})
        SentBody(data=b'q=x+y', content_type='application/x-www-form-urlencoded')
    """
    if body is None:
        return SentBody(content_type=content_type)
    if isinstance(body, str):
        return SentBody(data=body.encode(encoding, "surrogatepass"), content_type=content_type)
    buffer = _buffer(body)
    if buffer is not None:
        return SentBody(data=buffer, content_type=content_type)
    if hasattr(body, "read"):
        return SentBody(data=_file_bytes(body, encoding), content_type=content_type)
    if isinstance(body, Mapping) or _is_pairs(body):
        return SentBody(data=urlencode(body, doseq=True).encode(), content_type=content_type or _FORM)
    if isinstance(body, Iterable):
        return SentBody(data=b"".join(_chunk(item, encoding) for item in body), content_type=content_type)
    raise TypeError(f"a body of type {type(body).__name__} can't be read")


def _buffer(value: Any) -> bytes | None:
    try:
        return memoryview(value).tobytes()
    except TypeError:
        return None


def _file_bytes(file: Any, encoding: str) -> bytes:
    position = _position(file)
    data = file.read()
    if position is not None:
        file.seek(position)
    return _chunk(data, encoding)


def _position(file: Any) -> Any:
    """The position of a file; None when it isn't seekable."""
    try:
        position = file.tell()
        file.seek(position)
    except (AttributeError, OSError, ValueError):
        return None
    return position


def _chunk(value: Any, encoding: str) -> bytes:
    if isinstance(value, str):
        return value.encode(encoding, "surrogatepass")
    if isinstance(value, int):
        return bytes((value,))
    buffer = _buffer(value)
    if buffer is None:
        raise TypeError(f"a body with a chunk of type {type(value).__name__} can't be read")
    return buffer


def _is_pairs(value: Any) -> bool:
    """Whether a list or tuple holds form fields rather than chunks."""
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(item, tuple) and len(item) == 2 for item in value)  # noqa: PLR2004 -- name and value
    )
