"""What several samples of one JSON value have in common: a lattice of counted observations.

A `Shape` counts what was seen at one place of a JSON document; `observe` adds a sample and `join` adds
another shape. Both only add counts and intersect or unite sets, so the order of samples and the way they are
split over workers make no difference (anti-unification; tests hold join to be associative and commutative).
"""

from __future__ import annotations

import json
from typing import Any, Final, Literal

from pactape.contracts.formats import formats_of

__all__ = ["Kind", "Shape", "shape_of"]

Kind = Literal["null", "boolean", "integer", "decimal", "string", "array", "object"]

_KINDS: Final[dict[type, Kind]] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "decimal",
    str: "string",
    list: "array",
    dict: "object",
}


class Shape:
    """All that the samples of one place agree on.

    Attributes:
        kinds: How many samples were of each JSON kind.
        formats: The string formats that every string had; None while no string was seen.
        keys: For objects, the shape below each key; a key seen fewer times than objects is optional.
        items: For arrays, the one shape of all items; None while no item was seen.
        shortest: The length of the shortest array; None while no array was seen.
        example: The smallest scalar seen other than null (by the length of its JSON, then by that text).

    Example:
        >>> shape = shape_of([{"id": 1, "name": "Ada"}, {"id": 2}])
        >>> shape.required()
        ['id']
    """

    __slots__ = ("example", "formats", "items", "keys", "kinds", "shortest")

    def __init__(self) -> None:
        self.kinds: dict[Kind, int] = {}
        self.formats: frozenset[str] | None = None
        self.keys: dict[str, Shape] = {}
        self.items: Shape | None = None
        self.shortest: int | None = None
        self.example: Any = None

    @property
    def count(self) -> int:
        """How many samples were seen at this place."""
        return sum(self.kinds.values())

    def required(self) -> list[str]:
        """The keys that every object had, sorted."""
        objects = self.kinds.get("object", 0)
        return sorted(key for key, shape in self.keys.items() if shape.count == objects)

    def observe(self, value: Any) -> None:
        """Add one sample: a JSON value as `json.loads` gives it."""
        kind = _KINDS[type(value)]
        self.kinds[kind] = self.kinds.get(kind, 0) + 1
        if kind == "object":
            self._observe_object(value)
        elif kind == "array":
            self._observe_array(value)
        elif kind != "null":
            self._observe_scalar(value)

    def join(self, other: Shape) -> None:
        """Add all samples of `other`, which stays as it is."""
        for kind, count in other.kinds.items():
            self.kinds[kind] = self.kinds.get(kind, 0) + count
        self._join_formats(other.formats)
        for key, shape in other.keys.items():
            self._key(key).join(shape)
        if other.items is not None:
            self._items().join(other.items)
        if other.shortest is not None:
            self._shorten(other.shortest)
        self._offer(other.example)

    def _observe_object(self, value: dict[str, Any]) -> None:
        for key, each in value.items():
            self._key(key).observe(each)

    def _observe_array(self, value: list[Any]) -> None:
        self._shorten(len(value))
        for each in value:
            self._items().observe(each)

    def _observe_scalar(self, value: bool | float | str) -> None:  # noqa: FBT001 -- a JSON scalar
        if isinstance(value, str):
            self._join_formats(formats_of(value))
        self._offer(value)

    def _key(self, key: str) -> Shape:
        shape = self.keys.get(key)
        if shape is None:
            shape = self.keys[key] = Shape()
        return shape

    def _items(self) -> Shape:
        if self.items is None:
            self.items = Shape()
        return self.items

    def _join_formats(self, formats: frozenset[str] | None) -> None:
        if formats is not None:
            self.formats = formats if self.formats is None else self.formats & formats

    def _shorten(self, length: int) -> None:
        self.shortest = length if self.shortest is None else min(self.shortest, length)

    def _offer(self, example: Any) -> None:
        if example is None:
            return
        if self.example is None or _size(example) < _size(self.example):
            self.example = example


def shape_of(samples: list[Any]) -> Shape:
    """The shape of all `samples`."""
    shape = Shape()
    for sample in samples:
        shape.observe(sample)
    return shape


def _size(value: bool | float | str) -> tuple[int, str]:  # noqa: FBT001 -- a JSON scalar
    text = json.dumps(value)
    return len(text), text
