r"""The response fields that the consumer reads, as a tree that restricts a shape.

A field path in cassettes and announcements is a list of steps joined by dots. A step is a key and what the
consumer's model says about it.

| step | meaning |
|---|---|
| `posts[]` | any item of the array `posts` |
| `tags{}` | only the presence or the length of `tags` |
| `nick?` | the model has a default: the field may be absent |
| `nick\|null` | the model accepts null, too |
| `status=["open","paid"]` | the model accepts these texts only; the last step of a path |
| `owner{!}` | the model rejects other keys in `owner` |
"""

from __future__ import annotations

import json
import re
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["EVERYTHING", "HEADER", "ReadFields", "headers_read", "join_paths", "read_fields"]

#: The prefix of a response header's path: "header: location". No field path starts like this.
HEADER = "header: "

_EVERY_FIELD = ""
_ITEM = "[]"
_BARE = "{}"
_CLOSED = "{!}"
_STEP = re.compile(r"(?P<key>.*?)(?P<null>\|null)?(?P<default>\?)?", re.DOTALL)


class ReadFields:
    """The keys of one value that are read, and recursively the keys below each of them.

    Attributes:
        has_default: Whether no reader requires this field.
        takes_null: Whether every reader accepts null here.
        choices: The texts that the readers accept; None for any text.
        is_closed: Whether a reader rejects other keys.

    Example:
        >>> fields = read_fields([("id", "posts[].title", "nick?")])
        >>> "id" in fields, "email" in fields
        (True, False)
        >>> "title" in fields.key("posts").item()
        True
        >>> fields.key("nick").has_default
        True
    """

    __slots__ = ("_below", "_defaults", "_nulls", "choices", "is_closed")

    def __init__(self, below: dict[str, ReadFields] | None) -> None:
        self._below = below
        self._defaults: bool | None = None
        self._nulls: bool | None = None
        self.choices: frozenset[str] | None = None
        self.is_closed = False

    @property
    def has_default(self) -> bool:
        """Whether no reader requires this field."""
        return bool(self._defaults)

    @property
    def takes_null(self) -> bool:
        """Whether every reader accepts null here."""
        return bool(self._nulls)

    @property
    def is_everything(self) -> bool:
        """Whether every field counts as read."""
        return self._below is None

    @property
    def names(self) -> frozenset[str]:
        """The keys that are read; empty if every key is."""
        return frozenset(self._below or ()) - {_ITEM}

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is read, not even the value's presence."""
        return self._below == {} and self._defaults is None

    def __contains__(self, key: str) -> bool:
        return self._below is None or key in self._below

    def key(self, key: str) -> ReadFields:
        """Return the fields read below `key`."""
        return EVERYTHING if self._below is None else self._below[key]

    def item(self) -> ReadFields:
        """Return the fields read of each item, if this value is an array; paths may omit the "[]"."""
        return EVERYTHING if self._below is None else self._below.get(_ITEM, self)

    def value(self, key: str) -> ReadFields:
        """Return the fields read of each value, if this value is an object whose keys are data, such as `key`."""
        return EVERYTHING if self._below is None else self._below.get(key, self)

    def add(self, steps: list[str]) -> None:
        """Mark the field at `steps` as read, and everything below it unless the steps end with "{}"."""
        if steps in ([_BARE], [_CLOSED]):
            self._defaults = self._defaults or False
            self.is_closed = self.is_closed or steps == [_CLOSED]
            return
        if not steps:
            self._below = None
            return
        match = _STEP.fullmatch(steps[0])
        key = match["key"] if match else steps[0]
        if self._below is not None:
            self._below.setdefault(key, ReadFields({})).mark(match, steps[1:])

    def mark(self, match: re.Match[str] | None, rest: list[str]) -> None:
        """Add one reader's step to this field, and the steps below it."""
        has_default, takes_null = bool(match and match["default"]), bool(match and match["null"])
        self._defaults = has_default if self._defaults is None else self._defaults and has_default
        self._nulls = takes_null if self._nulls is None else self._nulls and takes_null
        self.add(rest)

    def choose(self, steps: list[str], choices: frozenset[str]) -> None:
        """Restrict the texts at `steps` to `choices` and to what other readers allow."""
        if steps and self._below is not None:
            match = _STEP.fullmatch(steps[0])
            below = self._below.get(match["key"] if match else steps[0])
            if below is not None:
                below.choose(steps[1:], choices)
        elif not steps:
            self.choices = choices if self.choices is None else self.choices & choices


EVERYTHING = ReadFields(None)


def read_fields(samples: Iterable[tuple[str, ...] | None]) -> ReadFields:
    """Join the fields that several calls read; if one call reads everything, everything is read.

    Args:
        samples: The field paths of each call ("id", "posts[].title", "tags{}" for an array whose length only is
            read), or None for every field. Header paths are skipped.
    """
    tree = ReadFields({})
    for paths in samples:
        if paths is None:
            return EVERYTHING
        for path in paths:
            if not path.startswith(HEADER):
                _add(tree, path)
    return tree


def _add(tree: ReadFields, path: str) -> None:
    fields, equals, choices = path.partition("=")
    steps = _steps(fields)
    tree.add(steps)
    if equals:
        with suppress(ValueError):  # a key with an equals sign, as older versions wrote it
            tree.choose(steps, frozenset(json.loads(choices)))


def headers_read(paths: Iterable[str]) -> frozenset[str]:
    """Return the names of the response headers among field paths, in lower case."""
    return frozenset(path.removeprefix(HEADER) for path in paths if path.startswith(HEADER))


def join_paths(one: set[str] | None, other: set[str] | None) -> set[str] | None:
    """Return what two readers read together; None when they read every field and no header.

    Example:
        >>> join_paths({"id"}, {"name"}) == {"id", "name"}, join_paths(None, {"id"})
        (True, None)
        >>> sorted(join_paths(None, {"id", "header: etag"}) or ())
        ['', 'header: etag']
    """
    if one is not None and other is not None and _EVERY_FIELD not in one and _EVERY_FIELD not in other:
        return one | other
    headers = {path for path in (*(one or ()), *(other or ())) if path.startswith(HEADER)}
    return {_EVERY_FIELD, *headers} if headers else None


def _steps(path: str) -> list[str]:
    for mark in (_ITEM, _BARE, _CLOSED):
        path = path.replace(mark, f".{mark}")
    return [step for step in path.split(".") if step]
