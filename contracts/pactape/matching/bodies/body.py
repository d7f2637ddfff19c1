"""A body, and a mismatch of it as a whole."""

from __future__ import annotations

from typing import Any

import msgspec

from pactape.http_bodies import UNKNOWN, ContentType
from pactape.matching.mismatch import Mismatch, Part

__all__ = ["Body", "mismatch_of_body"]


class Body(msgspec.Struct, frozen=True):
    """A body, expected or actual.

    Args:
        data: Its bytes; empty for an empty one, None when there is none.
        content_type: Its content type; unknown without a declaration and a recognizable form.
    """

    data: bytes | None
    content_type: ContentType = UNKNOWN


def mismatch_of_body(rule: object, expected: Any, actual: Any, reason: str) -> Mismatch:
    """Return a mismatch of a body as a whole.

    Args:
        rule: The rule that isn't kept.
        expected: The example.
        actual: The actual body.
        reason: A phrase that says what is wrong.
    """
    return Mismatch(part=Part.BODY, path="$", rule=str(rule), expected=expected, actual=actual, reason=reason)
