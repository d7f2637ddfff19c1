"""The visitor to which the parsers of structures pass their fields."""

from __future__ import annotations

from enum import Enum
from typing import Protocol

__all__ = ["SECRET_IN_TEXT", "SECRET_KINDS", "FieldContext", "Visitor"]


class FieldContext(Enum):
    """The kind of structure that a field is in, which decides how much its name says.

    Attributes:
        PARAMETER: A query, a form, a header, a configuration: "token" names a credential.
        BODY: JSON, XML or GraphQL: "token" may be anything.
        PROSE: A text: "password:" may be followed by a sentence about it.
    """

    PARAMETER = 0
    BODY = 1
    PROSE = 2

    __hash__ = object.__hash__  # the hash of an Enum takes ten times as long


SECRET_IN_TEXT = "secret in a text"  # noqa: S105 -- a kind
#: The kinds of secrets in reports, by the context of their fields.
SECRET_KINDS = {
    FieldContext.PARAMETER: "secret parameter",
    FieldContext.BODY: "secret field",
    FieldContext.PROSE: SECRET_IN_TEXT,
}


class Visitor(Protocol):
    """Replaces secrets in the fields of a structure."""

    def field(self, name: str, value: str, context: FieldContext, path: object = "") -> str:
        """Return the value of a field without secrets; itself when it contains none.

        Args:
            name: The field's name; empty if it has none.
            value: Its value, decoded.
            context: The kind of structure that it is in.
            path: Its path; `str(path)` is like "$.user.password". If empty, the name is reported.
        """

    def number(self, name: str, value: float, path: object = "") -> float:
        """Return the placeholder of a number that is a secret; other numbers unchanged."""

    def text(self, value: str) -> str:
        """Return a text without secrets that are recognized by their own form or by the structures in it."""

    def document(self, value: str) -> str:
        """Return a text without secrets, after parsing it by the structure that it has."""
