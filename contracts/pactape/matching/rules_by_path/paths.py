"""Path expressions of matching rules: "$.items[*].id", read into tokens.

Pact specification V3, "Matching rule paths". As the engine reads them: a name may hold letters, digits and
`_-:#@`, anything else is in brackets and single quotes, and can't contain a quote.
"""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["Path", "PathError", "Token", "Wildcard", "fragment", "parse_path", "shown"]


class Wildcard(Enum):
    """A token that matches many keys or indexes."""

    ANY = ".*"
    ITEM = "[*]"


Token = str | int | Wildcard
#: A rule's path below the root.
Path = tuple[Token, ...]

_STEP = re.compile(
    r"\.(?P<any>\*)|\.(?P<name>[\w:#@-]+)|\['(?P<quoted>[^']+)'\]|\[(?P<index>\d+)\]|\[(?P<item>\*)\]"
)
_BARE = re.compile(r"[^\W_][\w:#@-]*")
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_NUMBER = re.compile(r"\+?[0-9]+", re.ASCII)


class PathError(ValueError):
    """A path expression that can't be read."""


@lru_cache(maxsize=4096)  # the interactions of a contract have the same paths
def parse_path(text: str) -> Path:
    """Read a path expression.

    Args:
        text: "$.a[0]['b c'].*", or a name without the root, "a.b".

    Raises:
        PathError: It isn't one.

    Example:
        >>> parse_path("$.items[*]['full name']")
        ('items', <Wildcard.ITEM: '[*]'>, 'full name')
    """
    tokens: list[Token] = []
    at = 1
    if not text.startswith("$"):
        bare = _BARE.match(text)
        if bare is None:
            raise PathError(f"the path {text!r} doesn't start with $")
        tokens.append(bare.group())
        at = bare.end()
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            raise PathError(f"the path {text!r} can't be read at {text[at:]!r}")
        tokens.append(_token(step))
        at = step.end()
    return tuple(tokens)


def _token(step: re.Match[str]) -> Token:
    if step["any"]:
        return Wildcard.ANY
    if step["item"]:
        return Wildcard.ITEM
    if step["index"]:
        return int(step["index"])
    return step["name"] or step["quoted"]


def fragment(key: str) -> str:
    """Return a key as the engine compares it with rules: numbers without leading zeros and plus."""
    return str(int(key)) if _NUMBER.fullmatch(key) else key


def shown(path: Iterable[str | int]) -> str:
    """Return a path in a document, for messages: keys that aren't plain names are in brackets and quotes.

    Example:
        >>> shown(["items", 0, "full name"])
        "$.items[0]['full name']"
    """
    return "$" + "".join(map(_shown_step, path))


def _shown_step(step: str | int) -> str:
    if isinstance(step, int):
        return f"[{step}]"
    return f".{step}" if _PLAIN.fullmatch(step) else f"['{step}']"
