"""From a shape to an expectation in a pact: an example and its matching rules.

Pact specification V4, matching rules. What the Rust engine makes of each was measured, and so: a rule on a
key that the example lacks does nothing, a key of the example is required, `combine: OR` works on scalars
only, and a path can't name a key that is empty or has a single quote in it.

An optional key can therefore not be part of an expectation, unless the expectation says of objects that their
`values` are matched: that requires no key, but checks those that are present. Then a key that no rule names is
compared with the first of the example's, which is why there is a rule for any key, and a first key of null.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

import msgspec

from pactape.contracts.inference.discriminators import keys_of_one_kind
from pactape.contracts.inference.fields import EVERYTHING, ReadFields
from pactape.contracts.inference.formats import FORMATS, stable_example, stated_format
from pactape.contracts.inference.joined_shape import MANY
from pactape.pactfile.json_paths import below, can_be_named
from pactape.pactfile.patterns import escaped

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from collections.abc import Set as AbstractSet

    from pactape.contracts.inference.joined_shape import Shape

__all__ = ["ANYTHING", "Expectation", "Rule", "all_of", "below", "expect", "map_key_pattern", "matches_regex"]

Rule = dict[str, Any]

#: With fewer distinct answers than this, an array that was never empty gets no minimum: it may be empty.
_ANSWERS_FOR_MINIMUM = 16
#: With fewer distinct answers than this, a decimal is possible where only whole numbers were seen.
_ANSWERS_FOR_INTEGER = 5
#: The evidence that is needed to state the sampled texts as the only ones, if the settings ask for that.
_ANSWERS_FOR_ENUMERATION = 5
_ANSWERS_FOR_EACH_TEXT = 2
_MASK = re.compile(r"[\W_]*(scrubbed|redacted|masked|filtered|hidden|secret|x{3,})[\W_]*|\*+", re.IGNORECASE)
#: A key that sorts before all others and that no API has.
_FIRST_KEY = "!"
#: Keys that are data: numbers, and texts of these formats.
_KEY_PATTERNS = ("^[0-9]+$", *(FORMATS[name] for name in ("uuid", "date", "date-time", "email", "ipv4")))


class Expectation(msgspec.Struct, frozen=True):
    """A JSON value, and the rules by which another value matches it.

    Args:
        example: A JSON value.
        rules: Matching rules by path expression ("$.items[*].id"); a value without one must be equal, except
            objects, which may have more keys.
        optionals: Whether there are optional keys that the expectation doesn't contain.
    """

    example: Any
    rules: dict[str, Rule]
    optionals: bool = False


def matches_regex(pattern: str) -> Rule:
    """Return a rule that requires a text to match `pattern`."""
    return all_of({"match": "regex", "regex": pattern})


def all_of(*matchers: Rule) -> Rule:
    """Return a rule that requires all matchers to be fulfilled."""
    return {"combine": "AND", "matchers": list(matchers)}


NO_VOCABULARY: Final[Mapping[str, frozenset[str]]] = {}
#: Matches any text, and where the engine checks nothing else, any value.
ANYTHING: Final = matches_regex(r"[\s\S]*")


def expect(
    shape: Shape,
    sample: Any,
    fields: ReadFields = EVERYTHING,
    *,
    consumer_texts: AbstractSet[str] = frozenset(),
    request_texts: AbstractSet[str] = frozenset(),
    vocabulary: Mapping[str, frozenset[str]] = NO_VOCABULARY,
    optionals: bool = False,
    enumerations: bool = False,
) -> Expectation:
    """Return what every sample of `shape` fulfils, with `sample`, one of them, as the example.

    Ids and moments in the example that the consumer did not send are new at every recording; a stable one takes
    their place, so that a contract changes only when its meaning does.

    Args:
        shape: At least one sample.
        sample: One of the samples that the shape has seen.
        fields: The fields that the consumer reads; others are omitted, and what its model says of them is stated.
        consumer_texts: Texts that the consumer sent or the provider states name; they stay unchanged.
        request_texts: Texts that any request of the recordings sent; they are not vocabulary of the provider.
        vocabulary: The closed sets that the provider's documents name, by path expression; one that a sample goes
            beyond, or that more than five different texts were seen of, is not stated.
        optionals: Whether to say of what type optional keys are, and in exchange not to ask for any key. What
            is expected without and with `optionals`, taken together, is all that the shape knows.
        enumerations: Whether a few texts that were seen in at least five distinct answers are all that may come.
    """
    emitter = _Emitter(
        consumer_texts,
        _ScalarRules(request_texts, vocabulary, enumerations=enumerations),
        optionals=optionals,
    )
    example = emitter.emit(shape, sample, fields, "$")
    return Expectation(example, emitter.rules, emitter.left_optionals)


class _Emitter:
    """Walks a shape and one of its samples in parallel, and collects rules."""

    def __init__(self, consumer_texts: AbstractSet[str], scalars: _ScalarRules, *, optionals: bool) -> None:
        self.rules: dict[str, Rule] = {}
        self.left_optionals = False
        self._consumer_texts = consumer_texts
        self._with_optionals = optionals
        self._scalars = scalars

    def emit(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> Any:
        kinds = shape.kinds.keys() - {"null"}
        is_structure = not kinds.isdisjoint({"object", "array"})
        if len(shape.kinds) == 1 and kinds and (is_structure or not fields.takes_null):
            return self._one_kind(shape, sample, fields, path)
        if not kinds or is_structure:  # the engine has no rule for objects or null
            self.rules[path] = ANYTHING
            return None
        nullable = "null" in shape.kinds or fields.takes_null
        self.rules[path] = self._scalars.rule(shape, kinds, fields, path, nullable=nullable)
        return self._example(shape, shape.example)

    def _one_kind(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> Any:
        """Fast path for a value of one kind."""
        if "object" in shape.kinds:
            return self._object(shape, sample, fields, path)
        if "array" in shape.kinds:
            return self._array(shape, sample, fields, path)
        self.rules[path] = self._scalars.rule(shape, shape.kinds.keys(), fields, path, nullable=False)
        return self._example(shape, shape.example if sample is None else sample)

    def _example(self, shape: Shape, value: Any) -> Any:
        if not isinstance(value, str) or value in self._consumer_texts or not shape.formats:
            return value
        stable = stable_example(shape.formats, shape.answers("string"))
        return value if stable is None else stable

    def _object(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> dict[str, Any]:
        sample = sample if isinstance(sample, dict) else {}
        pattern = map_key_pattern(shape.keys)
        if pattern is not None:
            return self._map(shape, sample, fields, path, pattern=pattern)
        fields_read = {key for key in shape.keys if key in fields and can_be_named(key)}
        waived = self._waived(shape, fields, path)
        required = [
            key
            for key in shape.required()
            if key in fields_read and key not in waived and not fields.key(key).has_default
        ]
        example: dict[str, Any] = {}
        if not fields_read <= set(required):
            self.left_optionals = not self._with_optionals
            if self._with_optionals:
                self.rules |= {path: all_of({"match": "values"}), f"{path}.*": ANYTHING}
                example = {_FIRST_KEY: None}
        return example | {
            key: self.emit(shape.keys[key], sample.get(key), fields.key(key), below(path, key))
            for key in (sorted(fields_read) if self._with_optionals else required)
        }

    def _waived(self, shape: Shape, fields: ReadFields, path: str) -> AbstractSet[str]:
        """The keys that items of another kind lack, as long as few answers show that there is no other kind."""
        is_sure = shape.answers("object") >= _ANSWERS_FOR_MINIMUM or not fields.is_everything
        return frozenset() if is_sure or not path.endswith("[*]") else keys_of_one_kind(shape)

    def _map(
        self, shape: Shape, sample: dict[str, Any], fields: ReadFields, path: str, *, pattern: str
    ) -> dict[str, Any]:
        """Add an object whose keys are data: any number of keys and values like these."""
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
    """Makes rules for scalars: from the consumer's model, and from the evidence of the samples."""

    def __init__(
        self, request_texts: AbstractSet[str], vocabulary: Mapping[str, frozenset[str]], *, enumerations: bool
    ) -> None:
        self._request_texts = request_texts
        self._vocabulary = vocabulary
        self._enumerations = enumerations

    def rule(
        self, shape: Shape, kinds: AbstractSet[Any], fields: ReadFields, path: str, *, nullable: bool
    ) -> Rule:
        matchers = self._matchers(shape, kinds, fields.choices or self._published(shape, path))
        if not nullable and kinds == {"string"} and _may_be_a_number(matchers[0]):
            return all_of({"match": "type"}, *matchers)
        if nullable:
            matchers.append({"match": "null"})
        return {"combine": "OR" if len(matchers) > 1 else "AND", "matchers": matchers}

    def _published(self, shape: Shape, path: str) -> frozenset[str] | None:
        """The closed set that the provider's documents name here, if every text that was seen is of it."""
        texts = self._vocabulary.get(path)
        return texts if texts and shape.values and shape.values.keys() <= texts else None

    def _matchers(self, shape: Shape, kinds: AbstractSet[Any], choices: frozenset[str] | None) -> list[Rule]:
        """Return a matcher for each kind of scalar; a decimal may be a whole number in other answers."""
        matchers: list[Rule] = []
        if "decimal" in kinds:
            matchers.append({"match": "number"})
        elif "integer" in kinds:
            whole = shape.answers("integer") >= _ANSWERS_FOR_INTEGER
            matchers.append({"match": "integer" if whole else "number"})
        if "boolean" in kinds:
            matchers.append({"match": "boolean"})
        if "string" in kinds:
            matchers.append(self._string_matcher(shape, choices))
        return matchers

    def _string_matcher(self, shape: Shape, choices: frozenset[str] | None) -> Rule:
        """`type` compares with the example's kind; therefore the example of a union with texts is a text."""
        if choices:
            return _one_of(choices)
        name = stated_format(shape.formats, shape.answers("string")) if shape.formats else None
        if name is not None:
            return {"match": "regex", "regex": FORMATS[name]}
        if self._enumerations and self._is_enumeration(shape):
            return _one_of(shape.values or ())
        return {"match": "type"}

    def _is_enumeration(self, shape: Shape) -> bool:
        """Whether the texts are a vocabulary: in enough distinct answers, each in several, and none is data."""
        if not shape.values or shape.answers("string") < _ANSWERS_FOR_ENUMERATION:
            return False
        counts = (MANY if answer_ids is None else len(answer_ids) for answer_ids in shape.values.values())
        return min(counts) >= _ANSWERS_FOR_EACH_TEXT and not any(
            not text or "\n" in text or text in self._request_texts or _MASK.fullmatch(text)
            for text in shape.values
        )


def _one_of(texts: Iterable[str]) -> Rule:
    return {"match": "regex", "regex": f"^({'|'.join(escaped(text) for text in sorted(texts))})$"}


def _may_be_a_number(matcher: Rule) -> bool:
    """Whether a pattern also matches numbers, which the engine treats as texts: "9.5" equals 9.5."""
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
