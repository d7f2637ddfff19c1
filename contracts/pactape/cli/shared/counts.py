"""Counts with their nouns, for sentences."""

from __future__ import annotations

__all__ = ["count_of"]


def count_of(number: int, noun: str) -> str:
    """Return a number with its noun, in the singular or plural.

    Example:
        >>> count_of(1, "file"), count_of(2, "file")
        ('1 file', '2 files')
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
