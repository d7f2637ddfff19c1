"""Consumer version selectors: choose the contracts of a broker to verify.

Pact Broker documentation, "Consumer version selectors".
"""

from __future__ import annotations

import difflib
from typing import Any

from pactape.errors import BrokerError

__all__ = ["DEFAULT_SELECTORS", "SELECTORS", "parse_selector"]

#: The default selectors. The Pact documentation also recommends matching-branch, which requires a branch.
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

#: The notation of every selector.
SELECTORS = (*_FLAGS, *(f"{name}:NAME" for name in _NAMED))


def parse_selector(text: str) -> dict[str, Any]:
    """Parse a selector into the form of the broker's API.

    Args:
        text: One of `SELECTORS`, or several joined by commas, which must all apply: "branch:main,consumer:web".

    Raises:
        BrokerError: The selector is unknown, or its name is missing.

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
    matches = difflib.get_close_matches(kind, [*_FLAGS, *_NAMED], n=1)
    guess = f"did you mean {matches[0]!r}? " if matches else ""
    raise BrokerError(
        f"unknown selector {text!r}", remedy=f"{guess}select {', '.join(SELECTORS[:-1])}, or {SELECTORS[-1]}"
    )
