"""Fragments of texts that identify a response: the JSON of an event, and a table's first row."""

from __future__ import annotations

import re
from typing import Generic, TypeVar

__all__ = ["Fragments", "StreamedBody", "event_lines"]

_Response = TypeVar("_Response")

_EVENTS = re.compile(
    r"text/event-stream|application/([\w.+-]*[+.-])?(ndjson|jsonl|jsonlines|json-lines|json-seq)"
)
_OPENERS = (b"{", b"[")
#: The most bytes of a streamed body to keep, in case its parts are joined and parsed.
_LARGEST = 1_000_000
_LONGEST_ROW = 4096


class Fragments(Generic[_Response]):
    """The responses by fragments of their texts."""

    def __init__(self) -> None:
        self._events: dict[bytes, _Response] = {}
        self._rows: dict[bytes, _Response] = {}

    def add(self, body: bytes, media: str, response: _Response) -> None:
        """Add the fragments of a whole body."""
        if _EVENTS.match(media):
            for line in event_lines(body):
                self._events[line] = response
        elif body[:1] not in b"{[<":
            self.add_row(body[:_LONGEST_ROW].partition(b"\n")[0], response)

    def add_line(self, line: bytes, media: str, response: _Response, *, is_first: bool) -> None:
        """Add a line of a body."""
        if _EVENTS.match(media):
            self.add(line, media, response)
        elif is_first:
            self.add_row(line, response)

    def add_row(self, line: bytes, response: _Response) -> None:
        """Add the first line of a possible table."""
        if line.strip():
            self._rows[line.strip()] = response

    def event(self, text: bytes) -> _Response | None:
        """Return the response with an event of this JSON; None if there is none."""
        return self._events.get(text.strip()) if self._events else None

    def row(self, line: str) -> _Response | None:
        """Return the response with this first line; None if there is none."""
        return self._rows.get(line.strip().encode("utf-8", "surrogatepass"))


class StreamedBody(Generic[_Response]):
    """A body that the test receives in parts.

    Args:
        fragments: Collects its lines.
        media: Its media type.
        response: Its response.
    """

    def __init__(self, fragments: Fragments[_Response], media: str, response: _Response) -> None:
        self._fragments = fragments
        self._media = media
        self._response = response
        self._is_first = True
        self._rest = b""
        self._parts: list[bytes] = []
        self._size = 0

    def add(self, part: str | bytes) -> None:
        """Add a part, and the lines that it completes."""
        data = _as_bytes(part)
        self._keep(data)
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._line(line)

    def add_line(self, line: str | bytes) -> None:
        """Add a line without its line end."""
        self._line(_as_bytes(line))

    def joined(self) -> bytes:
        """Return all parts so far; empty for a body that is too large."""
        return b"".join(self._parts) if self._size <= _LARGEST else b""

    def _keep(self, data: bytes) -> None:
        self._size += len(data)
        if self._size <= _LARGEST:
            self._parts.append(data)

    def _line(self, line: bytes) -> None:
        self._fragments.add_line(line, self._media, self._response, is_first=self._is_first)
        self._is_first = False


def event_lines(body: bytes) -> list[bytes]:
    r"""Return the JSON of each line of a stream: the line itself, or the text after "data:".

    Example:
        >>> event_lines(b'data: {"id": 1}\n\ndata: [DONE]\n')
        [b'{"id": 1}']
    """
    lines = (line.strip(b"\x1e \t\r").removeprefix(b"data:").strip() for line in body.split(b"\n"))
    return [
        line
        for line in lines
        if line.startswith(_OPENERS) and line.endswith((b"}", b"]")) and len(line) > len("[DONE]")
    ]


def _as_bytes(part: str | bytes) -> bytes:
    return part.encode("utf-8", "surrogatepass") if isinstance(part, str) else bytes(part)
