"""Replacements: each secret gets its placeholder, and where it stood is noted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.scrubbing.known_values import KnownValues
from pactape.cassettes.scrubbing.placeholders import (
    ConstantPlaceholders,
    NumberedPlaceholders,
    is_mask,
    is_placeholder,
)

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.placeholders import Placeholders

__all__ = ["Replacement", "Replacements"]


class Replacement(msgspec.Struct, frozen=True, order=True):
    """A secret that was replaced; never its value.

    Args:
        field: Where it stood: a JSON path ("$.user.password"), or the name of a parameter, header or cookie; empty
            where it stood in a text.
        kind: What it is: "secret field", "JSON Web Token".
    """

    field: str
    kind: str


class Replacements:
    """The replacements in one cassette. May be used by several threads.

    Args:
        placeholders: Where placeholders come from; by default a numbering of its own.

    Attributes:
        placeholders: See above.
        made: What was replaced, in the order in which it came; never a value.
        known: The secrets, to be found where neither name nor form shows them.
    """

    def __init__(self, placeholders: Placeholders | None = None) -> None:
        self.placeholders = placeholders or NumberedPlaceholders()
        self.made: list[Replacement] = []
        self.known = KnownValues()

    @property
    def is_for_matching(self) -> bool:
        """Whether all secrets, and the masks of others, become the same."""
        return isinstance(self.placeholders, ConstantPlaceholders)

    def replace(self, secret: str, field: str, kind: str) -> str:
        """Return the placeholder of a secret, and note where it stood; what is a placeholder already stays."""
        if self.is_for_matching:
            made = self.placeholders.for_text(secret)
            if not is_mask(secret):
                self.known.add(secret, made)
            return made
        if is_placeholder(secret):
            return secret
        self.note(field, kind)
        made = self.placeholders.for_text(secret)
        self.known.add(secret, made)
        return made

    def replace_number(self, secret: float, field: str, kind: str) -> float:
        """Return the placeholder of a number, and note where it stood."""
        made = self.placeholders.for_number(secret)
        if made != secret:
            self.note(field, kind)
        return made

    def note(self, field: str, kind: str) -> None:
        """Note where a secret stood that was replaced."""
        self.made.append(Replacement(field, kind))
