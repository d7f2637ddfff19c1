"""The usage of a JSON value: a tree of the paths that were read."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ITEM", "Usage", "UsageState"]

#: The step from an array to any of its items.
ITEM = "[]"
#: The end of the path of an object or array that was only counted, or tested for being empty.
_BARE = "{}"
#: Characters that a key in a path must not contain.
_NOTATION = (".", ITEM, "{", "?", "|null", "=", "header: ")
#: What a model may add to a step.
_MARKS = ("", "?", "|null", "|null?")


class UsageState(NamedTuple):
    """What is recorded of a value at some time.

    Args:
        read_count: How often something in it was read.
        looked_into: Whether it was looked into.
        whole: Whether it was used completely.
        below: Both for each value inside it.
    """

    read_count: int
    looked_into: bool
    whole: bool
    below: dict[str, tuple[bool, bool]]


class Usage:
    """How a value of a JSON document, and every value inside it, was used.

    An object or array that the test got and never looked into counts as used completely, because code in C reads it
    without calling its methods (`orjson.dumps(response)`, `Model.model_validate(response)`).

    Example:
        >>> usage = Usage()
        >>> usage.looked_into()
        >>> usage.below("id").whole()
        >>> usage.paths()
        ('id',)
    """

    __slots__ = ("_below", "_looked_into", "_notes", "_read_count", "_whole")

    def __init__(self) -> None:
        self._below: dict[str, Usage] = {}
        self._read_count = 0
        self._looked_into = False
        self._whole = False
        self._notes: set[str] = set()

    def whole(self) -> None:
        """Record that everything here is used."""
        self._read_count += 1
        self._whole = True

    def looked_into(self) -> None:
        """Record that the object or array itself is used; its content counts only where recorded."""
        self._looked_into = True

    def below(self, step: str) -> Usage:
        """Return the usage of a key's value, or of an array's items, at first without reads."""
        self._read_count += 1
        usage = self._below.get(step)
        return self._first_below(step) if usage is None else usage

    def find(self, step: str) -> Usage | None:
        """Return the recorded usage of a key's value, or of an array's items; None without one.

        Args:
            step: The step, which a model may have marked.
        """
        marked = (self._below.get(f"{step}{marks}") for marks in _MARKS)
        return next((usage for usage in marked if usage is not None), None)

    def used(self, step: str) -> None:
        """Record that the scalar below a key, or a scalar item, is used."""
        self._read_count += 1
        usage = self._below.get(step)
        if usage is None:
            usage = self._first_below(step)
        usage._whole = True  # noqa: SLF001 -- of the same class

    @property
    def read_count(self) -> int:
        """How often something here was read."""
        return self._read_count

    @property
    def state(self) -> UsageState:
        """Return what is recorded here and for each key, for `restore`."""
        below = {
            step: (usage._looked_into, usage._whole)  # noqa: SLF001 -- of the same class
            for step, usage in self._below.items()
        }
        return UsageState(self._read_count, self._looked_into, self._whole, below)

    def restore(self, state: UsageState) -> None:
        """Discard what was recorded here and for each key since a state was taken."""
        _, self._looked_into, self._whole, below = state
        for step in self._below.keys() - below.keys():
            del self._below[step]
        for step, (looked_into, whole) in below.items():
            self._below[step]._looked_into = looked_into  # noqa: SLF001 -- of the same class
            self._below[step]._whole = whole  # noqa: SLF001 -- as above

    def read(self, paths: tuple[str, ...] | None) -> None:
        """Record that the fields at these paths are used; everything if they are None.

        Args:
            paths: Paths from `field_paths`; a model's marks are part of a step.
        """
        if paths is None:
            self.whole()
        for path in paths or ():
            self._read(path)

    def _read(self, path: str) -> None:
        fields, equals, choices = path.partition("=")
        place = self
        steps = [step for step in fields.replace(ITEM, f".{ITEM}").replace("{", ".{").split(".") if step]
        for step in steps[:-1]:
            place = place._step(step)
        if steps and steps[-1].startswith("{"):
            place.looked_into()
            place._notes.add(steps[-1])  # noqa: SLF001 -- of the same class
            return
        place = place._step(steps[-1]) if steps else place  # noqa: SLF001 -- of the same class
        if equals:
            place._notes.add(f"={choices}")  # noqa: SLF001 -- of the same class
        place.whole()

    def _step(self, step: str) -> Usage:
        self._looked_into = True
        return self._below.setdefault(step, Usage())

    def _first_below(self, step: str) -> Usage:
        self._looked_into = True
        if step != ITEM and any(mark in step for mark in _NOTATION):
            self._whole = True  # it can't be part of a path
        return self._below.setdefault(step, Usage())

    def paths(self) -> tuple[str, ...] | None:
        """Return the paths of what was used, sorted ("id", "posts[].title"); None if everything was.

        If only the presence or the length of an object or array was used, its path ends with "{}".
        """
        used_paths = tuple(sorted(set(self._paths(""))))
        return None if "" in used_paths else used_paths

    def _paths(self, prefix: str) -> Iterator[str]:
        if self._whole or not self._looked_into:
            yield prefix.removesuffix(ITEM)
        elif not self._below:
            yield f"{prefix}{_BARE}"
        yield from (f"{prefix}{note}" for note in self._notes)
        for step, usage in [] if self._whole else self._below.items():
            yield from usage._paths(_join(prefix, step))  # noqa: SLF001 -- of the same class


def _join(prefix: str, step: str) -> str:
    if step == ITEM:
        return f"{prefix}{ITEM}"
    return f"{prefix}.{step}" if prefix else step
