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
from pactape.contracts.formats import FORMATS, STABLE_EXAMPLES
from pactape.contracts.shape import Shape

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Expectation", "Rule", "below", "escaped", "expect", "map_key_pattern", "matches_regex"]

Rule = dict[str, Any]

#: With fewer samples than this an array that was never empty may still be: no minimum is stated.
_SAMPLES_FOR_MINIMUM = 3
_ANYTHING: Rule = {"match": "regex", "regex": r"[\s\S]*"}
#: What it takes to believe that the texts seen are all there are.
_SAMPLES_FOR_ENUMERATION = 8
_TIMES_FOR_ENUMERATION = 3
_UNSEEN_FOR_ENUMERATION = 0.05
_LONGEST_CHOICE = 40
#: Keys that are data: numbers, and texts of these formats.
_KEY_PATTERNS = ("^[0-9]+$", *(FORMATS[name] for name in ("uuid", "date", "date-time", "email", "ipv4")))
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


def expect(
    shape: Shape, sample: Any, fields: ReadFields = EVERYTHING, *, known: frozenset[str] = frozenset()
) -> Expectation:
    """What every sample of `shape` fulfils, with `sample`, one of them, as the example.

    Ids and moments in the example that the consumer did not send are new at every recording; a stable one takes
    their place, so that a contract changes only when its meaning does.

    Args:
        shape: At least one sample.
        sample: One of the samples that the shape has seen.
        fields: The fields that the consumer reads; others are left out.
        known: Texts that the consumer sent or the provider states name; they stay as they are.
    """
    emitter = _Emitter(known)
    return Expectation(emitter.emit(shape, sample, fields, "$"), emitter.rules)


class _Emitter:
    """Walks a shape and one of its samples side by side, collecting rules."""

    def __init__(self, known: frozenset[str]) -> None:
        self.rules: dict[str, Rule] = {}
        self._known = known

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
        return self._example(shape, shape.example if sample is None else sample)

    def _example(self, shape: Shape, value: Any) -> Any:
        if not isinstance(value, str) or value in self._known or not shape.formats:
            return value
        return STABLE_EXAMPLES.get(_stated_format(shape.formats), value)

    def _object(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> dict[str, Any]:
        sample = sample if isinstance(sample, dict) else {}
        pattern = map_key_pattern(shape.keys)
        if pattern is not None:
            return self._map(shape, sample, fields, path, pattern=pattern)
        return {
            key: self.emit(shape.keys[key], sample.get(key), fields.key(key), below(path, key))
            for key in shape.required()
            if key in fields and "'" not in key
        }

    def _map(
        self, shape: Shape, sample: dict[str, Any], fields: ReadFields, path: str, *, pattern: str
    ) -> dict[str, Any]:
        """An object whose keys are data: every key like these, every value like these, and any number of them."""
        each_key = {"match": "eachKey", "rules": [{"match": "regex", "regex": pattern}]}
        self.rules[path] = _all_of({"match": "values"}, each_key)
        values = Shape()
        for each in shape.keys.values():
            values.join(each)
        key = min(sample or shape.keys)
        return {key: self.emit(values, sample.get(key), fields.value(key), f"{path}.*")}

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
    if shape.formats:
        return {"match": "regex", "regex": FORMATS[_stated_format(shape.formats)]}
    if _is_enumeration(shape):
        choices = "|".join(escaped(value) for value in sorted(shape.values or ()))
        return {"match": "regex", "regex": f"^({choices})$"}
    return {"match": "type"} if alone else _ANYTHING


def _stated_format(formats: frozenset[str]) -> str:
    return next(name for name in FORMATS if name in formats)


def _is_enumeration(shape: Shape) -> bool:
    """Whether the evidence is that no other text will come: few texts, each seen often enough.

    The share of texts seen once estimates how likely the next text is a new one (Good and Turing).
    """
    count = shape.kinds.get("string", 0)
    if not shape.values or count < _SAMPLES_FOR_ENUMERATION:
        return False
    seen_once = sum(times == 1 for times in shape.values.values())
    often_enough = count / len(shape.values) >= _TIMES_FOR_ENUMERATION
    return (
        often_enough and seen_once / count < _UNSEEN_FOR_ENUMERATION and not any(map(_is_odd, shape.values))
    )


def _is_odd(text: str) -> bool:
    """Free text rather than a name for one of a few things."""
    return not text or len(text) > _LONGEST_CHOICE or "\n" in text


def escaped(text: str) -> str:
    """A pattern for exactly this text, in the syntax that Oniguruma, Rust and Python share."""
    return re.sub(r"([\\.^$*+?{}\[\]|()])", r"\\\1", text)


def map_key_pattern(keys: Iterable[str]) -> str | None:
    """The pattern of an object's keys, if all are ids, dates or numbers rather than names; None otherwise.

    Example:
        >>> map_key_pattern(["2026-01-31", "2026-02-01"]) is not None, map_key_pattern(["id", "name"])
        (True, None)
    """
    names = list(keys)
    if not names:
        return None
    return next((each for each in _KEY_PATTERNS if all(re.match(each, key) for key in names)), None)


def _all_of(*matchers: Rule) -> Rule:
    return {"combine": "AND", "matchers": list(matchers)}


def below(path: str, key: str) -> str:
    """The path expression of a key below `path`; the key has no single quote in it."""
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}['{key}']"
