"""What several samples of one JSON value have in common: a lattice of counted observations.

A `Shape` counts what was seen at one place of a JSON document; `observe` adds a sample and `join` adds another
shape. Both only add counts and intersect or unite sets, so the order of samples and the way they are split over
workers make no difference (anti-unification; tests hold join to be associative and commutative).
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

from pactape.contracts.inference.formats import formats_of

__all__ = ["MOST_VALUES", "Kind", "Shape", "shape_of"]

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
_SCALARS: Final[tuple[Kind, ...]] = ("string", "integer", "decimal", "boolean")

#: How many different texts of one place are told apart; with more, they are only counted.
MOST_VALUES: Final = 5


class Shape(msgspec.Struct, array_like=True, gc=False):  # it holds no cycles
    """All that the samples of one place agree on.

    Attributes:
        kinds: How many samples were of each JSON kind.
        formats: The string formats that every string had; None while no string was seen.
        values: How often each text was seen; None once there were more than `MOST_VALUES` different ones.
        keys: For objects, the shape below each key; a key seen fewer times than objects is optional.
        items: For arrays, the one shape of all items; None while no item was seen.
        shortest: The length of the shortest array; None while no array was seen.
        examples: The smallest value seen of each scalar kind (texts by length first).

    Example:
        >>> shape = shape_of([{"id": 1, "name": "Ada"}, {"id": 2}])
        >>> shape.required()
        ['id']
    """

    kinds: dict[Kind, int] = {}
    formats: frozenset[str] | None = None
    values: dict[str, int] | None = {}
    keys: dict[str, Shape] = {}
    items: Shape | None = None
    shortest: int | None = None
    examples: dict[Kind, Any] = {}

    @property
    def count(self) -> int:
        """How many samples were seen at this place."""
        return sum(self.kinds.values())

    @property
    def example(self) -> Any:
        """The smallest scalar seen, a text before a number before a boolean; None when there was none."""
        return next((self.examples[kind] for kind in _SCALARS if kind in self.examples), None)

    def required(self) -> list[str]:
        """The keys that every object had, sorted."""
        objects = self.kinds.get("object", 0)
        return sorted([key for key, shape in self.keys.items() if sum(shape.kinds.values()) == objects])

    def any_value(self) -> Shape:
        """The one shape of all values of an object whose keys are data."""
        joined = Shape()
        for each in self.keys.values():
            joined.join(each)
        return joined

    def observe(self, value: Any) -> None:
        """Add one sample: a JSON value as `json.loads` gives it."""
        kind = _KINDS[type(value)]
        kinds = self.kinds
        kinds[kind] = kinds.get(kind, 0) + 1
        if kind == "string":
            self._observe_string(value)
        elif kind == "object":
            self._observe_object(value)
        elif kind == "array":
            self._observe_array(value)
        elif kind != "null" and (kind not in self.examples or value < self.examples[kind]):
            self.examples[kind] = value

    def join(self, other: Shape) -> None:
        """Add all samples of `other`, which stays as it is."""
        self._join_own(other)
        for key, shape in other.keys.items():
            self._key(key).join(shape)
        if other.items is not None:
            self._items().join(other.items)

    def absorb(self, other: Shape) -> None:
        """Add all samples of `other`, which is used up by that: quicker than `join`."""
        self._join_own(other)
        keys = self.keys
        for key, shape in other.keys.items():
            mine = keys.get(key)
            if mine is None:
                keys[key] = shape
            else:
                mine.absorb(shape)
        if self.items is None:
            self.items = other.items
        elif other.items is not None:
            self.items.absorb(other.items)

    def _join_own(self, other: Shape) -> None:
        kinds = self.kinds
        for kind, count in other.kinds.items():
            kinds[kind] = kinds.get(kind, 0) + count
        if other.formats is not None:
            self.formats = other.formats if self.formats is None else self.formats & other.formats
        if self.values != {} or other.values != {}:
            self._join_values(other.values)
        if other.shortest is not None:
            self._shorten(other.shortest)
        examples = self.examples
        for kind, example in other.examples.items():
            known = examples.get(kind)
            if known is None or _size(example) < _size(known):
                examples[kind] = example

    def _observe_string(self, value: str) -> None:
        if self.formats is None:
            self.formats = formats_of(value)
        elif self.formats:
            self.formats = formats_of(value, self.formats)
        values = self.values
        if values is not None:
            values[value] = values.get(value, 0) + 1
            if len(values) > MOST_VALUES:
                self.values = None
        example = self.examples.get("string")
        if example is None or len(value) < len(example) or (len(value) == len(example) and value < example):
            self.examples["string"] = value

    def _observe_object(self, value: dict[str, Any]) -> None:
        keys = self.keys
        for key, each in value.items():
            shape = keys.get(key)
            if shape is None:
                shape = keys[key] = Shape()
            shape.observe(each)

    def _observe_array(self, value: list[Any]) -> None:
        self._shorten(len(value))
        if value:
            observe = self._items().observe
            for each in value:
                observe(each)

    def _join_values(self, values: dict[str, int] | None) -> None:
        if self.values is None or values is None:
            self.values = None
            return
        for text, count in values.items():
            self.values[text] = self.values.get(text, 0) + count
        if len(self.values) > MOST_VALUES:
            self.values = None

    def _key(self, key: str) -> Shape:
        shape = self.keys.get(key)
        if shape is None:
            shape = self.keys[key] = Shape()
        return shape

    def _items(self) -> Shape:
        if self.items is None:
            self.items = Shape()
        return self.items

    def _shorten(self, length: int) -> None:
        if self.shortest is None or length < self.shortest:
            self.shortest = length


def shape_of(samples: list[Any]) -> Shape:
    """The shape of all `samples`."""
    shape = Shape()
    for sample in samples:
        shape.observe(sample)
    return shape


def _size(value: Any) -> Any:
    """What examples of one kind are ordered by."""
    return (len(value), value) if isinstance(value, str) else value
