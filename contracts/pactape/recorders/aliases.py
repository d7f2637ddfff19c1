"""Limits the size of YAML documents after the expansion of aliases, before anything walks them."""

from __future__ import annotations

from typing import Any

__all__ = ["check_expansion"]

#: More values than any recording has; nine aliases nested nine times are 387 million ("billion laughs").
_MOST_VALUES = 20_000_000


def check_expansion(value: Any) -> None:
    """Check that a parsed YAML value isn't much larger than its file because of aliases.

    Raises:
        ValueError: It is much larger, or contains itself.

    Example:
        >>> one = ["lol"]
        >>> check_expansion([one, one])
    """
    if _size(value, {}, set()) > _MOST_VALUES:
        raise ValueError(f"its aliases expand to more than {_MOST_VALUES:,} values")


def _size(value: Any, sizes: dict[int, int], parents: set[int]) -> int:
    """Return the number of values in a value; a shared one is counted at every occurrence, but walked once."""
    if not isinstance(value, dict | list):
        return 1
    identity = id(value)
    if identity in parents:
        raise ValueError("it contains itself through an alias")
    if identity not in sizes:
        parents.add(identity)
        members = value.values() if isinstance(value, dict) else value
        sizes[identity] = 1 + sum(_size(member, sizes, parents) for member in members)
        parents.discard(identity)
    return sizes[identity]
