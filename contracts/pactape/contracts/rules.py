"""From a shape to what a Pact says: an example and its matching rules.

Pact specification V4, matching rules. What the Rust engine makes of each was measured, and so: a rule on a
key that the example lacks does nothing, a key of the example is required, `combine: OR` works on scalars
only, and a path can't name a key with a single quote in it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.contracts.fields import EVERYTHING, ReadFields
from pactape.contracts.formats import PATTERNS

if TYPE_CHECKING:
    from pactape.contracts.shape import Shape

__all__ = ["Expectation", "Rule", "expect", "matches_regex"]

Rule = dict[str, Any]

#: With fewer samples than this an array that was never empty may still be: no minimum is stated.
_SAMPLES_FOR_MINIMUM = 3
_ANYTHING: Rule = {"match": "regex", "regex": r"[\s\S]*"}
_PLAIN_KEY = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class Expectation(msgspec.Struct, frozen=True):
    """A JSON value that must be matched, and how.

    Args:
        example: A JSON value.
        rules: Matching rules by path expression ("$.items[*].id"); a place without one must be equal, but for
            objects, which may have more keys.
    """

    example: Any
    rules: dict[str, Rule]


def matches_regex(pattern: str) -> Rule:
    """A rule that wants a text matched by `pattern`."""
    return _all_of({"match": "regex", "regex": pattern})


def expect(shape: Shape, sample: Any, fields: ReadFields = EVERYTHING) -> Expectation:
    """What every sample of `shape` fulfils, with `sample`, one of them, as the example.

    Args:
        shape: At least one sample.
        sample: One of the samples that the shape has seen.
        fields: The fields that the consumer reads; others are left out.
    """
    rules: dict[str, Rule] = {}
    return Expectation(_Emitter(rules).emit(shape, sample, fields, "$"), rules)


class _Emitter:
    """Walks a shape and one of its samples side by side, collecting rules."""

    def __init__(self, rules: dict[str, Rule]) -> None:
        self.rules = rules

    def emit(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> Any:
        kinds = set(shape.kinds) - {"null"}
        nullable = "null" in shape.kinds
        if kinds == {"object"} and not nullable:
            return self._object(shape, sample, fields, path)
        if kinds == {"array"} and not nullable:
            return self._array(shape, sample, fields, path)
        if not kinds or kinds & {"object", "array"}:
            self.rules[path] = _all_of(_ANYTHING)
            return None
        self.rules[path] = _scalar_rule(shape, kinds, nullable=nullable)
        return shape.example if sample is None else sample

    def _object(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> dict[str, Any]:
        sample = sample if isinstance(sample, dict) else {}
        return {
            key: self.emit(shape.keys[key], sample.get(key), fields.key(key), _below(path, key))
            for key in shape.required()
            if key in fields and "'" not in key
        }

    def _array(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> list[Any]:
        minimum = 1 if shape.shortest and shape.count >= _SAMPLES_FOR_MINIMUM else 0
        self.rules[path] = _all_of({"match": "type", "min": minimum})
        if shape.items is None:
            return []
        first = sample[0] if sample else None
        return [self.emit(shape.items, first, fields.item(), f"{path}[*]")]


def _scalar_rule(shape: Shape, kinds: set[Any], *, nullable: bool) -> Rule:
    matchers = _matchers(shape, kinds)
    if nullable:
        matchers.append({"match": "null"})
    return {"combine": "OR" if len(matchers) > 1 else "AND", "matchers": matchers}


def _matchers(shape: Shape, kinds: set[Any]) -> list[Rule]:
    """One matcher for each kind of scalar; a decimal may come as a whole number another time."""
    matchers: list[Rule] = []
    if "decimal" in kinds:
        matchers.append({"match": "number"})
    elif "integer" in kinds:
        matchers.append({"match": "integer"})
    if "boolean" in kinds:
        matchers.append({"match": "boolean"})
    if "string" in kinds:
        matchers.append(_string_matcher(shape, alone=not matchers and "null" not in shape.kinds))
    return matchers


def _string_matcher(shape: Shape, *, alone: bool) -> Rule:
    """`type` compares with the example's kind, so it can't be one side of an OR; a regex for any text can."""
    for name, pattern in PATTERNS.items():
        if shape.formats and name in shape.formats:
            return {"match": "regex", "regex": pattern}
    return {"match": "type"} if alone else _ANYTHING


def _all_of(*matchers: Rule) -> Rule:
    return {"combine": "AND", "matchers": list(matchers)}


def _below(path: str, key: str) -> str:
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}['{key}']"
