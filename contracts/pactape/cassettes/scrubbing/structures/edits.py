"""Edits of a text: only the changed parts are copied, to save memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator

__all__ = ["Edits", "split_at", "substitute"]

_MOST_PIECES = 1024


class Edits:
    """The changes of one text, from its beginning to its end.

    Args:
        text: The text.

    Example:
        >>> edits = Edits("user=ada&pin=1234")
        >>> edits.replace(13, 17, "0000")
        >>> edits.result()
        'user=ada&pin=0000'
    """

    def __init__(self, text: str) -> None:
        self._text = text
        self._pieces: list[str] = []
        self._joined: list[str] = []
        self._end = 0

    def replace(self, start: int, stop: int, new: str) -> None:
        """Replace a part of the text; an equal text changes nothing."""
        if self._text[start:stop] != new:
            pieces = self._pieces
            pieces += (self._text[self._end : start], new)
            self._end = stop
            if len(pieces) > _MOST_PIECES:  # each string takes fifty bytes more than its characters
                self._joined.append("".join(pieces))
                pieces.clear()

    def result(self) -> str:
        """Return the changed text; the text itself when nothing changed."""
        if not (self._pieces or self._joined):
            return self._text
        return "".join([*self._joined, *self._pieces, self._text[self._end :]])


def substitute(pattern: re.Pattern[str], change: Callable[[re.Match[str]], str], text: str) -> str:
    """Return a text with its matches replaced, as `re.sub` does, without copying each match that stays the same."""
    edits: Edits | None = None
    for match in pattern.finditer(text):
        new = change(match)
        if new != match.group():
            edits = edits or Edits(text)
            edits.replace(match.start(), match.end(), new)
    return text if edits is None else edits.result()


def split_at(text: str, separator: str, start: int = 0) -> Iterator[tuple[int, str]]:
    """Yield the start and the text of each part, as `str.split` divides a text."""
    while (stop := text.find(separator, start)) >= 0:
        yield start, text[start:stop]
        start = stop + len(separator)
    yield start, text[start:]
