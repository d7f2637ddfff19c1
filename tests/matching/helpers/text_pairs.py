"""Test helpers: random XML, forms and plain texts with rules, and bodies that nearly match them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

__all__ = ["CONTENT_TYPES", "actual_body", "expected_body", "rules_of_body"]

CONTENT_TYPES = {"xml": "application/xml", "form": "application/x-www-form-urlencoded", "text": "text/plain"}
PATHS = {
    "xml": ["$.root", "$.root.a", "$.root.a['@i']", "$.root.a.#text", "$.root.b.a", "$.root.b.#text"],
    "form": ["$.a", "$.b", "$.c"],
    "text": ["$"],
}
RULES: list[dict[str, Any]] = [
    {"match": "type"},
    {"match": "equality"},
    {"match": "type", "min": 1},
    {"match": "type", "max": 1},
    {"match": "notEmpty"},
    {"match": "integer"},
    {"match": "number"},
    {"match": "include", "value": "a"},
    {"match": "regex", "regex": r"\d+"},
    {"match": "regex", "regex": "[a-z]*"},
]
FOR_ELEMENTS = RULES[:5]
VALUES = ["1", "x", "ab", "", "12"]


def expected_body(kind: str, chance: random.Random) -> str:
    """A body to expect."""
    if kind == "xml":
        return f"<root>{''.join(_element(chance, 2) for _ in range(chance.choice([0, 1, 2])))}</root>"
    if kind == "form":
        return "&".join(
            f"{chance.choice('abc')}={chance.choice(VALUES)}" for _ in range(chance.randint(1, 3))
        )
    return chance.choice(["abc", "12", "a b\nc", "é", "x"])


def _element(chance: random.Random, depth: int) -> str:
    name = chance.choice("abc")
    names = chance.sample(["i", "j"], chance.choice([0, 0, 1, 2]))
    attributes = "".join(f' {name}="{chance.choice(VALUES)}"' for name in names)
    children = "".join(_element(chance, depth - 1) for _ in range(chance.choice([0, 1, 2]) if depth else 0))
    return f"<{name}{attributes}>{chance.choice(VALUES)}{children}</{name}>"


def rules_of_body(kind: str, chance: random.Random) -> dict[str, Any]:
    """Rules for up to two places; patterns on elements are left out, where we differ on purpose."""
    sample = chance.sample(PATHS[kind], min(len(PATHS[kind]), chance.randint(0, 2)))
    return {path: {"combine": "AND", "matchers": [chance.choice(_rules(kind, path))]} for path in sample}


def _rules(kind: str, path: str) -> list[dict[str, Any]]:
    return FOR_ELEMENTS if kind == "xml" and "#" not in path and "@" not in path else RULES


def actual_body(kind: str, expected: str, chance: random.Random) -> str:
    """A body that is like `expected`, or nearly, or another."""
    change = chance.random()
    if change < 0.2:
        return expected
    if change < 0.7:
        return expected.replace(chance.choice(["1", "x", "ab"]), chance.choice(["7", "y", "ab"]), 1)
    return expected_body(kind, chance)
