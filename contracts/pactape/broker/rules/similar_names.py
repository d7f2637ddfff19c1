"""Names of pacticipants that differ only in spelling, such as "Order Service" and "orders".

The official broker makes the same comparison before a first publication creates a pacticipant, so that a typing
error doesn't create a second one.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["similar_names"]

_BEFORE_LAST_CAPITAL = re.compile(r"([A-Z]+)([A-Z][a-z])")
_BEFORE_CAPITAL = re.compile(r"([a-z\d])([A-Z])")
_SEPARATORS = re.compile(r"[\s_-]")
#: Words that are too common in names to distinguish them.
_COMMON_WORDS = frozenset({"api", "provider", "service"})


def similar_names(name: str, others: Iterable[str]) -> list[str]:
    """Return the other names with the same words, apart from case, plurals and common words.

    Example:
        >>> similar_names("OrderService", ["orders", "order-api", "Order Events"])
        ['orders', 'order-api']
    """
    words = _words(name)
    return [other for other in others if other != name and _words(other) == words]


def _words(name: str) -> list[str]:
    text = _BEFORE_CAPITAL.sub(r"\1_\2", _BEFORE_LAST_CAPITAL.sub(r"\1_\2", name.replace("::", "/")))
    words = _SEPARATORS.split(text.lower())
    while words and not words[-1]:
        words.pop()
    singular = (word.removesuffix("s") for word in words)
    return [word for word in singular if word not in _COMMON_WORDS]
