"""Describes a contract's matching rules in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["describe_rules"]

_PLAIN: Mapping[str, str] = {
    "type": "any value of the same type",
    "integer": "a whole number",
    "decimal": "a number with decimals",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
    "equality": "exactly this value",
    "notEmpty": "not empty",
    "semver": "a semantic version",
    "values": "each value like the example",
    "eachKey": "each key by its own rule",
    "eachValue": "each value by its own rule",
    "arrayContains": "a list that contains each of the examples",
}
_PARAMETERS: Mapping[str, tuple[str, str]] = {
    "regex": ("regex", "text that matches {}"),
    "include": ("value", "text that includes {}"),
    "date": ("format", "a date as {}"),
    "time": ("format", "a time as {}"),
    "timestamp": ("format", "a time stamp as {}"),
    "datetime": ("format", "a date and time as {}"),
    "contentType": ("value", "content of the type {}"),
    "statusCode": ("status", "a status of {}"),
}


def describe_rules(rules: Any) -> list[tuple[str, str, str]]:
    """Describe each rule by part, path and words; unknown rules are shown unchanged.

    Args:
        rules: The `matchingRules` of a request, a response or a message, of specification 2, 3 or 4.

    Example:
        >>> describe_rules({"body": {"$.id": {"matchers": [{"match": "integer"}]}}})
        [('body', '$.id', 'a whole number')]
    """
    return list(_rules(rules)) if isinstance(rules, dict) else []


def _rules(rules: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for part, inner in rules.items():
        if not isinstance(inner, dict):
            continue
        if part.startswith("$"):  # specification 2: one flat object
            yield "", part, _matcher(inner)
        elif "matchers" in inner:
            yield part, "", _rule(inner)
        else:
            for path, rule in inner.items():
                yield part, path, _rule(rule)


def _rule(rule: Any) -> str:
    if not isinstance(rule, dict):
        return str(rule)
    joiner = " or " if rule.get("combine") == "OR" else " and "
    return joiner.join(map(_matcher, rule.get("matchers") or ())) or "any value"


def _matcher(matcher: Any) -> str:
    if not isinstance(matcher, dict):
        return str(matcher)
    kind = matcher.get("match") or ("regex" if "regex" in matcher else "type")
    if kind in _PARAMETERS:
        key, template = _PARAMETERS[kind]
        return template.format(matcher.get(key, matcher.get("value", "any")))
    words = _PLAIN.get(kind)
    if words is None:
        return str(matcher)
    least, most = matcher.get("min"), matcher.get("max")
    if least is None and most is None:
        return words
    limits = [f"at least {least}" if least is not None else "", f"at most {most}" if most is not None else ""]
    return f"a list of {' and '.join(filter(None, limits))}, each item like the example"
