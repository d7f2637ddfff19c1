"""What the structures give their fields to."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

__all__ = ["FieldContext", "Visitor"]


class FieldContext(Enum):
    """The location of a field.

    Attributes:
        PARAMETER: In a query, a form, a header, a configuration: where "token" names a credential.
        BODY: In JSON, XML or GraphQL: where "token" may be anything.
        PROSE: In a text, behind a colon: where "password" may be followed by a sentence about it.
    """

    PARAMETER = 0
    BODY = 1
    PROSE = 2

    __hash__ = object.__hash__  # an enumeration's own takes ten times as long


class Visitor(Protocol):
    """Replaces secrets in the fields of a structure."""

    def field(self, name: str, value: str, context: FieldContext, path: object = "") -> str:
        """Return the value of a field without secrets; itself when it contains none.

        Args:
            name: The field's name; empty for none.
            value: Its value, decoded.
            context: The kind of structure that it is in.
            path: Its path, in a form whose `str` is "$.user.password"; the name when empty.
        """

    def number(self, name: str, value: float, path: object = "") -> float:
        """Return a number without its secret; itself when it is none."""

    def text(self, value: str) -> str:
        """Return a text without secrets that are recognized by their own form or by the structures in it."""

    def document(self, value: str) -> str:
        """Return a text without secrets, taken apart by the structure that it has."""
