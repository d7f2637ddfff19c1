"""Consumer version selectors: which contracts of a broker are verified.

Pact Broker documentation, "Consumer version selectors".
"""

from __future__ import annotations

import difflib
from typing import Any

from pactape.errors import BrokerError

__all__ = ["DEFAULT_SELECTORS", "SELECTORS", "parse_selector"]

#: What is selected by default. The Pact documentation recommends matching-branch, too; it takes a branch.
DEFAULT_SELECTORS = ("main-branch", "deployed-or-released")

_FLAGS: dict[str, dict[str, Any]] = {
    "main-branch": {"mainBranch": True},
    "deployed-or-released": {"deployedOrReleased": True},
    "deployed": {"deployed": True},
    "released": {"released": True},
    "matching-branch": {"matchingBranch": True},
    "latest": {"latest": True},
}
_NAMED = {"branch": "branch", "tag": "tag", "environment": "environment", "consumer": "consumer"}

#: Every selector, as written.
SELECTORS = (*_FLAGS, *(f"{name}:NAME" for name in _NAMED))


def parse_selector(text: str) -> dict[str, Any]:
    """Return a selector as the broker's API has it.

    Args:
        text: One of `SELECTORS`; several joined by commas narrow each other: "branch:main,consumer:web".

    Raises:
        BrokerError: There is no such selector, or it has no name.

    Example:
        >>> parse_selector("deployed,environment:production")
        {'deployed': True, 'environment': 'production'}
        >>> parse_selector("tag:prod")
        {'tag': 'prod', 'latest': True}
    """
    selector: dict[str, Any] = {}
    for part in text.split(","):
        selector |= _part(part.strip(), text)
    if "tag" in selector:
        selector.setdefault("latest", True)
    return selector


def _part(part: str, text: str) -> dict[str, Any]:
    kind, separator, name = part.partition(":")
    if not separator and kind in _FLAGS:
        return _FLAGS[kind]
    if separator and kind in _NAMED and name:
        return {_NAMED[kind]: name}
    near = difflib.get_close_matches(kind, [*_FLAGS, *_NAMED], n=1)
    guess = f"did you mean {near[0]!r}? " if near else ""
    raise BrokerError(
        f"unknown selector {text!r}", remedy=f"{guess}select {', '.join(SELECTORS[:-1])}, or {SELECTORS[-1]}"
    )
