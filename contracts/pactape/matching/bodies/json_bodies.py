"""Matching JSON bodies: the example and the actual value are compared by the rules of each path."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

from pactape.matching.bodies.body_mismatches import BodyMismatches
from pactape.matching.numbers import equal_json, kind
from pactape.matching.rules import ArrayContains, EachKey, EachValue, Equality, RuleList, Values
from pactape.matching.rules_by_path.selection import NOWHERE, select, select_each

if TYPE_CHECKING:
    from pactape.matching.mismatch import Mismatch
    from pactape.matching.rules import Rule
    from pactape.matching.rules_by_path.selection import Selection

__all__ = ["UnexpectedKeys", "mismatches_of_value"]

_Path = tuple[str | int, ...]
_EQUALITY = Equality()
_KEYS, _LENGTH, _KIND = "keys", "length", "kind"


class UnexpectedKeys(Enum):
    """Whether unexpected keys are a mismatch: a provider may reject them, a consumer ignores them."""

    REFUSED = "in requests"
    ALLOWED = "in responses and messages"


def mismatches_of_value(
    expected: Any, actual: Any, rules: Selection, extra: UnexpectedKeys
) -> list[Mismatch]:
    """Match one JSON value.

    Args:
        expected: The example.
        actual: The actual value.
        rules: The rules at the root.
        extra: Whether unexpected keys are a mismatch.
    """
    walk = _Walk(extra)
    walk.value((), expected, actual, rules)
    return walk.mismatches


class _Walk:
    def __init__(self, extra: UnexpectedKeys) -> None:
        self.mismatches = BodyMismatches()
        self._extra = extra

    def value(self, at: _Path, expected: Any, actual: Any, rules: Selection) -> None:
        if type(expected) is dict:
            if type(actual) is dict:
                self._map(at, expected, actual, rules)
            else:
                self._other_kind(at, expected, actual)
        elif type(expected) is list:
            if type(actual) is list:
                self._list(at, expected, actual, rules)
            else:
                self._other_kind(at, expected, actual)
        else:
            self._scalar(at, expected, actual, rules)

    def _other_kind(self, at: _Path, expected: Any, actual: Any) -> None:
        self.mismatches.add(at, _KIND, expected, actual, f"is {kind(actual)}, not {kind(expected)}")

    def _scalar(self, at: _Path, expected: Any, actual: Any, rules: Selection) -> None:
        if rules.rules is None:
            if not equal_json(expected, actual):
                self.mismatches.add(at, _EQUALITY, expected, actual, "is not equal to the example")
            return
        here = rules.rules.rules
        if len(here) == 1:  # fast path
            reason = here[0].value(expected, actual)
            if reason is not None:
                self.mismatches.add(at, here[0], expected, actual, reason)
            return
        reasons = [rule.value(expected, actual) for rule in here]
        for rule, reason in rules.rules.broken(reasons):
            self.mismatches.add(at, rule, expected, actual, reason)

    # ------------------------------------------------------------ objects

    def _map(self, at: _Path, expected: dict[str, Any], actual: dict[str, Any], rules: Selection) -> None:
        if not expected and actual and self._extra is UnexpectedKeys.REFUSED:
            self.mismatches.add(at, _KEYS, expected, actual, "should be empty")
        elif rules.rules is None:
            self._keys(at, expected, actual, rules)
            self._common_keys(at, expected, actual, rules)
        else:
            for rule in rules.rules.rules:
                self._map_by_rule(rule, at, expected, actual, rules)

    def _map_by_rule(
        self, rule: Rule, at: _Path, expected: dict[str, Any], actual: dict[str, Any], rules: Selection
    ) -> None:
        if not rules.cascaded and isinstance(rule, (ArrayContains, EachValue, Values)):
            below = select_each(RuleList(rule.rules)) if isinstance(rule, EachValue) and rule.rules else rules
            self._all_values(at, expected, actual, NOWHERE if _is_empty(rule) else below)
            return
        reason = rule.map(expected, actual) or (None if rules.cascaded else rule.size(actual))
        if reason is not None:
            self.mismatches.add(at, rule, expected, actual, reason)
        self._keys(at, expected, actual, rules)
        self._common_keys(at, expected, actual, rules)

    def _all_values(
        self, at: _Path, expected: dict[str, Any], actual: dict[str, Any], rules: Selection
    ) -> None:
        """Match every actual value; one with an unknown key is compared with the example's first value."""
        if not expected:
            return
        first = min(expected)
        for key, value in actual.items():
            self.value((*at, key), expected.get(key, expected[first]), value, rules.key(key))

    def _common_keys(
        self, at: _Path, expected: dict[str, Any], actual: dict[str, Any], rules: Selection
    ) -> None:
        for key, value in expected.items():
            if key in actual:
                self.value((*at, key), value, actual[key], rules.key(key))

    def _keys(self, at: _Path, expected: dict[str, Any], actual: dict[str, Any], rules: Selection) -> None:
        direct = rules.direct
        if not any(isinstance(rule, (Values, EachKey, EachValue)) for rule in direct):
            self._known_keys(at, expected, actual)
        if direct and rules.rules is not None:
            for rule in rules.rules.rules:
                if isinstance(rule, EachKey):
                    self._each_key(rule, at, actual)

    def _known_keys(self, at: _Path, expected: dict[str, Any], actual: dict[str, Any]) -> None:
        for key in sorted(expected.keys() - actual.keys()):
            self.mismatches.add((*at, key), _KEYS, expected[key], None, "is missing")
        if self._extra is UnexpectedKeys.REFUSED:
            for key in sorted(actual.keys() - expected.keys()):
                self.mismatches.add((*at, key), _KEYS, None, actual[key], "is not expected")

    def _each_key(self, rule: EachKey, at: _Path, actual: dict[str, Any]) -> None:
        for key_rule in rule.rules:
            for key in sorted(actual):
                reason = key_rule.text("", key)
                if reason is not None:
                    self.mismatches.add((*at, key), f"eachKey {key_rule}", "", key, f"as a key {reason}")

    # ------------------------------------------------------------ lists

    def _list(self, at: _Path, expected: list[Any], actual: list[Any], rules: Selection) -> None:
        if rules.rules is not None:
            self._list_by_rules(at, expected, actual, rules, rules.rules)
            return
        for index, (example, value) in enumerate(zip(expected, actual, strict=False)):
            self.value((*at, index), example, value, rules.item(index))
        if len(expected) != len(actual):
            self.mismatches.add(
                at, _LENGTH, expected, actual, f"has {len(actual)} items, not {len(expected)}"
            )

    def _list_by_rules(
        self, at: _Path, expected: list[Any], actual: list[Any], rules: Selection, which: RuleList
    ) -> None:
        if len(which.rules) == 1:  # fast path
            if expected:
                self._list_by_rule(which.rules[0], at, expected, actual, rules)
            return
        mismatches_by_rule = []
        for rule in which.rules:
            walk = _Walk(self._extra)
            if expected:
                walk._list_by_rule(rule, at, expected, actual, rules)
            mismatches_by_rule.append(walk.mismatches)
        if not (which.any_of and [] in mismatches_by_rule):
            self.mismatches += [mismatch for mismatches in mismatches_by_rule for mismatch in mismatches]

    def _list_by_rule(
        self, rule: Rule, at: _Path, expected: list[Any], actual: list[Any], rules: Selection
    ) -> None:
        if isinstance(rule, ArrayContains):
            self._variants(rule, at, expected, actual)
        elif isinstance(rule, EachValue):
            if not rules.cascaded:
                below = select_each(RuleList(rule.rules)) if rule.rules else NOWHERE
                self._items(at, expected, actual, below)
        else:
            reason = rule.list(expected, actual) or (None if rules.cascaded else rule.size(actual))
            if reason is not None:
                self.mismatches.add(at, rule, expected, actual, reason)
            self._items(at, expected, actual, rules)

    def _items(self, at: _Path, expected: list[Any], actual: list[Any], rules: Selection) -> None:
        """Match every actual item; those without a counterpart in the example are compared with its first item."""
        for index, item in enumerate(actual):
            example = expected[index] if index < len(expected) else expected[0]
            self.value((*at, index), example, item, rules.item(index))
        for index in range(len(actual), len(expected)):
            if rules.item(index).rules is None:
                self.mismatches.add((*at, index), _LENGTH, expected[index], None, "is missing")

    def _variants(self, rule: ArrayContains, at: _Path, expected: list[Any], actual: list[Any]) -> None:
        variants = rule.variants or tuple((index, None) for index in range(len(expected)))
        for index, rules in variants:
            if index >= len(expected):
                self.mismatches.add(at, rule, expected, actual, f"has no example for the variant {index}")
                continue
            selection = _selection_of_variant(rules)
            if not any(self._matches(expected[index], item, selection) for item in actual):
                self.mismatches.add(
                    at, rule, expected[index], actual, f"has no item that matches the variant {index}"
                )

    def _matches(self, expected: Any, actual: Any, rules: Selection) -> bool:
        return not mismatches_of_value(expected, actual, rules, self._extra)


def _is_empty(rule: Rule) -> bool:
    return isinstance(rule, EachValue) and not rule.rules


def _selection_of_variant(rules: Any) -> Selection:
    if rules is None:
        return select({}, everywhere=RuleList((_EQUALITY,)))
    return select(rules.by_path, everywhere=rules.everywhere)
