"""Matching rules as contracts write them, version 2 and from version 3 on, read into rules by path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.matching import rules as kinds
from pactape.matching.paths import Path, PathError, parse_path
from pactape.matching.rules import Rule, RuleList

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


def load_rules(written: Any) -> dict[str, Category]:
    """Read a contract's `matchingRules`.

    Args:
        written: The JSON value, in the form of version 2 (by path from the message) or 3 and 4 (by category).

    Returns:
        The rules by category: path, query, header, body, status, metadata.

    Raises:
        RuleError: A rule or a path can't be read.
    """
    if not isinstance(written, dict):
        return {}
    try:
        if next(iter(written), "").startswith("$"):
            return _version_2(written)
        return {_category(name): _version_3(name, value) for name, value in written.items()}
    except PathError as error:
        raise RuleError(str(error)) from None


def _category(name: str) -> str:
    """Categories have several names: a message's content is matched as a body."""
    lower = name.lower()
    return {"headers": "header", "content": "body", "contents": "body"}.get(lower, lower)


def _version_2(written: Attributes) -> dict[str, Category]:
    found: dict[str, Category] = {}
    for path, attributes in written.items():
        category, *rest = parse_path(path) or ("body",)
        name = _category(str(category))
        rules = RuleList((_rule(attributes),))
        if name == "path":
            found[name] = Category(everywhere=rules)
        else:
            place = tuple(rest[:1]) if name in _NAMED else tuple(rest)
            found.setdefault(name, Category({})).by_path[_lowered(place) if name == "header" else place] = (
                rules
            )
    return found


def _version_3(name: str, written: Any) -> Category:
    if not isinstance(written, dict):
        raise RuleError(f"the matching rules of {name} are {written!r}, not an object")
    if "matchers" in written:
        return Category(everywhere=_rule_list(written))
    by_path = {}
    for path, value in written.items():
        rules = _rule_list(value)
        if rules is not None:
            by_path[_place(_category(name), path)] = rules
    return Category(by_path, everywhere=by_path.pop(_EVERYWHERE, None))


_EVERYWHERE: Path = (-1,)


def _place(category: str, path: str) -> Path:
    if category in _NAMED:
        return _lowered((path,)) if category == "header" else (path,)
    if category == "metadata" and not path.startswith("$"):
        return (path,)
    return parse_path(path) if path else _EVERYWHERE


def _lowered(path: Path) -> Path:
    return tuple(token.lower() if isinstance(token, str) else token for token in path)


def _rule_list(written: Any) -> RuleList | None:
    if not isinstance(written, dict):
        raise RuleError(f"{written!r} has no matchers")
    rules = tuple(map(_rule, written.get("matchers") or ()))
    any_of = str(written.get("combine", "")).upper() == "OR"
    return RuleList(rules, any_of=any_of) if rules else None


def _rule(written: Any) -> Rule:
    if not isinstance(written, dict):
        raise RuleError(f"the matching rule {written!r} is not an object")
    name = written.get("match", written.get("pact:matcher:type")) or _guess(written)
    make = _MAKERS.get(str(name))
    if make is None:
        raise RuleError(f"there is no matching rule {name!r}")
    return make(written)


def _guess(written: Attributes) -> str:
    """Version 2 leaves the kind out where another attribute tells it."""
    guessed = next(
        (name for name in ("regex", "min", "max", "timestamp", "time", "date") if name in written), None
    )
    if guessed is None:
        raise RuleError(f"the matching rule {written!r} doesn't say what it matches")
    return guessed


def _needed(written: Attributes, name: str) -> str:
    if name not in written:
        raise RuleError(f"the matching rule {written!r} lacks {name!r}")
    return str(written[name])


def _limit(written: Attributes, name: str) -> int | None:
    value = written.get(name)
    try:
        return None if value is None else int(value)
    except (TypeError, ValueError):
        raise RuleError(f"the matching rule {written!r} has a {name!r} that is no number") from None


def _type(written: Attributes) -> Rule:
    return kinds.Type(_limit(written, "min"), _limit(written, "max"))


def _date_time(name: str) -> Callable[[Attributes], Rule]:
    def make(written: Attributes) -> Rule:
        old = {"datetime": "timestamp"}.get(name, name)
        return kinds.DateTime(name, str(written.get("format") or written.get(name) or written.get(old) or ""))

    return make


def _status(written: Attributes) -> Rule:
    wanted = written.get("status", "success")
    if isinstance(wanted, list):
        return kinds.StatusCode(tuple(map(int, wanted)))
    if isinstance(wanted, int):
        return kinds.StatusCode((wanted,))
    if wanted not in kinds.StatusCode.CLASSES:
        raise RuleError(f"there is no class of status codes {wanted!r}")
    return kinds.StatusCode(wanted)


def _nested(written: Attributes) -> tuple[Rule, ...]:
    return tuple(map(_rule, written.get("rules") or ()))


def _array_contains(written: Attributes) -> Rule:
    variants = []
    for each in written.get("variants") or ():
        rules = _version_3("body", each["rules"]) if "rules" in each else None
        variants.append((int(each.get("index", 0)), rules))
    return kinds.ArrayContains(tuple(variants))


_MAKERS: dict[str, Callable[[Attributes], Rule]] = {
    "equality": lambda _: kinds.Equality(),
    "regex": lambda written: kinds.Regex(_needed(written, "regex")),
    "type": _type,
    "min": _type,
    "max": _type,
    "include": lambda written: kinds.Include(_needed(written, "value")),
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
    "contentType": lambda written: kinds.ContentTypeRule(_needed(written, "value")),
    "values": lambda _: kinds.Values(),
    "statusCode": _status,
    "notEmpty": lambda _: kinds.NotEmpty(),
    "semver": lambda _: kinds.Semver(),
    "eachKey": lambda written: kinds.EachKey(_nested(written)),
    "eachValue": lambda written: kinds.EachValue(_nested(written)),
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
