"""Headers: what is expected must be there; more may come.

Pact specification V3, "Header matching": names in any case; content types by their parameters in any order; lists
with white space after a comma or without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.value_lists import mismatch_of, mismatches_of_text, mismatches_of_texts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pactape.matching.rule_parsing import Category
    from pactape.matching.rules import RuleList

__all__ = ["Headers", "headers_of", "mismatches_of_header", "mismatches_of_headers", "values_of"]

#: Values by name, in lower case.
Headers = dict[str, list[str]]

_WITH_PARAMETERS = frozenset({"accept", "content-type"})
#: Headers that are lists, whose values are compared one by one (RFC 9110); others are one text each.
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
    """Headers as they came, in lower case, lists that stand in one line parted at their commas.

    Example:
        >>> headers_of([("Vary", "Accept, Origin"), ("vary", "Cookie")])
        {'vary': ['Accept', 'Origin', 'Cookie']}
    """
    found: Headers = {}
    for name, value in pairs:
        lower = name.lower()
        found.setdefault(lower, []).extend(values_of(lower, value))
    return found


def values_of(name: str, value: str) -> list[str]:
    """The values in one line of a header."""
    return [each.strip() for each in value.split(",")] if name.lower() in _LISTS else [value.strip()]


def mismatches_of_headers(
    expected: Mapping[str, list[str]], actual: Headers, rules: Category
) -> list[Mismatch]:
    """Match headers.

    Args:
        expected: The example's values by name.
        actual: The values that came, as `headers_of` gives them.
        rules: The rules of the category.
    """
    found: list[Mismatch] = []
    for name, values in expected.items():
        came = actual.get(name.lower())
        which = rules.named(name.lower())
        if came is None:
            reason = "is missing"
            found.append(mismatch_of(Part.HEADER, name, "keys", expected=values, actual=None, reason=reason))
        else:
            found += _mismatches_of_values(name, values, came, which)
    return found


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
    found = []
    for index, value in enumerate(expected):
        if index < len(actual):
            found += mismatches_of_header(name, value, actual[index], None)
        else:
            found.append(
                mismatch_of(
                    Part.HEADER, name, "length", expected=value, actual=actual, reason="lacks a value"
                )
            )
    if any(actual[len(expected) :]):
        reason = f"has {len(actual)} values, not {len(expected)}"
        found.append(
            mismatch_of(Part.HEADER, name, "length", expected=expected, actual=actual, reason=reason)
        )
    return found


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
    return ",".join(each.strip() for each in value.split(","))


def _is_same_with_parameters(expected: str, actual: str) -> bool:
    """Equal but for parameters: those of the example must be there, in any order and case."""
    wanted, *parameters = _parted(expected) or [""]
    came, *others = _parted(actual) or [""]
    there = _parameters(others)
    return wanted == came and all(there.get(name) == value for name, value in _parameters(parameters).items())


def _parted(value: str) -> list[str]:
    return [each.strip() for each in value.split(";") if each.strip()]


def _parameters(written: list[str]) -> dict[str, str]:
    pairs = [each.partition("=") for each in written if "=" in each]
    return {name.strip(): value.strip().lower() for name, _, value in pairs}
