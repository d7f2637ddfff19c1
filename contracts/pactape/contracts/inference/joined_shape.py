"""Shapes: what several samples of one JSON value have in common, as a lattice with counts of distinct responses.

A `Shape` describes the values at one path of a JSON document; `observe` adds a sample, `join` adds another shape.
Every attribute is a union, an intersection or a minimum, so the order of samples, their distribution over workers
and repeated responses make no difference (tests check that `join` is associative, commutative and idempotent).
"""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from pactape.contracts.inference.formats import formats_of

__all__ = ["MANY", "MOST_VALUES", "Kind", "ResponseIds", "Shape", "response_id", "shape_of"]

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

#: The count of distinct responses stops at this number.
MANY: Final = 16
#: The most different texts at one path that are counted; with more, the path has no vocabulary.
MOST_VALUES: Final = 5
_LONGEST_VALUE: Final = 40

#: The ids of the distinct responses that showed something; None for `MANY` or more.
ResponseIds = frozenset[int] | None


class Shape(msgspec.Struct, array_like=True, gc=False):  # never part of a cycle
    """What the samples at one path have in common.

    Attributes:
        kinds: The distinct responses that had a value of each JSON kind here.
        formats: The string formats that every string had; None if no string was seen.
        values: The distinct responses that had each text; None after more than `MOST_VALUES` different texts, or
            one that is free text.
        keys: For objects, the shape below each key.
        optional: Whether an object was seen that lacks this key.
        items: For arrays, the joined shape of all items; None if no item was seen.
        shortest: The length of the shortest array; None if no array was seen.
        examples: The smallest value of each scalar kind (shorter texts are smaller).

    Example:
        >>> shape = shape_of([{"id": 1, "name": "Ada"}, {"id": 2}])
        >>> shape.required()
        ['id']
    """

    kinds: dict[Kind, ResponseIds] = {}
    formats: frozenset[str] | None = None
    values: dict[str, ResponseIds] | None = {}
    keys: dict[str, Shape] = {}
    optional: bool = False
    items: Shape | None = None
    shortest: int | None = None
    examples: dict[Kind, Any] = {}

    def response_count(self, kind: Kind) -> int:
        """Return how many distinct responses had a value of this kind here; `MANY` for that many or more."""
        response_ids = self.kinds.get(kind, _NO_RESPONSES)
        return MANY if response_ids is None else len(response_ids)

    @property
    def example(self) -> Any:
        """The smallest scalar seen, a text before a number before a boolean; None if no scalar was seen."""
        return next((self.examples[kind] for kind in _SCALARS if kind in self.examples), None)

    @property
    def can_be_example(self) -> bool:
        """Whether a body of this shape can be an example: the engine ignores null, and bodies of several kinds."""
        return "null" not in self.kinds and (
            len(self.kinds) == 1 or self.kinds.keys().isdisjoint({"object", "array"})
        )

    def required(self) -> list[str]:
        """Return the keys that every object had, sorted."""
        return sorted([key for key, shape in self.keys.items() if not shape.optional])

    def any_value(self) -> Shape:
        """Return the joined shape of all values of an object whose keys are data."""
        shape = Shape()
        for key_shape in self.keys.values():
            shape.join(key_shape)
        shape.optional = False
        return shape

    def observe(self, value: Any, response: int) -> None:
        """Add one sample.

        Args:
            value: A JSON value as `json.loads` gives it.
            response: The `response_id` of the response that it comes from.
        """
        kind = _KINDS[type(value)]
        kinds = self.kinds
        is_first = kind not in kinds
        response_ids = kinds.get(kind, _NO_RESPONSES)
        if response_ids is not None and response not in response_ids:
            kinds[kind] = _add_response(response_ids, response)
        if kind == "string":
            self._observe_string(value, response)
        elif kind == "object":
            self._observe_object(value, response, is_first=is_first)
        elif kind == "array":
            self._observe_array(value, response)
        elif kind != "null" and (kind not in self.examples or value < self.examples[kind]):
            self.examples[kind] = value

    def join(self, other: Shape) -> None:
        """Add all samples of `other`, which stays unchanged."""
        self._join_optional(other)
        self._join_own(other)
        for key, shape in other.keys.items():
            self._key(key).join(shape)
        if other.items is not None:
            self._items().join(other.items)

    def absorb(self, other: Shape) -> None:
        """Add all samples of `other`, which must not be used afterwards: faster than `join`."""
        self._join_optional(other)
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

    def _join_optional(self, other: Shape) -> None:
        """Mark keys that only one of two shapes has as optional, if both have seen objects."""
        if self.keys.keys() != other.keys.keys():
            if "object" in other.kinds:
                for key in self.keys.keys() - other.keys.keys():
                    self.keys[key].optional = True
            if "object" in self.kinds:
                for key in other.keys.keys() - self.keys.keys():
                    self._key(key).optional = True

    def _join_own(self, other: Shape) -> None:
        self.optional = self.optional or other.optional
        for kind, responses in other.kinds.items():
            self.kinds[kind] = _union(self.kinds.get(kind, _NO_RESPONSES), responses)
        if other.formats is not None:
            self.formats = other.formats if self.formats is None else self.formats & other.formats
        if self.values != {} or other.values != {}:
            self._join_values(other.values)
        if other.shortest is not None:
            self._shorten(other.shortest)
        examples = self.examples
        for kind, example in other.examples.items():
            own = examples.get(kind)
            if own is None or _example_order(example) < _example_order(own):
                examples[kind] = example

    def _observe_string(self, value: str, response: int) -> None:
        if self.formats is None:
            self.formats = formats_of(value)
        elif self.formats:
            self.formats = formats_of(value, self.formats)
        if self.values is not None:
            self._observe_value(value, response)
        example = self.examples.get("string")
        if example is None or len(value) < len(example) or (len(value) == len(example) and value < example):
            self.examples["string"] = value

    def _observe_value(self, value: str, response: int) -> None:
        values: dict[str, ResponseIds] = self.values or {}
        response_ids = values.get(value, _NO_RESPONSES)
        if response_ids is not None and response not in response_ids:
            values[value] = _add_response(response_ids, response)
        is_free_text = len(value) > _LONGEST_VALUE
        self.values = None if is_free_text or len(values) > MOST_VALUES else values

    def _observe_object(self, value: dict[str, Any], response: int, *, is_first: bool) -> None:
        keys = self.keys
        for key, child in value.items():
            shape = keys.get(key)
            if shape is None:
                shape = keys[key] = Shape(optional=not is_first)
            shape.observe(child, response)
        if len(keys) > len(value):
            for key in keys.keys() - value.keys():
                keys[key].optional = True

    def _observe_array(self, value: list[Any], response: int) -> None:
        self._shorten(len(value))
        if value:
            observe = self._items().observe
            for item in value:
                observe(item, response)

    def _join_values(self, values: dict[str, ResponseIds] | None) -> None:
        if self.values is None or values is None:
            self.values = None
            return
        for text, responses in values.items():
            self.values[text] = _union(self.values.get(text, _NO_RESPONSES), responses)
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
    """Return the shape of all `samples`, which are separate responses; equal samples count once."""
    shape = Shape()
    for sample in samples:
        shape.observe(sample, response_id(sample))
    return shape


def response_id(value: Any) -> int:
    """Return a fingerprint of 63 bits of a JSON value: equal values have equal fingerprints."""
    try:
        data = msgspec.json.encode(value, order="deterministic")
    except (OverflowError, ValueError):  # integers of more than 64 bits, and lone surrogates
        data = json.dumps(value, sort_keys=True).encode()
    return int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big") >> 1


_NO_RESPONSES: Final[frozenset[int]] = frozenset()


@lru_cache(maxsize=1024)
def _add_response(responses: frozenset[int], response: int) -> ResponseIds:
    """Add a response to a set; most paths of a response share one set object."""
    return _union(responses, frozenset((response,)))


@lru_cache(maxsize=1024)
def _union(one: ResponseIds, other: ResponseIds) -> ResponseIds:
    if one is None or other is None:
        return None
    both = one | other
    return both if len(both) < MANY else None


def _example_order(value: Any) -> Any:
    """Return the sort key of examples of one kind."""
    return (len(value), value) if isinstance(value, str) else value
