"""The rules for kinds of scalars: numbers, booleans, null, values that aren't empty, status codes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from pactape.matching.numbers import is_integer, is_number
from pactape.matching.rules.base import Rule, kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence


__all__ = ["Boolean", "Decimal", "Integer", "NotEmpty", "Null", "Number", "StatusCode"]

_FLOAT = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|inf|infinity|nan)", re.IGNORECASE
)
_UNSIGNED = re.compile(r"\+?[0-9]+", re.ASCII)
_HIGHEST = 2**64 - 1


class Number(Rule):
    """Any number."""

    name = "number"

    def value(self, expected: Any, actual: Any) -> str | None:
        return None if is_number(actual) else f"is {kind_of(actual)}, not a number"

    def text(self, expected: str, actual: str) -> str | None:
        return None if _FLOAT.fullmatch(actual) else "is not a number"


class Decimal(Number):
    """A number with a decimal point or an exponent; in a text, any number."""

    name = "decimal"

    def value(self, expected: Any, actual: Any) -> str | None:
        return None if type(actual) is float else f"is {kind_of(actual)}, not a decimal"


class Integer(Rule):
    """A whole number of 64 bits, written without point and exponent; in a text, without a minus."""

    name = "integer"

    def value(self, expected: Any, actual: Any) -> str | None:
        return None if is_integer(actual) else f"is {kind_of(actual)}, not an integer"

    def text(self, expected: str, actual: str) -> str | None:
        whole = _UNSIGNED.fullmatch(actual) and int(actual) <= _HIGHEST
        return None if whole else "is not an integer"


class Boolean(Rule):
    """true or false, or such a text."""

    name = "boolean"

    def value(self, expected: Any, actual: Any) -> str | None:
        truth = isinstance(actual, bool) or (isinstance(actual, str) and actual in {"true", "false"})
        return None if truth else f"is {kind_of(actual)}, not a boolean"


class Null(Rule):
    """JSON's null."""

    name = "null"

    def value(self, expected: Any, actual: Any) -> str | None:
        return None if actual is None else f"is {kind_of(actual)}, not null"

    def text(self, expected: str, actual: str) -> str | None:
        return self._unable("a text")

    def list(self, expected: Sequence[Any], actual: Sequence[Any]) -> str | None:
        return self._unable("a list")


class NotEmpty(Rule):
    """Anything but null, and empty texts and collections."""

    name = "notEmpty"

    def value(self, expected: Any, actual: Any) -> str | None:
        empty = actual is None or (isinstance(actual, (str, list, dict)) and not actual)
        return "is empty" if empty else None

    def list(self, expected: Sequence[Any], actual: Sequence[Any]) -> str | None:
        return None if actual else "is empty"

    def map(self, expected: dict[str, Any], actual: dict[str, Any]) -> str | None:
        return None if actual else "is empty"


class StatusCode(Rule):
    """A class of status codes, or some of them.

    Args:
        wanted: "info", "success", "redirect", "clientError", "serverError", "nonError", "error", or the codes.
    """

    name = "statusCode"
    CLASSES: ClassVar = {
        "info": range(100, 200),
        "success": range(200, 300),
        "redirect": range(300, 400),
        "clientError": range(400, 500),
        "serverError": range(500, 600),
        "nonError": range(400),
        "error": range(400, 1000),
    }

    def __init__(self, expected_status: str | tuple[int, ...]) -> None:
        self.expected_status = expected_status

    def status(self, actual: int) -> str | None:
        """Return why a status code breaks it; None when it keeps it."""
        codes = (
            self.CLASSES[self.expected_status]
            if isinstance(self.expected_status, str)
            else self.expected_status
        )
        return None if actual in codes else "is another status"

    def text(self, expected: str, actual: str) -> str | None:
        return self.status(int(actual)) if _UNSIGNED.fullmatch(actual) else self._unable("a text")

    def list(self, expected: Sequence[Any], actual: Sequence[Any]) -> str | None:
        return self._unable("a list")

    def __str__(self) -> str:
        return f"statusCode {self.expected_status}"
