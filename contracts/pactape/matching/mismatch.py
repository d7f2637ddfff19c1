"""Mismatches: one for each part of a message that differs from the expectation."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

__all__ = ["Mismatch", "Part"]

_LONGEST = 200


class Part(Enum):
    """The part of a message that a mismatch is in."""

    METHOD = "method"
    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    STATUS = "status"
    BODY = "body"
    METADATA = "metadata"


class Mismatch(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a message that differs from the expectation.

    Args:
        part: The part of the message.
        path: The path in that part: "$.items[0].id" in a body, a name for headers, queries and metadata, else "".
        rule: The violated rule, "integer", "regex '^a$'", "equality", or "keys" and "content type", which
            apply even without a rule in the contract.
        expected: The example's value there; None when there is nothing to compare with.
        actual: The actual value; None when it is missing.
        reason: A phrase that says what is wrong.
        sources: The recordings that the expectation comes from, "path#index"; empty when the contract names none.

    Example:
        >>> reason = "is a string, not an integer"
        >>> print(Mismatch(part=Part.BODY, path="$.id", rule="integer", expected=1, actual="x", reason=reason))
        body $.id: "x" is a string, not an integer (rule: integer; example: 1)
    """

    part: Part
    path: str
    rule: str
    expected: Any
    actual: Any
    reason: str
    sources: tuple[str, ...] = ()

    def __str__(self) -> str:
        place = f"{self.part.value} {self.path}".strip()
        return f"{place}: {short(self.actual)} {self.reason} (rule: {self.rule}; example: {short(self.expected)})"


def short(value: Any) -> str:
    """Return a value on one line, shortened when it is long."""
    is_bytes = isinstance(value, bytes)
    text = repr(value) if is_bytes else msgspec.json.encode(value, enc_hook=repr).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
