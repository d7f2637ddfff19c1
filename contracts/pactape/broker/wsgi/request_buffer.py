"""Collects a request from the pieces that arrive, and rejects malformed ones (RFC 9112).

A request is passed to a thread when its head and body are complete, so slow clients don't delay others. Larger
requests than allowed are not stored, so clients can't fill the memory.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["LARGEST_HEAD", "REFUSED", "Head", "RejectedRequest", "RequestBuffer"]

#: The key in the WSGI environment for why a request's body was not read: a status and a sentence.
REFUSED = "pactape.refused"

LARGEST_HEAD = 65_536
_LARGEST_CHUNK_LINE = 1_024
_LARGEST_TRAILER = 8_192
_END = re.compile(rb"\r?\n\r?\n")
_LINE_END = re.compile(rb"\r?\n")
_TOKEN = re.compile(rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+\Z")
_CONTROLS = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(;.*)?\Z", re.DOTALL)


class RejectedRequest(Exception):  # noqa: N818 -- an outcome, not a failure of the program
    """A request that is not read any further.

    Args:
        status: The HTTP status of the response.
        reason: What is wrong.
    """

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason


class Head(msgspec.Struct, frozen=True):
    """A request's head: its first line and its headers, with names in lower case."""

    line: bytes
    headers: tuple[tuple[bytes, bytes], ...]

    def values(self, name: bytes) -> list[bytes]:
        """Return the values of a header."""
        return [value for key, value in self.headers if key == name]


class RequestBuffer:
    """The bytes of one request received so far.

    Args:
        body_limit: The largest body in bytes.
        admit: Called with a complete head that announces a body; it may reject the request before any of the body
            is stored.
    """

    def __init__(self, *, body_limit: int, admit: Callable[[Head], None] = lambda _head: None) -> None:
        self._limit = body_limit
        self._admit = admit
        self._data = bytearray()
        self._head: Head | None = None
        self._head_end = 0
        self._left: int | None = None  # for a body with a length; None for a chunked body
        self._chunks: _Chunks | None = None
        self._complete: int | None = None
        self.expects_continue = False

    def __len__(self) -> int:
        return len(self._data)

    def feed(self, data: bytes) -> bool:
        """Add received data, and return whether the request is complete.

        Raises:
            RejectedRequest: It is malformed or too large, or its sender is not authorized.
        """
        self._data += data
        return self._is_complete()

    def take(self) -> tuple[bytes, bytes]:
        """Return the complete request, and the data after it."""
        assert self._complete is not None, "feed() has returned True"  # noqa: S101 -- for the type checker
        return bytes(self._data[: self._complete]), bytes(self._data[self._complete :])

    def head_without_body(self) -> bytes:
        """Return a request with the same head and no body, so that the rejection can be sent."""
        if self._head is None:
            return b""
        omitted_names = {b"content-length", b"transfer-encoding", b"connection", b"expect"}
        lines = [self._head.line]
        lines += [b"%s: %s" % pair for pair in self._head.headers if pair[0] not in omitted_names]
        return b"\r\n".join([*lines, b"Connection: close", b"", b""])

    def _is_complete(self) -> bool:
        if self._head is None and not self._read_head():
            return False
        if self._chunks is not None:
            self._complete = self._chunks.end(self._data)
        elif len(self._data) >= self._head_end + (self._left or 0):
            self._complete = self._head_end + (self._left or 0)
        return self._complete is not None

    def _read_head(self) -> bool:
        while self._data[:2] == b"\r\n":  # RFC 9112, 2.2: empty lines before a request are ignored
            del self._data[:2]
        end = _END.search(self._data, 0, LARGEST_HEAD)
        if end is None:
            if len(self._data) >= LARGEST_HEAD:
                raise RejectedRequest(431, f"The head of the request is larger than {LARGEST_HEAD} bytes")
            return False
        self._head_end = end.end()
        self._head = _parse(bytes(self._data[: end.start()]))
        self._frame(self._head)
        if self._head.values(b"expect"):
            self._answer_expectation(self._head)
        return True

    def _answer_expectation(self, head: Head) -> None:
        """Respond to an Expect header and remove it: the client waits for this before it sends the body."""
        self.expects_continue = True
        plain = b"\r\n".join(
            [head.line, *(b"%s: %s" % pair for pair in head.headers if pair[0] != b"expect"), b"", b""]
        )
        self._data[: self._head_end] = plain
        if self._chunks is not None:
            self._chunks = _Chunks(len(plain), self._limit)
        self._head_end = len(plain)

    def _frame(self, head: Head) -> None:
        lengths, codings = head.values(b"content-length"), head.values(b"transfer-encoding")
        _check_hosts(head)
        if codings:
            if lengths:
                raise RejectedRequest(400, "Content-Length and Transfer-Encoding contradict each other")
            if [coding.strip().lower() for coding in codings] != [b"chunked"]:
                raise RejectedRequest(501, "The only supported Transfer-Encoding is chunked")
            self._admit(head)
            self._chunks = _Chunks(self._head_end, self._limit)
            return
        self._left = _length(lengths)
        if self._left:
            self._admit(head)
        if self._left > self._limit:
            raise RejectedRequest(413, f"The body is larger than {self._limit} bytes")


class _Chunks:
    """Finds the end of a body in chunks (RFC 9112, 7.1)."""

    def __init__(self, start: int, limit: int) -> None:
        self._at = start
        self._room = limit
        self._limit = limit

    def end(self, data: bytearray) -> int | None:
        """Return where the body ends; None until it is complete."""
        while True:
            line_end = data.find(b"\r\n", self._at, self._at + _LARGEST_CHUNK_LINE)
            if line_end < 0:
                if len(data) - self._at >= _LARGEST_CHUNK_LINE:
                    raise RejectedRequest(400, "The size of a chunk is malformed")
                return None
            size = _chunk_size(bytes(data[self._at : line_end]))
            if size == 0:
                return self._after_trailer(data, line_end)
            if size > self._room:
                raise RejectedRequest(413, f"The body is larger than {self._limit} bytes")
            following = line_end + 2 + size
            if len(data) < following + 2:
                return None
            if data[following : following + 2] != b"\r\n":
                raise RejectedRequest(400, "A chunk is longer than its stated size")
            self._room -= size
            self._at = following + 2

    def _after_trailer(self, data: bytearray, line_end: int) -> int | None:
        if data[line_end : line_end + 4] == b"\r\n\r\n":
            return line_end + 4
        end = data.find(b"\r\n\r\n", line_end, line_end + _LARGEST_TRAILER)
        if end < 0 and len(data) - line_end >= _LARGEST_TRAILER:
            raise RejectedRequest(400, "The trailer is too long")
        return None if end < 0 else end + 4


def _chunk_size(line: bytes) -> int:
    match = _CHUNK_SIZE.match(line)
    if match is None:
        raise RejectedRequest(400, "The size of a chunk is malformed")
    return int(match[1], 16)


def _parse(data: bytes) -> Head:
    first, *lines = _LINE_END.split(data)
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or _TOKEN.match(name) is None:
            raise RejectedRequest(400, "A header's name is malformed")
        value = value.strip(b" \t")
        if _CONTROLS.search(value):
            raise RejectedRequest(400, "A header's value contains a control character")
        headers.append((name.lower(), value))
    return Head(line=first, headers=tuple(headers))


def _check_hosts(head: Head) -> None:
    count = len(head.values(b"host"))
    if count > 1 or (count == 0 and head.line.rstrip().endswith(b"HTTP/1.1")):
        raise RejectedRequest(400, "The request must have exactly one Host header")


def _length(values: list[bytes]) -> int:
    if not values:
        return 0
    if len(set(values)) > 1 or not re.fullmatch(rb"[0-9]{1,18}", values[0]):
        raise RejectedRequest(400, "Content-Length must be one number that isn't negative")
    return int(values[0])
