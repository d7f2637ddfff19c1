"""Replacements: each secret gets its placeholder, and its location is recorded for reports."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.scrubbing.detection.known_forms import scrub_forms_in_text
from pactape.cassettes.scrubbing.replacing.given_values import GivenValues
from pactape.cassettes.scrubbing.replacing.known_values import KnownValues
from pactape.cassettes.scrubbing.replacing.placeholders import (
    PLACEHOLDER,
    ConstantPlaceholders,
    NumberedPlaceholders,
    is_mask,
)
from pactape.cassettes.scrubbing.structures.visitor import SECRET_IN_TEXT

if TYPE_CHECKING:
    from pactape.cassettes.scrubbing.replacing.placeholders import Placeholders

__all__ = ["Replacement", "Replacements"]


_MOST_CACHED = 1024


class Replacement(msgspec.Struct, frozen=True, order=True):
    """A secret that was replaced; never its value.

    Args:
        field: Where it was: a JSON path ("$.user.password"), or the name of a parameter, header or cookie; empty
            where it was part of a text.
        kind: What it is: "secret field", "JSON Web Token".
    """

    field: str
    kind: str


class Replacements:
    """The replacements in one cassette. May be used by several threads.

    Args:
        placeholders: Gives each secret its placeholder; None numbers them, starting at 1.

    Attributes:
        placeholders: See above.
        entries: The replacements, in the order in which they were made; never a secret.
        known_values: The secrets, to find them where neither a name nor their form shows them.
        given_values: The short secrets of responses, to find them in requests.
        is_for_responses: Whether these are the replacements in responses, whose short secrets are remembered.
        is_for_matching: Whether all secrets, and other tools' masks, get the same placeholder.
    """

    def __init__(self, placeholders: Placeholders | None = None) -> None:
        self.placeholders = placeholders or NumberedPlaceholders()
        self.entries: list[Replacement] = []
        known = self.placeholders.known if isinstance(self.placeholders, NumberedPlaceholders) else None
        self.known_values = KnownValues(known)
        self.is_for_matching = isinstance(self.placeholders, ConstantPlaceholders)
        self.given_values = GivenValues()
        self.is_for_responses = False
        self._entries: dict[tuple[str, str], Replacement] = {}

    def for_responses(self) -> Replacements:
        """Return the same replacements, which also remember short secrets, because later requests may send them."""
        shared = copy.copy(self)
        shared.is_for_responses = True
        return shared

    def replace(self, secret: str, field: str, kind: str) -> str:
        """Return the placeholder of a secret, and record its location; a placeholder is returned unchanged."""
        if self.is_for_matching:
            placeholder = self.placeholders.for_text(secret)
            if not is_mask(secret):
                self.known_values.add(secret, placeholder)
            return placeholder
        if kind == SECRET_IN_TEXT and is_mask(secret):
            return secret
        placeholder = self.placeholders.for_text(secret)
        if placeholder == secret:
            return secret
        self.note(field, kind)
        self.known_values.add(secret, placeholder)
        if self.is_for_responses:
            self.given_values.add(secret, placeholder)
        return placeholder

    def replace_number(self, secret: float, field: str, kind: str) -> float:
        """Return the placeholder of a number, and record its location."""
        placeholder = self.placeholders.for_number(secret)
        if placeholder != secret:
            self.note(field, kind)
            if self.is_for_responses:
                self.given_values.add_number(secret, placeholder)
        return placeholder

    def note(self, field: str, kind: str) -> None:
        """Record the location of a secret that was replaced."""
        entry = self._entries.get((field, kind))
        if entry is None:
            shown = scrub_forms_in_text(field, lambda *_: PLACEHOLDER)  # a token may be a name, too
            entry = Replacement(shown, kind)
            if len(self._entries) < _MOST_CACHED:
                self._entries[field, kind] = entry
        self.entries.append(entry)
