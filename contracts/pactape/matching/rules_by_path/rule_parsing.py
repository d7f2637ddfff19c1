"""Parsing of a contract's matching rules, in the forms of version 2 and of versions 3 and 4, into rules by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.matching import rules as kinds
from pactape.matching.rules import Rule, RuleList
from pactape.matching.rules_by_path.paths import Path, PathError, parse_path

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Category", "RuleError", "load_rules"]

Attributes = dict[str, Any]


class RuleError(ValueError):
    """A matching rule that can't be read."""


class Category(msgspec.Struct, frozen=True):
    """The rules of one part of a message.

    Args:
        by_path: The rules by path; for headers and queries, by a path of one name.
        everywhere: The rules of the part as a whole, such as a path's; None without.
    """

    by_path: dict[Path, RuleList] = {}
    everywhere: RuleList | None = None

    def named(self, name: str) -> RuleList | None:
        """The rules of a header or a query parameter."""
        return self.by_path.get((name,))


NONE = Category()
_NAMED = ("header", "query")


def load_rules(document: Any) -> dict[str, Category]:
    """Read a contract's `matchingRules`.

    Args:
        document: The JSON value, in the form of version 2 (by path from the message) or 3 and 4 (by category).

    Returns:
        The rules by category: path, query, header, body, status, metadata.

    Raises:
        RuleError: A rule or a path can't be read.
    """
    if not isinstance(document, dict):
        return {}
    try:
        if next(iter(document), "").startswith("$"):
            return _version_2(document)
        return {_category(name): _version_3(name, value) for name, value in document.items()}
    except PathError as error:
        raise RuleError(str(error)) from None


def _category(name: str) -> str:
    """Categories have several names: a message's content is matched as a body."""
    lower = name.lower()
    return {"headers": "header", "content": "body", "contents": "body"}.get(lower, lower)


def _version_2(attributes_by_path: Attributes) -> dict[str, Category]:
    categories: dict[str, Category] = {}
    for path, attributes in attributes_by_path.items():
        category, *rest = parse_path(path) or ("body",)
        name = _category(str(category))
        rules = RuleList((_rule(attributes),))
        if name == "path":
            categories[name] = Category(everywhere=rules)
        else:
            value_path = tuple(rest[:1]) if name in _NAMED else tuple(rest)
            categories.setdefault(name, Category({})).by_path[
                _lowercase(value_path) if name == "header" else value_path
            ] = rules
    return categories


def _version_3(name: str, document: Any) -> Category:
    if not isinstance(document, dict):
        raise RuleError(f"the matching rules of {name} are {document!r}, not an object")
    if "matchers" in document:
        return Category(everywhere=_rule_list(document))
    by_path = {}
    for path, value in document.items():
        rules = _rule_list(value)
        if rules is not None:
            by_path[_place(_category(name), path)] = rules
    return Category(by_path, everywhere=by_path.pop(_EVERYWHERE, None))


_EVERYWHERE: Path = (-1,)


def _place(category: str, path: str) -> Path:
    if category in _NAMED:
        return _lowercase((path,)) if category == "header" else (path,)
    if category == "metadata" and not path.startswith("$"):
        return (path,)
    return parse_path(path) if path else _EVERYWHERE


def _lowercase(path: Path) -> Path:
    return tuple(token.lower() if isinstance(token, str) else token for token in path)


def _rule_list(document: Any) -> RuleList | None:
    if not isinstance(document, dict):
        raise RuleError(f"{document!r} has no matchers")
    rules = tuple(map(_rule, document.get("matchers") or ()))
    any_of = str(document.get("combine", "")).upper() == "OR"
    return RuleList(rules, any_of=any_of) if rules else None


def _rule(attributes: Any) -> Rule:
    if not isinstance(attributes, dict):
        raise RuleError(f"the matching rule {attributes!r} is not an object")
    name = attributes.get("match", attributes.get("pact:matcher:type")) or _guess(attributes)
    make = _MAKERS.get(str(name))
    if make is None:
        raise RuleError(f"there is no matching rule {name!r}")
    return make(attributes)


def _guess(attributes: Attributes) -> str:
    """Version 2 omits the kind where another attribute implies it."""
    kind = next(
        (name for name in ("regex", "min", "max", "timestamp", "time", "date") if name in attributes), None
    )
    if kind is None:
        raise RuleError(f"the matching rule {attributes!r} doesn't say what it matches")
    return kind


def _required_text(attributes: Attributes, name: str) -> str:
    if name not in attributes:
        raise RuleError(f"the matching rule {attributes!r} lacks {name!r}")
    return str(attributes[name])


def _limit(attributes: Attributes, name: str) -> int | None:
    value = attributes.get(name)
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError):
        raise RuleError(f"the matching rule {attributes!r} has a {name!r} that is not a number") from None


def _type(attributes: Attributes) -> Rule:
    return kinds.Type(_limit(attributes, "min"), _limit(attributes, "max"))


def _date_time(name: str) -> Callable[[Attributes], Rule]:
    def make(attributes: Attributes) -> Rule:
        old = {"datetime": "timestamp"}.get(name, name)
        return kinds.DateTime(
            name, str(attributes.get("format") or attributes.get(name) or attributes.get(old) or "")
        )

    return make


def _status(attributes: Attributes) -> Rule:
    status = attributes.get("status", "success")
    if isinstance(status, list):
        return kinds.StatusCode(tuple(map(int, status)))
    if isinstance(status, int):
        return kinds.StatusCode((status,))
    if status not in kinds.StatusCode.CLASSES:
        raise RuleError(f"there is no class of status codes {status!r}")
    return kinds.StatusCode(status)


def _rules_of_each(attributes: Attributes) -> tuple[Rule, ...]:
    return tuple(map(_rule, attributes.get("rules") or ()))


def _array_contains(attributes: Attributes) -> Rule:
    variants = []
    for variant in attributes.get("variants") or ():
        rules = _version_3("body", variant["rules"]) if "rules" in variant else None
        variants.append((int(variant.get("index", 0)), rules))
    return kinds.ArrayContains(tuple(variants))


_MAKERS: dict[str, Callable[[Attributes], Rule]] = {
    "equality": lambda _: kinds.Equality(),
    "regex": lambda attributes: kinds.Regex(_required_text(attributes, "regex")),
    "type": _type,
    "min": _type,
    "max": _type,
    "include": lambda attributes: kinds.Include(_required_text(attributes, "value")),
    "number": lambda _: kinds.Number(),
    "integer": lambda _: kinds.Integer(),
    "decimal": lambda _: kinds.Decimal(),
    "real": lambda _: kinds.Decimal(),
    "boolean": lambda _: kinds.Boolean(),
    "null": lambda _: kinds.Null(),
    "date": _date_time("date"),
    "time": _date_time("time"),
    "datetime": _date_time("datetime"),
    "timestamp": _date_time("datetime"),
    "contentType": lambda attributes: kinds.ContentTypeRule(_required_text(attributes, "value")),
    "values": lambda _: kinds.Values(),
    "statusCode": _status,
    "notEmpty": lambda _: kinds.NotEmpty(),
    "semver": lambda _: kinds.Semver(),
    "eachKey": lambda attributes: kinds.EachKey(_rules_of_each(attributes)),
    "eachValue": lambda attributes: kinds.EachValue(_rules_of_each(attributes)),
    "arrayContains": _array_contains,
}
_MAKERS |= {
    "content-type": _MAKERS["contentType"],
    "status-code": _status,
    "not-empty": _MAKERS["notEmpty"],
    "each-key": _MAKERS["eachKey"],
    "each-value": _MAKERS["eachValue"],
    "array-contains": _array_contains,
}
