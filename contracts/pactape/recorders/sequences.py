"""The order of entries that belong to a sequence of states, in which a file need not list them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["in_order"]


def in_order(entries: Sequence[Any], place: Callable[[Any], tuple[str, float] | None]) -> list[int]:
    """Return the positions of entries, with the entries of each sequence in its order.

    Args:
        entries: In the order of the file.
        place: The sequence to which an entry belongs, and its place there; None for none.

    Example:
        >>> in_order(["b2", "x", "b1"], lambda entry: ("b", int(entry[1])) if entry[0] == "b" else None)
        [2, 1, 0]
    """
    positions = list(range(len(entries)))
    sequences: dict[str, list[tuple[float, int]]] = {}
    for position, entry in enumerate(entries):
        found = place(entry)
        if found is not None:
            sequences.setdefault(found[0], []).append((found[1], position))
    for members in sequences.values():
        for slot, (_, position) in zip(
            sorted(position for _, position in members), sorted(members), strict=True
        ):
            positions[slot] = position
    return positions
