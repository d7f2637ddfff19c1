"""Streams: responses that are read piece by piece, such as event streams, and may never end."""

from __future__ import annotations

import re
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

__all__ = ["RecordingFile", "is_stream", "pieces"]

_STREAM = re.compile(
    r"text/event-stream|multipart/x-mixed-replace|application/(x-ndjson|ndjson|jsonl|json-seq|stream\+json)",
    re.IGNORECASE,
)
_EVENT = re.compile(rb".*?(?:\r\n\r\n|\n\n|\r\r)|.+\Z", re.DOTALL)


def is_stream(content_type: str) -> bool:
    """Return whether a content type is that of an endless stream."""
    return bool(_STREAM.match(content_type.strip()))


def pieces(body: bytes, content_type: str) -> Iterator[bytes]:
    r"""Yield a body in pieces: an event stream by event, other streams by line, other bodies as a whole.

    Example:
        >>> list(pieces(b"data: 1\n\ndata: 2\n\n", "text/event-stream"))
        [b'data: 1\n\n', b'data: 2\n\n']
    """
    if not is_stream(content_type):
        yield from [body] if body else []
    elif content_type.strip().lower().startswith("text/event-stream"):
        yield from _EVENT.findall(body)
    else:
        yield from body.splitlines(keepends=True)


class RecordingFile(BytesIO):
    """A file that reads a live response, and records it when it ends or is closed.

    Args:
        read_some: Reads up to a number of bytes, as soon as any are available; b"" at the end.
        record: Called once with all bytes that were read.
    """

    def __init__(self, read_some: Callable[[int], bytes], record: Callable[[bytes], None]) -> None:
        super().__init__()
        self._read_some = read_some
        self._record: Callable[[bytes], None] | None = record
        self.at_end = False

    def read(self, size: int | None = -1, /) -> bytes:
        """Read from the live response: `size` bytes, or fewer if no more are available."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self.read(65536), b""))
        data = self._read_some(size) if size and not self.at_end else b""
        if size and not data:
            self.finish()
        position = self.tell()
        self.seek(0, 2)
        self.write(data)
        self.seek(position + len(data))
        return data

    read1 = read

    def readline(self, size: int | None = -1, /) -> bytes:
        """Read up to the next line feed, byte by byte, without waiting for later bytes."""
        line = b""
        while not line.endswith(b"\n") and (size is None or size < 0 or len(line) < size):
            byte = self.read(1)
            if not byte:
                break
            line += byte
        return line

    def readinto(self, buffer: Any, /) -> int:
        """Read into a buffer."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def finish(self) -> None:
        """Record the bytes read so far, and end the file."""
        self.at_end = True
        self.record()

    def record(self) -> None:
        """Record the bytes read so far, once."""
        record, self._record = self._record, None
        if record is not None:
            record(self.getvalue())
