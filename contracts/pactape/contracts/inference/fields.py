"""Which response fields the consumer reads, as a tree that narrows a shape on the way down."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EVERYTHING", "ReadFields", "read_fields"]

_ITEM = "[]"
_BARE = "{}"


class ReadFields:
    """The keys that are read at one place, and below each of them again.

    Args:
        below: The subtree by key; None when everything below this place counts as read.

    Example:
        >>> fields = read_fields([("id", "posts[].title")])
        >>> "id" in fields, "email" in fields
        (True, False)
        >>> "title" in fields.key("posts").item()
        True
    """

    __slots__ = ("_below",)

    def __init__(self, below: dict[str, ReadFields] | None) -> None:
        self._below = below

    def __contains__(self, key: str) -> bool:
        return self._below is None or key in self._below

    def key(self, key: str) -> ReadFields:
        """What is read below `key`."""
        return self if self._below is None else self._below[key]

    def item(self) -> ReadFields:
        """What is read of each item, when this place is a list; paths may leave the "[]" out."""
        return self if self._below is None else self._below.get(_ITEM, self)

    def value(self, key: str) -> ReadFields:
        """What is read of each value, when this place is an object whose keys are data, as `key` is."""
        return self if self._below is None else self._below.get(key, self)

    def add(self, path: list[str]) -> None:
        """Mark the field at `path` as read, and everything below it unless the path ends with "{}"."""
        if self._below is None or path == [_BARE]:
            return
        if not path:
            self._below = None
            return
        self._below.setdefault(path[0], ReadFields({})).add(path[1:])


EVERYTHING = ReadFields(None)


def read_fields(samples: Iterable[tuple[str, ...] | None]) -> ReadFields:
    """Join what several calls read; one call that reads everything makes it everything.

    Args:
        samples: For each call its field paths ("id", "posts[].title", "tags{}" for an array of which only the
            length is read), or None for every field.
    """
    tree = ReadFields({})
    for paths in samples:
        if paths is None:
            return EVERYTHING
        for path in paths:
            tree.add(_steps(path))
    return tree


def _steps(path: str) -> list[str]:
    return [step for step in path.replace(_ITEM, f".{_ITEM}").replace(_BARE, f".{_BARE}").split(".") if step]
