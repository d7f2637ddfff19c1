"""The keys that identify the items of a collection, and what one of them is called."""

from __future__ import annotations

__all__ = ["HANDLE_KEYS", "ID_KEYS", "singular"]

ID_KEYS = frozenset({"id", "_id", "uuid", "guid", "sid"})
#: Keys of what people, too, call an item.
HANDLE_KEYS = frozenset({"slug", "key", "code", "login", "username", "handle", "sku"})
_PLURALS = ("sses", "xes", "zes", "ches", "shes")


def singular(name: str) -> str:
    """Return the name of a collection's item.

    Example:
        >>> [singular(name) for name in ("Projects", "categories", "boxes", "fish")]
        ['project', 'category', 'box', 'fish']
    """
    lower = name.lower()
    if lower.endswith("ies"):
        return f"{lower[:-3]}y"
    return lower[:-2] if lower.endswith(_PLURALS) else lower.removesuffix("s")
