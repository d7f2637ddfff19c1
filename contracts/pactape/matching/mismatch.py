"""What a matching found: one value for each place that isn't as expected."""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

__all__ = ["Mismatch", "Part"]

_LONGEST = 200


class Part(Enum):
    """Which part of a message a mismatch is in."""

    METHOD = "method"
    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    STATUS = "status"
    BODY = "body"
    METADATA = "metadata"


class Mismatch(msgspec.Struct, frozen=True, kw_only=True):
    """One place that isn't as expected.

    Args:
        part: Where it is.
        path: The place in that part: "$.items[0].id" in a body, a name for headers, queries and metadata, else "".
        rule: The rule that isn't kept, "integer", "regex '^a$'", "equality", or "keys" and "content type", which
            hold without one.
        expected: The example's value there; None when there is nothing to compare with.
        actual: What came; None when nothing did.
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
    """A value on one line, cut where it gets long."""
    is_bytes = isinstance(value, bytes)
    text = repr(value) if is_bytes else msgspec.json.encode(value, enc_hook=repr).decode()
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
