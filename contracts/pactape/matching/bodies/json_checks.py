"""Compiled checks of JSON bodies: whether a value matches an example and its rules, but not why it doesn't.

The walk of `json_bodies` selects the rules of each value again, and names every mismatch. But most bodies match,
and many are compared with the same example: so each part of the example is turned into a check of its own, once.
Rules that can't be compiled are left to the walk, so that both always agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from pactape.matching.bodies.json_bodies import UnexpectedKeys, mismatches_of_value
from pactape.matching.numbers import equal_json, is_number
from pactape.matching.rules import (
    ArrayContains,
    Decimal,
    EachKey,
    EachValue,
    Integer,
    Null,
    Number,
    Regex,
    Type,
    Values,
)
from pactape.matching.rules.regexes import fast_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.matching.rules import Rule
    from pactape.matching.rules_by_path.selection import Selection

__all__ = ["compile_check"]

_Check = Callable[[Any], bool]
#: The types of values that match, where only the type is checked.
_Kinds = frozenset[type]
_NUMBERS: _Kinds = frozenset({int, float})
_KINDS_OF_RULES: dict[type[Rule], _Kinds] = {
    Number: _NUMBERS,
    Integer: frozenset({int}),
    Decimal: frozenset({float}),
    Null: frozenset({type(None)}),
}
#: Rules that change how a collection is compared as a whole.
_COLLECTION_RULES = (ArrayContains, EachKey, EachValue, Values)


def compile_check(expected: Any, rules: Selection, extra: UnexpectedKeys) -> _Check:
    """Return a function that says whether a JSON value matches, as `mismatches_of_value` would.

    Args:
        expected: The example.
        rules: The rules at the root.
        extra: Whether unexpected keys are a mismatch.

    Raises:
        RecursionError: The example is nested too deeply.

    Example:
        >>> from pactape.matching.rules_by_path.selection import NOWHERE
        >>> matches = compile_check({"id": 1}, NOWHERE, UnexpectedKeys.ALLOWED)
        >>> matches({"id": 1, "name": "Ada"}), matches({"id": 2})
        (True, False)
    """
    return _as_check(_compile(expected, rules, extra))


def _compile(expected: Any, rules: Selection, extra: UnexpectedKeys) -> _Kinds | _Check:
    kind = type(expected)
    if kind is dict:
        return _object(expected, rules, extra)
    if kind is list:
        return _array(expected, rules, extra)
    return _scalar(expected, rules)


def _as_check(compiled: _Kinds | _Check) -> _Check:
    if isinstance(compiled, frozenset):
        return lambda actual: type(actual) in compiled
    return compiled


def _by_walk(expected: Any, rules: Selection, extra: UnexpectedKeys) -> _Check:
    return lambda actual: not mismatches_of_value(expected, actual, rules, extra)


# ------------------------------------------------------------ scalars


def _scalar(expected: Any, rules: Selection) -> _Kinds | _Check:
    if rules.rules is None:
        return lambda actual: equal_json(expected, actual)
    checks = [_by_rule(rule, expected) for rule in rules.rules.rules]
    if len(checks) == 1:
        return checks[0]
    callables = [_as_check(check) for check in checks]
    if rules.rules.any_of:
        return lambda actual: any(check(actual) for check in callables)
    return lambda actual: all(check(actual) for check in callables)


def _by_rule(rule: Rule, expected: Any) -> _Kinds | _Check:
    if type(rule) is Type:
        return _NUMBERS if is_number(expected) else frozenset({type(expected)})
    if type(rule) is Regex and (match := fast_pattern(rule.pattern)) is not None:
        return _by_pattern(rule, match, expected)
    return _KINDS_OF_RULES.get(type(rule)) or (lambda actual: rule.value(expected, actual) is None)


def _by_pattern(rule: Regex, match: Callable[[str], Any], expected: Any) -> _Check:
    def check(actual: Any) -> bool:
        if type(actual) is not str:
            return rule.value(expected, actual) is None
        matched = match(actual)
        return matched is not None and matched.end() == len(actual)

    return check


# ------------------------------------------------------------ objects


def _object(expected: dict[str, Any], rules: Selection, extra: UnexpectedKeys) -> _Check:
    own_rules = rules.rules.rules if rules.rules is not None else ()
    if any(isinstance(rule, _COLLECTION_RULES) for rule in (*own_rules, *rules.direct)):
        return _by_walk(expected, rules, extra)
    kinds: list[tuple[str, _Kinds]] = []
    checks: list[tuple[str, _Check]] = []
    for key, value in expected.items():
        compiled = _compile(value, rules.key(key), extra)
        if isinstance(compiled, frozenset):
            kinds.append((key, compiled))
        else:
            checks.append((key, compiled))
    collection_checks = [
        _collection_check(rule, expected, rules, rule.map) for rule in own_rules if not _is_plain_type(rule)
    ]
    exact_size = len(expected) if extra is UnexpectedKeys.REFUSED else None

    def check(actual: Any) -> bool:
        if type(actual) is not dict:
            return False
        for key, types in kinds:
            if type(actual.get(key, check)) not in types:  # no value is of the type of the default
                return False
        for key, value_check in checks:
            if key not in actual or not value_check(actual[key]):
                return False
        return (exact_size is None or len(actual) == exact_size) and all(
            collection_check(actual) for collection_check in collection_checks
        )

    return check


def _is_plain_type(rule: Rule) -> bool:
    """Whether a rule says nothing about a collection of the right type as a whole."""
    return type(rule) is Type and rule.low is None and rule.high is None


def _collection_check(
    rule: Rule, expected: Any, rules: Selection, reason: Callable[[Any, Any], str | None]
) -> _Check:
    """Return the check of a collection as a whole: whether it keeps a rule, apart from its values."""
    if rules.cascaded:
        return lambda actual: reason(expected, actual) is None
    return lambda actual: reason(expected, actual) is None and rule.size(actual) is None


# ------------------------------------------------------------ lists


def _array(expected: list[Any], rules: Selection, extra: UnexpectedKeys) -> _Kinds | _Check:
    if rules.rules is None:
        return _items_in_pairs(expected, rules, extra)
    if not expected:
        return frozenset({list})
    own_rules, below = rules.rules.rules, rules.every_item()
    is_unusual = (rules.rules.any_of and len(own_rules) > 1) or any(
        isinstance(rule, _COLLECTION_RULES) for rule in own_rules
    )
    if below is None or is_unusual:
        return _by_walk(expected, rules, extra)
    collection_checks = [
        _collection_check(rule, expected, rules, rule.list) for rule in own_rules if not _is_plain_type(rule)
    ]
    first, *others = [_compile(value, below, extra) for value in expected]
    items = _items(first, list(map(_as_check, others)))
    min_length = len(expected) if below.rules is None else 0

    def check(actual: Any) -> bool:
        return (
            type(actual) is list
            and len(actual) >= min_length
            and items(actual)
            and all(collection_check(actual) for collection_check in collection_checks)
        )

    return check


def _items(first: _Kinds | _Check, others: list[_Check]) -> Callable[[list[Any]], bool]:
    """Return the check of all items: each has an example of its own, or else the first one."""
    if others:
        own = [_as_check(first), *others]
        rest = own[0]
        return lambda actual: _all(own, actual) and all(map(rest, actual[len(own) :]))
    if isinstance(first, frozenset):
        return lambda actual: first.issuperset(map(type, actual))
    return lambda actual: all(map(first, actual))


def _items_in_pairs(expected: list[Any], rules: Selection, extra: UnexpectedKeys) -> _Check:
    checks = [_as_check(_compile(value, rules.item(index), extra)) for index, value in enumerate(expected)]
    return lambda actual: type(actual) is list and len(actual) == len(checks) and _all(checks, actual)


def _all(checks: Iterable[_Check], values: Iterable[Any]) -> bool:
    return all(check(value) for check, value in zip(checks, values, strict=False))
