"""The body of a request that a server reads from a connection."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from email.message import Message
    from io import BufferedIOBase

__all__ = ["received_body"]

_LARGEST_LINE = 65_536


def received_body(headers: Message, stream: BufferedIOBase) -> bytes:
    """Return the body of a request, which is read from a connection (RFC 9112, section 6.3).

    Args:
        headers: The request's headers.
        stream: The connection, after the headers.

    Raises:
        ValueError: The body is not complete, because the client is gone, or its length can't be determined.
    """
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
        return b"".join(_chunks(stream))
    lengths = set(headers.get_all("Content-Length") or ["0"])
    length = lengths.pop().strip()
    if lengths or not (length.isascii() and length.isdecimal()):
        raise ValueError("the length is malformed")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise ValueError("the body is not complete")
    return body


def _chunks(stream: BufferedIOBase) -> Iterator[bytes]:
    """Yield the chunks of a body (RFC 9112, section 7.1); extensions and trailers are skipped."""
    while size := int(stream.readline(_LARGEST_LINE).partition(b";")[0], 16):
        yield stream.read(size)
        if stream.readline(_LARGEST_LINE).strip():
            raise ValueError("a chunk is longer than it says")
    while stream.readline(_LARGEST_LINE).strip():
        pass
