"""Bodies without a structure: plain text, and bytes such as images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.matching.bodies.body import mismatch_of_body
from pactape.matching.mismatch import Mismatch, Part
from pactape.matching.rules import ContentTypeRule, Equality, Include, NotEmpty, Regex, Rule, RuleList, Type
from pactape.matching.rules.magic_numbers import why_not_of_type
from pactape.matching.value_lists import mismatches_of_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.matching.rules_by_path.selection import Selection

__all__ = ["mismatches_of_bytes", "mismatches_of_plain_text"]


def mismatches_of_plain_text(expected: bytes, actual: bytes, rules: Selection) -> list[Mismatch]:
    """Compare two texts: by the rules, or else by their bytes."""
    if rules.rules is None:
        if expected == actual:
            return []
        return [mismatch_of_body("equality", _shown(expected), _shown(actual), "is another text")]
    try:
        texts = expected.decode(), actual.decode()
    except UnicodeDecodeError:
        return [mismatch_of_body("content type", expected, actual, "is not UTF-8")]
    return mismatches_of_text(Part.BODY, "$", *texts, rules.rules)


def mismatches_of_bytes(expected: bytes, actual: bytes, selection: Selection) -> list[Mismatch]:
    """Compare two files by the rules, or else by their bytes."""
    rules = selection.rules or RuleList((Equality(),))
    reasons = [_why_not_bytes(rule, expected, actual) for rule in rules.rules]
    return [mismatch_of_body(rule, expected, actual, reason) for rule, reason in rules.broken(reasons)]


def _shown(data: bytes) -> str:
    return data.decode(errors="replace")


def _why_not_bytes(rule: Rule, expected: bytes, actual: bytes) -> str | None:
    reasons: dict[type[Rule], Callable[[], str | None]] = {
        ContentTypeRule: lambda: why_not_of_type(actual, str(getattr(rule, "media_type", ""))),
        Type: lambda: None,
        NotEmpty: lambda: None if actual else "is empty",
        Equality: lambda: None if expected == actual else "is not equal to the example",
        Regex: lambda: _why_not_text(rule, actual),
        Include: lambda: _why_not_text(rule, actual),
    }
    unable = f"can't be matched: the rule {rule} doesn't apply to bytes"
    return reasons.get(type(rule), lambda: unable)()


def _why_not_text(rule: Rule, actual: bytes) -> str | None:
    try:
        return rule.text("", actual.decode())
    except UnicodeDecodeError:
        return "is not UTF-8"
