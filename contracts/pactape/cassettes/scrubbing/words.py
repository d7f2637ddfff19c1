"""Tables of words, as the modules of this room write them."""

from __future__ import annotations

__all__ = ["word_set"]


def word_set(text: str) -> frozenset[str]:
    """Return the words of a text, which reads better than a list of them in quotation marks.

    Example:
        >>> sorted(word_set("pin otp"))
        ['otp', 'pin']
    """
    return frozenset(text.split())
