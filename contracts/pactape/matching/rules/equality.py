"""The rules that compare with the example: equality, its kind, and the values of an object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.matching.numbers import equal_json, is_number
from pactape.matching.rules.base import Rule, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence, Sized


__all__ = ["Equality", "Type", "Values"]


class Equality(Rule):
    """The same value: the rule where the contract has none."""

    name = "equality"

    def value(self, expected: Any, actual: Any) -> str | None:
        return None if equal_json(expected, actual) else "is not equal to the example"

    def list(self, expected: Sequence[Any], actual: Sequence[Any]) -> str | None:
        return self.value(expected, actual)

    def map(self, expected: dict[str, Any], actual: dict[str, Any]) -> str | None:
        return self.value(expected, actual)


class Values(Equality):
    """The values of an object are compared, its keys aren't."""

    name = "values"
    cascades = False

    def list(self, expected: Sequence[Any], actual: Sequence[Any]) -> str | None:
        return None

    def map(self, expected: dict[str, Any], actual: dict[str, Any]) -> str | None:
        return None


class Type(Rule):
    """The example's kind; collections may have limits.

    Args:
        low: The fewest items; None for no limit.
        high: The most items; None for no limit.
    """

    name = "type"

    def __init__(self, low: int | None = None, high: int | None = None) -> None:
        self.low = low
        self.high = high

    def value(self, expected: Any, actual: Any) -> str | None:
        if type(expected) is type(actual) or (is_number(expected) and is_number(actual)):
            return None
        return f"is {kind_of(actual)}, not {kind_of(expected)}"

    def text(self, expected: str, actual: str) -> str | None:
        return None

    def map(self, expected: dict[str, Any], actual: dict[str, Any]) -> str | None:
        return None

    def size(self, actual: Sized) -> str | None:
        if self.low is not None and len(actual) < self.low:
            return f"has {len(actual)} of at least {self.low}"
        if self.high is not None and len(actual) > self.high:
            return f"has {len(actual)} of at most {self.high}"
        return None

    def __str__(self) -> str:
        limits = [
            f"{name} {limit}" for name, limit in (("min", self.low), ("max", self.high)) if limit is not None
        ]
        return ", ".join(["type", *limits])
