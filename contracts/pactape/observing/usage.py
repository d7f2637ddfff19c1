"""What was used of one JSON value: a tree of the places that were read."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ITEM", "Usage"]

#: The step from an array to any of its items.
ITEM = "[]"
#: What ends the path of an object or array that was only looked at: counted, or tested for being empty.
_BARE = "{}"
#: What a key may not have in it to be a step of a path.
_NOTATION = (".", ITEM, "{", "?", "|null", "=", "header: ")


#: Whether a value was looked into, whether it was used whole, and the same for each value inside it.
UsageState = tuple[bool, bool, dict[str, tuple[bool, bool]]]


class Usage:
    """How one value of a JSON document was used, and every value inside it.

    An object or array that the test got and never looked into counts as used whole: code in C reads it without
    calling its methods (`orjson.dumps(answer)`, `Model.model_validate(answer)`).

    Example:
        >>> usage = Usage()
        >>> usage.looked_into()
        >>> usage.below("id").whole()
        >>> usage.paths()
        ('id',)
    """

    __slots__ = ("_below", "_looked_into", "_notes", "_whole")

    def __init__(self) -> None:
        self._below: dict[str, Usage] = {}
        self._looked_into = False
        self._whole = False
        self._notes: set[str] = set()

    def whole(self) -> None:
        """Everything here is used."""
        self._whole = True

    def looked_into(self) -> None:
        """The object or array itself is used; what is in it only where it is marked, too."""
        self._looked_into = True

    def below(self, step: str) -> Usage:
        """The usage of a key's value, or of an array's items; how it is used is not known yet."""
        usage = self._below.get(step)
        return self._first_below(step) if usage is None else usage

    def used(self, step: str) -> None:
        """The scalar below a key, or one that is an item, is used."""
        usage = self._below.get(step)
        if usage is None:
            usage = self._first_below(step)
        usage._whole = True  # noqa: SLF001 -- of the same class

    @property
    def state(self) -> UsageState:
        """What is noted here and of each key, to be restored."""
        below = {
            step: (usage._looked_into, usage._whole)  # noqa: SLF001 -- of the same class
            for step, usage in self._below.items()
        }
        return self._looked_into, self._whole, below

    def restore(self, state: UsageState) -> None:
        """Forget what was noted here and of each key since a state was taken."""
        self._looked_into, self._whole, below = state
        for step in self._below.keys() - below.keys():
            del self._below[step]
        for step, (looked_into, whole) in below.items():
            self._below[step]._looked_into = looked_into  # noqa: SLF001 -- of the same class
            self._below[step]._whole = whole  # noqa: SLF001 -- as above

    def read(self, paths: tuple[str, ...] | None) -> None:
        """Mark what field paths name as used; all of it, when they are None.

        Args:
            paths: As `field_paths` gives them; what a model says of a field is part of the step.
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
            self._whole = True  # a path can't name it
        return self._below.setdefault(step, Usage())

    def paths(self) -> tuple[str, ...] | None:
        """The paths of what was used, sorted ("id", "posts[].title"); None when that is everything.

        An object or array of which only the presence or the length was used is a path that ends with "{}".
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
            yield from usage._paths(_joined(prefix, step))  # noqa: SLF001 -- of the same class


def _joined(prefix: str, step: str) -> str:
    if step == ITEM:
        return f"{prefix}{ITEM}"
    return f"{prefix}.{step}" if prefix else step
