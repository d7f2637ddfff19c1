"""The rules about what is in a collection: each key, each value, some items."""

from __future__ import annotations

from typing import Any

from pactape.matching.rules.base import Rule

__all__ = ["ArrayContains", "EachKey", "EachValue"]


class _CollectionRule(Rule):
    """A rule about the content of a collection; it doesn't apply to a text below it."""

    cascades = False

    def text(self, expected: str, actual: str) -> str | None:
        return self._unable("a text")

    def map(self, expected: dict[str, Any], actual: dict[str, Any]) -> str | None:
        return None


class EachKey(_CollectionRule):
    """Every key of an object keeps these rules."""

    name = "eachKey"

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules


class EachValue(_CollectionRule):
    """Every value of an object, every item of a list keeps these rules.

    Args:
        rules: All of them count.
    """

    name = "eachValue"

    def __init__(self, rules: tuple[Rule, ...]) -> None:
        self.rules = rules


class ArrayContains(_CollectionRule):
    """For each variant, some item of a list matches the example's item of that index by the variant's rules.

    Args:
        variants: The index of the example, and its rules by path; the rules are None for equality.
    """

    name = "arrayContains"
    cascades = True

    def __init__(self, variants: tuple[tuple[int, Any], ...]) -> None:
        self.variants = variants
