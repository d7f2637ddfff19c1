"""Lists of texts under one name: the values of a query parameter, a form field or a header."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.matching.mismatch import Mismatch
from pactape.matching.rules import ArrayContains, EachValue, Equality

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pactape.matching.mismatch import Part
    from pactape.matching.rules import Rule, RuleList

__all__ = ["mismatch_of", "mismatches_of_text", "mismatches_of_texts"]

_EQUALITY = Equality()


def mismatch_of(
    part: Part, name: str, rule: object, *, expected: object, actual: object, reason: str
) -> Mismatch:
    """A mismatch at a name."""
    return Mismatch(part=part, path=name, rule=str(rule), expected=expected, actual=actual, reason=reason)


def mismatches_of_text(
    part: Part, name: str, expected: str, actual: str, rules: RuleList | None
) -> list[Mismatch]:
    """Match one text by its rules, or else by equality."""
    if rules is None:
        reason = _EQUALITY.text(expected, actual)
        return (
            [mismatch_of(part, name, _EQUALITY, expected=expected, actual=actual, reason=reason)]
            if reason
            else []
        )
    reasons = [rule.text(expected, actual) for rule in rules.rules]
    return [
        mismatch_of(part, name, rule, expected=expected, actual=actual, reason=reason)
        for rule, reason in rules.broken(reasons)
    ]


def mismatches_of_texts(
    part: Part,
    name: str,
    expected: Sequence[str],
    actual: Sequence[str],
    rules: RuleList,
    compare: Callable[[str, str], list[Mismatch]],
) -> list[Mismatch]:
    """Match the values of a name that has rules: the rules apply to the list as a whole, and to each value.

    Args:
        part: The part that the name is in.
        name: The name.
        expected: The example's values; without any, every value matches.
        actual: The actual values by name.
        rules: The name's rules.
        compare: Compares one value with its example.
    """
    if not expected:
        return []
    mismatches_by_rule = [
        _by_rule(
            rule,
            expected,
            actual,
            compare,
            lambda rule, reason: mismatch_of(
                part, name, rule, expected=list(expected), actual=list(actual), reason=reason
            ),
        )
        for rule in rules.rules
    ]
    if rules.any_of and [] in mismatches_by_rule:
        return []
    return [mismatch for mismatches in mismatches_by_rule for mismatch in mismatches]


def _by_rule(
    rule: Rule,
    expected: Sequence[str],
    actual: Sequence[str],
    compare: Callable[[str, str], list[Mismatch]],
    complain: Callable[[Rule, str], Mismatch],
) -> list[Mismatch]:
    if isinstance(rule, ArrayContains):
        return list(_missing_variants(rule, expected, actual, complain))
    if isinstance(rule, EachValue):
        return _each(rule, expected, actual, complain)
    reason = rule.list(expected, actual) or rule.size(actual)
    mismatches = [] if reason is None else [complain(rule, reason)]
    for index, value in enumerate(actual):
        mismatches += compare(expected[index] if index < len(expected) else expected[0], value)
    return mismatches


def _each(
    rule: EachValue, expected: Sequence[str], actual: Sequence[str], complain: Callable[[Rule, str], Mismatch]
) -> list[Mismatch]:
    pairs = [(expected[min(index, len(expected) - 1)], value) for index, value in enumerate(actual)]
    reasons = [(value_rule, value_rule.text(*pair)) for value_rule in rule.rules for pair in pairs]
    return [complain(value_rule, reason) for value_rule, reason in reasons if reason is not None]


def _missing_variants(
    rule: ArrayContains,
    expected: Sequence[str],
    actual: Sequence[str],
    complain: Callable[[Rule, str], Mismatch],
) -> Iterable[Mismatch]:
    for index, rules in rule.variants or tuple((index, None) for index in range(len(expected))):
        matchers = rules.everywhere.rules if rules is not None and rules.everywhere else (_EQUALITY,)
        if index >= len(expected) or not any(
            all(matcher.text(expected[index], value) is None for matcher in matchers) for value in actual
        ):
            yield complain(rule, f"has no value like the variant {index}")
