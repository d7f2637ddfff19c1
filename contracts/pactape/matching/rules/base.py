"""The base class of matching rules, and the rules of one path together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.matching.numbers import kind

if TYPE_CHECKING:
    from collections.abc import Sequence, Sized


__all__ = ["Rule", "RuleList", "kind_of"]


class Rule:
    """One matching rule. Every method returns the reason as a phrase, or None when the rule is kept.

    Attributes:
        name: The kind, as contracts write it.
        cascades: Whether the rule of a path also applies to the texts below it.
    """

    name = "rule"
    cascades = True

    def value(self, expected: Any, actual: Any) -> str | None:
        """Return why a JSON value breaks the rule, where the example has a scalar."""
        return None

    def text(self, expected: str, actual: str) -> str | None:
        """Return why a text breaks it: a header's, a query parameter's, a path, an XML attribute, plain text."""
        return self.value(expected, actual)

    def list(self, expected: Sequence[Any], actual: Sequence[Any]) -> str | None:
        """Return why a list as a whole breaks it, apart from its items."""
        return None

    def map(self, expected: dict[str, Any], actual: dict[str, Any]) -> str | None:
        """Return why an object as a whole breaks it, apart from its keys and values."""
        return self._unable("an object")

    def size(self, actual: Sized) -> str | None:
        """Return why a collection's size breaks it, at the path of the rule itself."""
        return None

    def _unable(self, what: str) -> str:
        return f"can't be matched: the rule {self.name} doesn't apply to {what}"

    def __str__(self) -> str:
        return self.name


class RuleList:
    """The rules of one path.

    Args:
        rules: At least one.
        any_of: Whether one of them is enough (`combine: OR`).
    """

    __slots__ = ("any_of", "rules")

    def __init__(self, rules: tuple[Rule, ...], *, any_of: bool = False) -> None:
        self.rules = rules
        self.any_of = any_of

    def broken(self, reasons: Sequence[str | None]) -> list[tuple[Rule, str]]:
        """Return the broken rules with their reasons, given each rule's reason or None."""
        if self.any_of and None in reasons:
            return []
        return [
            (rule, reason) for rule, reason in zip(self.rules, reasons, strict=True) if reason is not None
        ]


def kind_of(value: Any) -> str:
    """Return a JSON value's kind with its article: "an integer", "null"."""
    name = kind(value)
    if name == "null":
        return name
    return f"an {name}" if name[0] in "aio" else f"a {name}"
