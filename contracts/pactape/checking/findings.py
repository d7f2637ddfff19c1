"""What a check has to say: one sentence about one place, in one of three tiers."""

from __future__ import annotations

from enum import IntEnum

import msgspec

__all__ = ["Alarm", "Tier"]


class Tier(IntEnum):
    """How bad it is; the worst first."""

    BREAKING = 1
    """The consumer reads something that isn't there any more, or isn't what it was."""
    WARNING = 2
    """It may break, or the records no longer say what they did."""
    INFO = 3
    """Good to know."""

    def __str__(self) -> str:
        return self.name.lower()


class Alarm(msgspec.Struct, frozen=True, order=True):
    """One thing that doesn't agree with another.

    Args:
        tier: How bad it is.
        place: Where: an operation and a place in it ("GET /users/{id} → 200: $.email"), or a file.
        what: The fact, in one sentence without a full stop.
    """

    tier: Tier
    place: str
    what: str

    def __str__(self) -> str:
        return f"{self.tier}: {self.place}: {self.what}"
