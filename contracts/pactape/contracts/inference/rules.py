"""Turns a shape into the expectation of a pact: an example and its matching rules.

Pact specification V4, matching rules. Measured behaviour of the Rust engine: a rule for a key that the example
lacks has no effect, every key of the example is required, `combine: OR` works on scalars only, and a path can't
contain a key that is empty or has a single quote.

Therefore an expectation can't contain an optional key, except with a `values` rule on the object, which requires no
key but checks those that are present. Then keys without a rule are compared with the first key of the example, so
there is a rule for any key, and the first key's value is null.
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

#: With fewer distinct responses, an array that was never empty gets no minimum length: it may be empty.
_RESPONSES_FOR_MINIMUM = 16
#: With fewer distinct responses, decimals are possible where only integers were seen.
_RESPONSES_FOR_INTEGER = 5
#: The evidence needed to state the sampled texts as an enumeration, if the settings enable it.
_RESPONSES_FOR_ENUMERATION = 5
_RESPONSES_FOR_EACH_TEXT = 2
_MASK = re.compile(r"[\W_]*(scrubbed|redacted|masked|filtered|hidden|secret|x{3,})[\W_]*|\*+", re.IGNORECASE)
#: A key that sorts before all others and that no API uses.
_FIRST_KEY = "!"
#: Keys that are numbers or have one of these formats are data.
_KEY_PATTERNS = ("^[0-9]+$", *(FORMATS[name] for name in ("uuid", "date", "date-time", "email", "ipv4")))


class Expectation(msgspec.Struct, frozen=True):
    """A JSON value, and the rules that decide whether another value matches it.

    Args:
        example: A JSON value.
        rules: Matching rules by path expression ("$.items[*].id"); a value without a rule must be equal, except
            that objects may have more keys.
        optionals: Whether the shape has optional keys that the expectation doesn't contain.
    """

    example: Any
    rules: dict[str, Rule]
    optionals: bool = False


def matches_regex(pattern: str) -> Rule:
    """Return a rule that requires a text to match `pattern`."""
    return all_of({"match": "regex", "regex": pattern})


def all_of(*matchers: Rule) -> Rule:
    """Return a rule that requires all matchers to match."""
    return {"combine": "AND", "matchers": list(matchers)}


NO_VOCABULARY: Final[Mapping[str, frozenset[str]]] = {}
#: Matches any text, and any value where the engine makes no other check.
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
    """Return an expectation that every sample of `shape` matches, with `sample` as the example.

    Ids and timestamps that the consumer didn't send differ in every recording. The example has stable ones in their
    place, so that a contract changes only if its meaning changes.

    Args:
        shape: At least one sample.
        sample: One of the samples of the shape.
        fields: The fields that the consumer reads; others are omitted. What its model says about them becomes part
            of the rules.
        consumer_texts: Texts that the consumer sent or that provider states contain; they stay unchanged.
        request_texts: Texts that any recorded request sent; they don't count as the provider's vocabulary.
        vocabulary: The closed sets in the provider's documents, by path expression. A set is not stated if a sample
            has another text, or if more than five different texts were seen.
        optionals: Whether to state the types of optional keys, and therefore to require no key. The expectations
            with and without `optionals` together state everything that the shape shows.
        enumerations: Whether to state a few texts, seen in at least five distinct responses, as an enumeration.
    """
    emitter = _Emitter(
        consumer_texts,
        _ScalarRules(request_texts, vocabulary, enumerations=enumerations),
        optionals=optionals,
    )
    example = emitter.emit(shape, sample, fields, "$")
    return Expectation(example, emitter.rules, emitter.left_optionals)


class _Emitter:
    """Walks a shape and one of its samples in parallel and collects rules."""

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
            return self._emit_one_kind(shape, sample, fields, path)
        if not kinds or is_structure:  # the engine has no rule for objects or null
            self.rules[path] = ANYTHING
            return None
        nullable = "null" in shape.kinds or fields.takes_null
        self.rules[path] = self._scalars.rule(shape, kinds, fields, path, nullable=nullable)
        return self._example(shape, shape.example)

    def _emit_one_kind(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> Any:
        """Emit a value of one kind (fast path)."""
        if "object" in shape.kinds:
            return self._emit_object(shape, sample, fields, path)
        if "array" in shape.kinds:
            return self._emit_array(shape, sample, fields, path)
        self.rules[path] = self._scalars.rule(shape, shape.kinds.keys(), fields, path, nullable=False)
        return self._example(shape, shape.example if sample is None else sample)

    def _example(self, shape: Shape, value: Any) -> Any:
        if not isinstance(value, str) or value in self._consumer_texts or not shape.formats:
            return value
        stable = stable_example(shape.formats, shape.response_count("string"))
        return value if stable is None else stable

    def _emit_object(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> dict[str, Any]:
        sample = sample if isinstance(sample, dict) else {}
        pattern = map_key_pattern(shape.keys)
        if pattern is not None:
            return self._emit_map(shape, sample, fields, path, pattern=pattern)
        fields_read = {key for key in shape.keys if key in fields and can_be_named(key)}
        waived = self._waived_keys(shape, fields, path)
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

    def _waived_keys(self, shape: Shape, fields: ReadFields, path: str) -> AbstractSet[str]:
        """Return the keys that items of an unseen kind may lack, while too few responses exclude such a kind."""
        is_sure = shape.response_count("object") >= _RESPONSES_FOR_MINIMUM or not fields.is_everything
        return frozenset() if is_sure or not path.endswith("[*]") else keys_of_one_kind(shape)

    def _emit_map(
        self, shape: Shape, sample: dict[str, Any], fields: ReadFields, path: str, *, pattern: str
    ) -> dict[str, Any]:
        """Emit an object whose keys are data: any number of keys and values like the samples."""
        each_key = {"match": "eachKey", "rules": [{"match": "regex", "regex": pattern}]}
        matchers = [{"match": "values"}] if self._with_optionals else [{"match": "values"}, each_key]
        self.rules[path] = all_of(*matchers)  # below a rule for any key, the engine doesn't always find both
        key = min(sample or shape.keys)
        return {key: self.emit(shape.any_value(), sample.get(key), fields.value(key), f"{path}.*")}

    def _emit_array(self, shape: Shape, sample: Any, fields: ReadFields, path: str) -> list[Any]:
        minimum = 1 if shape.shortest and shape.response_count("array") >= _RESPONSES_FOR_MINIMUM else 0
        self.rules[path] = all_of({"match": "type", "min": minimum})
        if shape.items is None:
            return []
        first = sample[0] if sample else None
        return [self.emit(shape.items, first, fields.item(), f"{path}[*]")]


class _ScalarRules:
    """Makes rules for scalars from the consumer's model and the evidence of the samples."""

    def __init__(
        self, request_texts: AbstractSet[str], vocabulary: Mapping[str, frozenset[str]], *, enumerations: bool
    ) -> None:
        self._request_texts = request_texts
        self._vocabulary = vocabulary
        self._enumerations = enumerations

    def rule(
        self, shape: Shape, kinds: AbstractSet[Any], fields: ReadFields, path: str, *, nullable: bool
    ) -> Rule:
        matchers = self._matchers(shape, kinds, fields.choices or self._published_set(shape, path))
        if not nullable and kinds == {"string"} and _may_be_a_number(matchers[0]):
            return all_of({"match": "type"}, *matchers)
        if nullable:
            matchers.append({"match": "null"})
        return {"combine": "OR" if len(matchers) > 1 else "AND", "matchers": matchers}

    def _published_set(self, shape: Shape, path: str) -> frozenset[str] | None:
        """Return the closed set of the provider's documents here, if it contains every text that was seen."""
        texts = self._vocabulary.get(path)
        return texts if texts and shape.values and shape.values.keys() <= texts else None

    def _matchers(self, shape: Shape, kinds: AbstractSet[Any], choices: frozenset[str] | None) -> list[Rule]:
        """Return a matcher for each kind of scalar; a decimal may be an integer in other responses."""
        matchers: list[Rule] = []
        if "decimal" in kinds:
            matchers.append({"match": "number"})
        elif "integer" in kinds:
            whole = shape.response_count("integer") >= _RESPONSES_FOR_INTEGER
            matchers.append({"match": "integer" if whole else "number"})
        if "boolean" in kinds:
            matchers.append({"match": "boolean"})
        if "string" in kinds:
            matchers.append(self._string_matcher(shape, choices))
        return matchers

    def _string_matcher(self, shape: Shape, choices: frozenset[str] | None) -> Rule:
        """Return the matcher of texts; because `type` uses the example, a union's example is a text if possible."""
        if choices:
            return _one_of(choices)
        name = stated_format(shape.formats, shape.response_count("string")) if shape.formats else None
        if name is not None:
            return {"match": "regex", "regex": FORMATS[name]}
        if self._enumerations and self._is_enumeration(shape):
            return _one_of(shape.values or ())
        return {"match": "type"}

    def _is_enumeration(self, shape: Shape) -> bool:
        """Return whether the texts are a vocabulary: enough distinct responses, each text in several, no data."""
        if not shape.values or shape.response_count("string") < _RESPONSES_FOR_ENUMERATION:
            return False
        counts = (MANY if answer_ids is None else len(answer_ids) for answer_ids in shape.values.values())
        return min(counts) >= _RESPONSES_FOR_EACH_TEXT and not any(
            not text or "\n" in text or text in self._request_texts or _MASK.fullmatch(text)
            for text in shape.values
        )


def _one_of(texts: Iterable[str]) -> Rule:
    return {"match": "regex", "regex": f"^({'|'.join(escaped(text) for text in sorted(texts))})$"}


def _may_be_a_number(matcher: Rule) -> bool:
    """Return whether a pattern also matches numbers, which the engine treats as texts: "9.5" equals 9.5."""
    return matcher.get("regex") == FORMATS["decimal"]


def map_key_pattern(keys: Iterable[str]) -> str | None:
    """Return the pattern of an object's keys if all are ids, dates or numbers rather than names; otherwise None.

    Example:
        >>> map_key_pattern(["2026-01-31", "2026-02-01"]) is not None, map_key_pattern(["id", "name"])
        (True, None)
    """
    names = list(keys)
    if not names or names[0].isidentifier():  # no number, and no text of these formats, is that short or long
        return None
    return next(
        (key_pattern for key_pattern in _KEY_PATTERNS if all(re.match(key_pattern, key) for key in names)),
        None,
    )
