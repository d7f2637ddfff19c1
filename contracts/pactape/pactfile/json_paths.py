"""Path expressions of matching rules: "$.items[*]['first name']"."""

from __future__ import annotations

import re

__all__ = ["below", "can_be_named"]

_PLAIN_KEY = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def below(path: str, key: str) -> str:
    """Return the path expression of a key below `path`; the key is one that `can_be_named`.

    Example:
        >>> below("$", "id"), below("$.user", "first name")
        ('$.id', "$.user['first name']")
    """
    return f"{path}.{key}" if _PLAIN_KEY.fullmatch(key) else f"{path}['{key}']"


def can_be_named(key: str) -> bool:
    """Whether a path expression can name this key: those of Pact's engine have no way to write a single quote."""
    return bool(key) and "'" not in key
