"""Test helpers: random examples with rules, and values that nearly match them."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

__all__ = ["actual_for", "expected_value", "rules_for"]

NAMES = ["a", "b", "id", "full name", "x-y", "0", "7", "é", "_n", "A1"]
TEXTS = [
    "", "x", "abc", "ABC", "12", "-3", "1.5", "true", "false", "null", "2026-01-31", "2026-02-30", "12:30:00",
    "2026-01-31T12:30:00Z", "2026-01-31T12:30:00+01:00", "2026-01-31T12:30:00.123Z", "1.0.0", "1.2.3-rc.1", "v1",
    "é", "a\nb", "red", "blue", "a|b", "Mon", "monday", "9:5:1", "{}", "[1]",
]  # fmt: skip
NUMBERS = [
    0,
    1,
    2,
    -1,
    7,
    100,
    2**31,
    2**63,
    2**64 - 1,
    2**64,
    0.0,
    1.0,
    1.5,
    -0.0,
    1e16,
    1e-5,
    1e-7,
    1.5e-5,
    3.25e100,
]
SCALARS: list[Any] = [*TEXTS, *NUMBERS, True, False, None]
PATTERNS = [
    r"\d+", r"^\d+$", "a|ab", r"^(red|blue)$", r"[A-Z]+", r".*", r"[\s\S]*", r"\w+", r"^[^@]+$", r"\A\w*\z",
    r"[[:alpha:]]+", r"\p{L}+", r"(?i)abc", r"(?m).*", r"(?s).*", r"\h+", r"(?<year>\d{4})-\d\d-\d\d", r"x{,2}",
    r"[a-z&&[^b]]+", r"[\d.]+", r"null|true", r"\{.*\}", r"^a$", "(", r"-?\d+(\.\d+)?", r"[^\d\s]+", r"\/?x",
    r"[\w-]+", r"(a|b)\|\1?b", r"^.$", r"[-+.e\d]+", r"[^[:space:]]*", r"(?:abc|x)", r"é", r"[à-ü]",
]  # fmt: skip
FORMATS = [
    "", "yyyy-MM-dd", "HH:mm:ss", "H:m:s", "yyyy-MM-dd'T'HH:mm:ssXXX", "yyyy-MM-dd'T'HH:mm:ss.SSSX", "EEE", "EEEE",
    "yyyy-MM-dd'T'HH:mm:ssZ", "yy-M-d", "b", "yyyy-MM-dd'T'HH:mm:ss'Z'",
]  # fmt: skip
SIMPLE = [
    "type",
    "equality",
    "integer",
    "decimal",
    "number",
    "boolean",
    "null",
    "notEmpty",
    "semver",
    "values",
]


def expected_value(chance: random.Random, depth: int = 3) -> Any:
    """A JSON value to expect."""
    kind = chance.random()
    if depth and kind < 0.4:
        return {
            name: expected_value(chance, depth - 1) for name in chance.sample(NAMES, chance.randint(0, 3))
        }
    if depth and kind < 0.65:
        return [expected_value(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    return chance.choice(SCALARS)


def rules_for(value: Any, chance: random.Random) -> dict[str, Any]:
    """Rules for some places of `value`, no two of which weigh the same at one place."""
    places = list(_places(value, "$"))
    wildcard = chance.choice(["[*]", ".*"])  # one of the two: at one place they weigh the same
    sample = chance.sample(places, min(len(places), chance.randint(0, 4)))
    return {_blurred(place, wildcard, chance): _rule_list(chance) for place in sample}


def _places(value: Any, path: str) -> Any:
    yield path
    if isinstance(value, dict):
        for name, member in value.items():
            plain = name.isascii() and name.isidentifier()
            yield from _places(member, f"{path}.{name}" if plain else f"{path}['{name}']")
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, f"{path}[{index}]")


def _blurred(path: str, wildcard: str, chance: random.Random) -> str:
    """The path with a wildcard for its last step, now and then."""
    if path == "$" or chance.random() < 0.6:
        return path
    if path.endswith("]") and not path.endswith("']"):
        return path[: path.rindex("[")] + wildcard
    return path[: max(path.rfind("."), path.rfind("["))] + wildcard


def _rule_list(chance: random.Random) -> dict[str, Any]:
    matchers = [_rule(chance) for _ in range(chance.choice([1, 1, 1, 2]))]
    return {"combine": chance.choice(["AND", "OR"]) if len(matchers) > 1 else "AND", "matchers": matchers}


def _rule(chance: random.Random, depth: int = 1) -> dict[str, Any]:
    kind = chance.choice(["simple", "simple", "regex", "date", "limits", "include", "each", "contains"])
    if not depth and kind in {"each", "contains"}:
        kind = "simple"
    return MAKERS[kind](chance)


def _simple(chance: random.Random) -> dict[str, Any]:
    return {"match": chance.choice(SIMPLE)}


def _regex(chance: random.Random) -> dict[str, Any]:
    return {"match": "regex", "regex": chance.choice(PATTERNS)}


def _date(chance: random.Random) -> dict[str, Any]:
    return {"match": chance.choice(["date", "time", "datetime"]), "format": chance.choice(FORMATS)}


def _limits(chance: random.Random) -> dict[str, Any]:
    names = chance.sample(["min", "max"], chance.randint(1, 2))
    return {"match": "type", **{name: chance.randint(0, 3) for name in names}}


def _include(chance: random.Random) -> dict[str, Any]:
    return {"match": "include", "value": chance.choice(["a", "1", "x", "", "true", "é"])}


def _each(chance: random.Random) -> dict[str, Any]:
    return {"match": chance.choice(["eachKey", "eachValue"]), "rules": [_rule(chance, 0)]}


def _contains(chance: random.Random) -> dict[str, Any]:
    return {"match": "arrayContains", "variants": _variants(chance)}


def _variants(chance: random.Random) -> list[dict[str, Any]]:
    variants = []
    for index in range(chance.randint(0, 2)):
        path = chance.choice(["$", "$.a", "$.*", "$.id", "$[*]"])
        rules = {path: {"combine": "AND", "matchers": [_rule(chance, 0)]}}
        variants.append({"index": index, "rules": rules, "generators": {}})
    return variants


MAKERS = {
    "simple": _simple,
    "regex": _regex,
    "date": _date,
    "limits": _limits,
    "include": _include,
    "each": _each,
    "contains": _contains,
}


def actual_for(value: Any, chance: random.Random) -> Any:
    """A value that is like `value`, but for a change here and there."""
    if chance.random() < 0.12:
        return chance.choice([*SCALARS, {}, [], {"a": 1}, [1, "x"]])
    if isinstance(value, dict):
        return _changed_object(value, chance)
    if isinstance(value, list):
        return _changed_list(value, chance)
    return _changed_scalar(value, chance)


def _changed_object(value: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    changed = {name: actual_for(member, chance) for name, member in value.items() if chance.random() > 0.06}
    if chance.random() < 0.15:
        changed[chance.choice(NAMES)] = expected_value(chance, 1)
    return changed


def _changed_list(value: list[Any], chance: random.Random) -> list[Any]:
    changed = [actual_for(item, chance) for item in value if chance.random() > 0.08]
    more = range(chance.choice([0, 0, 0, 1, 3]))
    return changed + [copy.deepcopy(chance.choice(value or SCALARS)) for _ in more]


def _changed_scalar(value: Any, chance: random.Random) -> Any:
    if chance.random() < 0.55:
        return value
    same = [scalar for scalar in SCALARS if type(scalar) is type(value)]
    return chance.choice(same if same and chance.random() < 0.7 else SCALARS)
