"""Matching headers: those of the example are required, others are allowed.

Pact specification V3, "Header matching": names in any case; parameters of content types in any order; lists
with white space after a comma or without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.value_lists import mismatch_of, mismatches_of_text, mismatches_of_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pactape.matching.rules import RuleList
    from pactape.matching.rules_by_path.rule_parsing import Category

__all__ = ["Headers", "headers_of", "mismatches_of_header", "mismatches_of_headers", "values_of"]

#: Values by name, in lower case.
Headers = dict[str, list[str]]

_WITH_PARAMETERS = frozenset({"accept", "content-type"})
#: Headers that are lists, whose values are compared one by one (RFC 9110); others are a single text.
_LISTS = frozenset(
    {
        "accept",
        "accept-encoding",
        "accept-language",
        "access-control-allow-headers",
        "access-control-allow-methods",
        "access-control-expose-headers",
        "access-control-request-headers",
        "allow",
        "cache-control",
        "if-match",
        "if-none-match",
        "vary",
    }
)


def headers_of(pairs: Iterable[tuple[str, str]]) -> Headers:
    """Return headers by name in lower case, with lists in one line split at commas.

    Example:
        >>> headers_of([("Vary", "Accept, Origin"), ("vary", "Cookie")])
        {'vary': ['Accept', 'Origin', 'Cookie']}
    """
    headers: Headers = {}
    for name, value in pairs:
        lower = name.lower()
        headers.setdefault(lower, []).extend(values_of(lower, value))
    return headers


def values_of(name: str, value: str) -> list[str]:
    """The values in one line of a header."""
    return [part.strip() for part in value.split(",")] if name.lower() in _LISTS else [value.strip()]


def mismatches_of_headers(
    expected: Mapping[str, list[str]], actual: Headers, rules: Category
) -> list[Mismatch]:
    """Match headers.

    Args:
        expected: The example's values by name.
        actual: The actual values, as `headers_of` returns them.
        rules: The rules of the category.
    """
    mismatches: list[Mismatch] = []
    for name, values in expected.items():
        actual_values = actual.get(name.lower())
        which = rules.named(name.lower())
        if actual_values is None:
            reason = "is missing"
            mismatches.append(
                mismatch_of(Part.HEADER, name, "keys", expected=values, actual=None, reason=reason)
            )
        else:
            mismatches += _mismatches_of_values(name, values, actual_values, which)
    return mismatches


def _mismatches_of_values(
    name: str, expected: list[str], actual: list[str], rules: RuleList | None
) -> list[Mismatch]:
    if not expected:
        reason = "should be empty"
        return (
            [mismatch_of(Part.HEADER, name, "length", expected=[], actual=actual, reason=reason)]
            if actual
            else []
        )
    if len(expected) == 1 == len(actual):
        return mismatches_of_header(name, expected[0], actual[0], rules)
    if rules is not None:
        return mismatches_of_texts(
            Part.HEADER,
            name,
            expected,
            actual,
            rules,
            lambda example, value: mismatches_of_text(Part.HEADER, name, example, value, rules),
        )
    return _mismatches_in_order(name, expected, actual)


def _mismatches_in_order(name: str, expected: list[str], actual: list[str]) -> list[Mismatch]:
    mismatches = []
    for index, value in enumerate(expected):
        if index < len(actual):
            mismatches += mismatches_of_header(name, value, actual[index], None)
        else:
            mismatches.append(
                mismatch_of(
                    Part.HEADER, name, "length", expected=value, actual=actual, reason="lacks a value"
                )
            )
    if any(actual[len(expected) :]):
        reason = f"has {len(actual)} values, not {len(expected)}"
        mismatches.append(
            mismatch_of(Part.HEADER, name, "length", expected=expected, actual=actual, reason=reason)
        )
    return mismatches


def mismatches_of_header(name: str, expected: str, actual: str, rules: RuleList | None) -> list[Mismatch]:
    """Match one value of a header."""
    example, value = expected.strip(), actual.strip()
    if rules is not None:
        return mismatches_of_text(Part.HEADER, name, example, value, rules)
    if name.lower() in _WITH_PARAMETERS:
        same = _is_same_with_parameters(example, value)
    else:
        same = _without_space(example) == _without_space(value)
    if same:
        return []
    reason = "is not equal to the example"
    return [mismatch_of(Part.HEADER, name, "equality", expected=example, actual=value, reason=reason)]


def _without_space(value: str) -> str:
    return ",".join(part.strip() for part in value.split(","))


def _is_same_with_parameters(expected: str, actual: str) -> bool:
    """Whether values are equal; the example's parameters are required, in any order and case."""
    expected_value, *parameters = _split_at_semicolons(expected) or [""]
    actual_value, *actual_rest = _split_at_semicolons(actual) or [""]
    actual_parameters = _parameters(actual_rest)
    return expected_value == actual_value and all(
        actual_parameters.get(name) == value for name, value in _parameters(parameters).items()
    )


def _split_at_semicolons(value: str) -> list[str]:
    return [part.strip() for part in value.split(";") if part.strip()]


def _parameters(parameters: list[str]) -> dict[str, str]:
    pairs = [parameter.partition("=") for parameter in parameters if "=" in parameter]
    return {name.strip(): value.strip().lower() for name, _, value in pairs}
