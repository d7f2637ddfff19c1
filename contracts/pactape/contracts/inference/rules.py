"""From a shape to what a Pact says: an example and its matching rules.

Pact specification V4, matching rules. What the Rust engine makes of each was measured, and so: a rule on a
key that the example lacks does nothing, a key of the example is required, `combine: OR` works on scalars
only, and a path can't name a key that is empty or has a single quote in it.

An optional key therefore has no place in an expectation, unless the expectation says of objects that their
`values` are matched: that asks for no key, but checks those that are there. Then a key that no rule names is
compared with the first of the example's, which is why there is a rule for any key, and a first key of null.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.contracts.inference.fields import EVERYTHING, ReadFields
from pactape.contracts.inference.formats import FORMATS, stable_example, stated_format
from pactape.contracts.inference.shape import MANY
from pactape.pactfile.json_paths import below, can_be_named
from pactape.pactfile.patterns import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable
    from collections.abc import Set as AbstractSet

    from pactape.contracts.inference.shape import Shape

__all__ = ["Expectation", "Rule", "all_of", "below", "expect", "map_key_pattern", "matches_regex"]

Rule = dict[str, Any]

#: With fewer distinct answers than this, an array that was never empty may still be: no minimum is stated.
_ANSWERS_FOR_MINIMUM = 16
#: With fewer distinct answers than this, a decimal may still come where only whole numbers were seen.
_ANSWERS_FOR_INTEGER = 5
_ANYTHING: Rule = {"match": "regex", "regex": r"[\s\S]*"}
#: What it takes to state the texts that were seen as all there are, where the settings ask for that.
_ANSWERS_FOR_ENUMERATION = 5
_ANSWERS_FOR_EACH_TEXT = 2
_MASK = re.compile(r"[\W_]*(scrubbed|redacted|masked|filtered|hidden|secret|x{3,})[\W_]*|\*+", re.IGNORECASE)
#: A key that sorts before all others and that no API has.
_FIRST_KEY = "!"
#: Keys that are data: numbers, and texts of these formats.
_KEY_PATTERNS = ("^[0-9]+$", *(FORMATS[name] for name in ("uuid", "date", "date-time", "email", "ipv4")))


class Expectation(msgspec.Struct, frozen=True):
    """A JSON value that must be matched, and how.

    Args:
        example: A JSON value.
        rules: Matching rules by path expression ("$.items[*].id"); a place without one must be equal, but for
            objects, which may have more keys.
        optionals: Whether there are optional keys that it says nothing of.
    """

    example: Any
    rules: dict[str, Rule]
    optionals: bool = False


def matches_regex(pattern: str) -> Rule:
    """A rule that wants a text matched by `pattern`."""
    return all_of({"match": "regex", "regex": pattern})


def all_of(*matchers: Rule) -> Rule:
    """A rule that wants all matchers fulfilled."""
    return {"combine": "AND", "matchers": list(matchers)}


def expect(
    shape: Shape,
    sample: Any,
    fields: ReadFields = EVERYTHING,
    *,
    known: AbstractSet[str] = frozenset(),
    sent: AbstractSet[str] = frozenset(),
    optionals: bool = False,
    enumerations: bool = False,
) -> Expectation:
    """Return what every sample of `shape` fulfils, with `sample`, one of them, as the example.

    Ids and moments in the example that the consumer did not send are new at every recording; a stable one takes
    their place, so that a contract changes only when its meaning does.

    Args:
        shape: At least one sample.
        sample: One of the samples that the shape has seen.
        fields: The fields that the consumer reads; others are left out, and what its model says of them is stated.
        known: Texts that the consumer sent or the provider states name; they stay as they are.
        sent: Texts that any request of the recordings sent; they are no vocabulary of the provider.
        optionals: Whether to say of what type optional keys are, and in exchange not to ask for any key. What
            is expected without and with `optionals`, taken together, is all that the shape knows.
        enumerations: Whether a few texts that were seen in at least five distinct answers are all that may come.
    """
    emitter = _Emitter(known, sent=sent, optionals=optionals, enumerations=enumerations)
    example = emitter.emit(shape, sample, fields, "$")
    return Expectation(example, emitter.rules, emitter.left_optionals)


class _Emitter:
    """Walks a shape and one of its samples side by side, collecting rules."""

    def __init__(
        self, known: AbstractSet[str], *, sent: AbstractSet[str], optionals: bool, enumerations: bool
    ) -> None:
        self.rules: dict[str, Rule] = {}
        self.left_optionals = False
        self._known = known
        self._with_optionals = optionals
        self._scalars = _ScalarRules(sent, enumerations=enumerations)

    def emit(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> Any:
        kinds = shape.kinds.keys() - {"null"}
        is_structure = not kinds.isdisjoint({"object", "array"})
        if len(shape.kinds) == 1 and kinds and (is_structure or not fields.takes_null):
            return self._one_kind(shape, sample, fields, path)
        if not kinds or is_structure:  # the engine knows no object or null
            self.rules[path] = all_of(_ANYTHING)
            return None
        nullable = "null" in shape.kinds or fields.takes_null
        self.rules[path] = self._scalars.rule(shape, kinds, fields, nullable=nullable)
        return self._example(shape, shape.example)

    def _one_kind(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> Any:
        """Most places have values of one kind."""
        if "object" in shape.kinds:
            return self._object(shape, sample, fields, path)
        if "array" in shape.kinds:
            return self._array(shape, sample, fields, path)
        self.rules[path] = self._scalars.rule(shape, shape.kinds.keys(), fields, nullable=False)
        return self._example(shape, shape.example if sample is None else sample)

    def _example(self, shape: Shape, value: Any) -> Any:
        if not isinstance(value, str) or value in self._known or not shape.formats:
            return value
        stable = stable_example(shape.formats, shape.answers("string"))
        return value if stable is None else stable

    def _object(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> dict[str, Any]:
        sample = sample if isinstance(sample, dict) else {}
        pattern = map_key_pattern(shape.keys)
        if pattern is not None:
            return self._map(shape, sample, fields, path, pattern=pattern)
        read = {key for key in shape.keys if key in fields and can_be_named(key)}
        required = [key for key in shape.required() if key in read and not fields.key(key).has_default]
        example: dict[str, Any] = {}
        if not read <= set(required):
            self.left_optionals = not self._with_optionals
            if self._with_optionals:
                self.rules |= {path: all_of({"match": "values"}), f"{path}.*": all_of(_ANYTHING)}
                example = {_FIRST_KEY: None}
        return example | {
            key: self.emit(shape.keys[key], sample.get(key), fields.key(key), below(path, key))
            for key in (sorted(read) if self._with_optionals else required)
        }

    def _map(
        self, shape: Shape, sample: dict[str, Any], fields: ReadFields, path: str, *, pattern: str
    ) -> dict[str, Any]:
        """An object whose keys are data: every key like these, every value like these, and any number of them."""
        each_key = {"match": "eachKey", "rules": [{"match": "regex", "regex": pattern}]}
        matchers = [{"match": "values"}] if self._with_optionals else [{"match": "values"}, each_key]
        self.rules[path] = all_of(*matchers)  # below a rule for any key, the engine doesn't always find both
        key = min(sample or shape.keys)
        return {key: self.emit(shape.any_value(), sample.get(key), fields.value(key), f"{path}.*")}

    def _array(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> list[Any]:
        minimum = 1 if shape.shortest and shape.answers("array") >= _ANSWERS_FOR_MINIMUM else 0
        self.rules[path] = all_of({"match": "type", "min": minimum})
        if shape.items is None:
            return []
        first = sample[0] if sample else None
        return [self.emit(shape.items, first, fields.item(), f"{path}[*]")]


class _ScalarRules:
    """States rules for scalars: what the consumer's model says, and what the samples are evidence of."""

    def __init__(self, sent: AbstractSet[str], *, enumerations: bool) -> None:
        self._sent = sent
        self._enumerations = enumerations

    def rule(self, shape: Shape, kinds: AbstractSet[Any], fields: ReadFields, *, nullable: bool) -> Rule:
        matchers = self._matchers(shape, kinds, fields)
        if not nullable and kinds == {"string"} and _may_be_a_number(matchers[0]):
            return all_of({"match": "type"}, *matchers)
        if nullable:
            matchers.append({"match": "null"})
        return {"combine": "OR" if len(matchers) > 1 else "AND", "matchers": matchers}

    def _matchers(self, shape: Shape, kinds: AbstractSet[Any], fields: ReadFields) -> list[Rule]:
        """One matcher for each kind of scalar; a decimal may come as a whole number another time."""
        matchers: list[Rule] = []
        if "decimal" in kinds:
            matchers.append({"match": "number"})
        elif "integer" in kinds:
            whole = shape.answers("integer") >= _ANSWERS_FOR_INTEGER
            matchers.append({"match": "integer" if whole else "number"})
        if "boolean" in kinds:
            matchers.append({"match": "boolean"})
        if "string" in kinds:
            matchers.append(self._string_matcher(shape, fields))
        return matchers

    def _string_matcher(self, shape: Shape, fields: ReadFields) -> Rule:
        """`type` compares with the example's kind, which is why the example of a union with texts is a text."""
        if fields.choices:
            return _one_of(fields.choices)
        stated = stated_format(shape.formats, shape.answers("string")) if shape.formats else None
        if stated is not None:
            return {"match": "regex", "regex": FORMATS[stated]}
        if self._enumerations and self._is_enumeration(shape):
            return _one_of(shape.values or ())
        return {"match": "type"}

    def _is_enumeration(self, shape: Shape) -> bool:
        """Whether the texts are a vocabulary: in enough distinct answers, each in several, and none is data."""
        if not shape.values or shape.answers("string") < _ANSWERS_FOR_ENUMERATION:
            return False
        answers = (MANY if seen is None else len(seen) for seen in shape.values.values())
        return min(answers) >= _ANSWERS_FOR_EACH_TEXT and not any(
            not text or "\n" in text or text in self._sent or _MASK.fullmatch(text) for text in shape.values
        )


def _one_of(texts: Iterable[str]) -> Rule:
    return {"match": "regex", "regex": f"^({'|'.join(escaped(text) for text in sorted(texts))})$"}


def _may_be_a_number(matcher: Rule) -> bool:
    """Whether a pattern takes a number for a text, as the engine has it: "9.5" and 9.5 are one to it."""
    return matcher.get("regex") == FORMATS["decimal"]


def map_key_pattern(keys: Iterable[str]) -> str | None:
    """The pattern of an object's keys, if all are ids, dates or numbers rather than names; None otherwise.

    Example:
        >>> map_key_pattern(["2026-01-31", "2026-02-01"]) is not None, map_key_pattern(["id", "name"])
        (True, None)
    """
    names = list(keys)
    if not names or names[0].isidentifier():  # which no number and no text of these formats is
        return None
    return next((each for each in _KEY_PATTERNS if all(re.match(each, key) for key in names)), None)
