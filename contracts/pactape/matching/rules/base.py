"""What every matching rule can be asked, and rules of one path taken together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.matching.numbers import kind

if TYPE_CHECKING:
    from collections.abc import Sequence, Sized


__all__ = ["Rule", "RuleList", "kind_of"]


class Rule:
    """One matching rule. Every method gives a reason as a phrase, or None when the rule is kept.

    Attributes:
        name: The kind, as contracts write it.
        cascades: Whether the rule, put on a place, holds for texts below it as well.
    """

    name = "rule"
    cascades = True

    def value(self, expected: Any, actual: Any) -> str | None:
        """Why a JSON value doesn't keep it, at a place where the example has a scalar."""
        return None

    def text(self, expected: str, actual: str) -> str | None:
        """Why a text doesn't: a header's, a query parameter's, a path, an XML attribute, plain text."""
        return self.value(expected, actual)

    def list(self, expected: Sequence[Any], actual: Sequence[Any]) -> str | None:
        """Why a list as a whole doesn't, apart from its items."""
        return None

    def map(self, expected: dict[str, Any], actual: dict[str, Any]) -> str | None:
        """Why an object as a whole doesn't, apart from its keys and values."""
        return self._unable("an object")

    def size(self, actual: Sized) -> str | None:
        """Why a collection's size doesn't, at the very place of the rule."""
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
        """The rules that count as broken, with the reasons, given each rule's reason or None."""
        if self.any_of and None in reasons:
            return []
        return [
            (rule, reason) for rule, reason in zip(self.rules, reasons, strict=True) if reason is not None
        ]


def kind_of(value: Any) -> str:
    """A JSON value's kind with its article: "an integer", "null"."""
    name = kind(value)
    if name == "null":
        return name
    return f"an {name}" if name[0] in "aio" else f"a {name}"
