"""Query parameters and form fields: names with lists of values, none missing and none unexpected."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

from pactape.matching.value_lists import mismatch_of, mismatches_of_text, mismatches_of_texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pactape.matching.mismatch import Mismatch, Part
    from pactape.matching.rules_by_path.rule_parsing import Category

__all__ = ["Parameters", "mismatches_of_parameters", "parameters_of"]

Parameters = dict[str, list[str]]


def parameters_of(text: str) -> Parameters:
    """The parameters of a query string or a form, by name (WHATWG URL, application/x-www-form-urlencoded).

    Example:
        >>> parameters_of("a=1&b&a=x+y")
        {'a': ['1', 'x y'], 'b': ['']}
    """
    parameters: Parameters = {}
    for name, value in parse_qsl(text, keep_blank_values=True, errors="replace"):
        parameters.setdefault(name, []).append(value)
    return parameters


def mismatches_of_parameters(
    expected: Mapping[str, list[str]],
    actual: Mapping[str, list[str]],
    rules: Category,
    *,
    part: Part,
    prefix: str = "",
) -> list[Mismatch]:
    """Match parameters.

    Args:
        expected: The example's values by name.
        actual: The actual values by name.
        rules: The rules of the category.
        part: Part.QUERY, or Part.BODY for a form.
        prefix: What comes before the name in mismatches' paths.
    """
    mismatches: list[Mismatch] = []
    for name, values in expected.items():
        place = prefix + name
        if name not in actual:
            mismatches.append(
                mismatch_of(part, place, "keys", expected=values, actual=None, reason="is missing")
            )
        else:
            mismatches += _mismatches_of_values(part, place, values, actual[name], rules, name)
    mismatches += [
        mismatch_of(part, prefix + name, "keys", expected=None, actual=values, reason="is not expected")
        for name, values in actual.items()
        if name not in expected
    ]
    return mismatches


def _mismatches_of_values(
    part: Part, place: str, expected: list[str], actual: list[str], rules: Category, name: str
) -> list[Mismatch]:
    which = rules.named(name)
    if which is not None:
        return mismatches_of_texts(
            part,
            place,
            expected,
            actual,
            which,
            lambda example, value: mismatches_of_text(part, place, example, value, which),
        )
    mismatches = []
    if len(expected) != len(actual):
        reason = f"has {len(actual)} values, not {len(expected)}"
        mismatches.append(mismatch_of(part, place, "length", expected=expected, actual=actual, reason=reason))
    for example, value in zip(expected, actual, strict=False):
        mismatches += mismatches_of_text(part, place, example, value, None)
    return mismatches
