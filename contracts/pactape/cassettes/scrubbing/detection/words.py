"""Tables of words: how the modules of this folder write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["any_of", "word_set"]


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, which is easier to read than a list of quoted words.

    Example:
        >>> sorted(word_set("pin otp"))
        ['otp', 'pin']
    """
    return frozenset(text.split())


def any_of(beginnings: Iterable[str]) -> str:
    """Return a pattern for many short texts, grouped by their first character, so that most positions fail at once.

    Example:
        >>> any_of(["pin", "otp", "pass"])
        '(?:o(?:tp)|p(?:ass|in))'
    """
    by_first: dict[str, set[str]] = {}
    for beginning in beginnings:
        by_first.setdefault(beginning[0], set()).add(re.escape(beginning[1:]))
    alternatives = (
        f"{re.escape(first)}(?:{'|'.join(sorted(rest))})" for first, rest in sorted(by_first.items())
    )
    return f"(?:{'|'.join(alternatives)})"
