"""Converts tracked values back to plain ones, without recording reads."""

from __future__ import annotations

from operator import is_
from typing import Any

from pactape.observing.tracking import TrackedArray, TrackedObject

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """Return a value with plain objects and arrays for tracked ones, without recording reads.

    A value without tracked ones in its objects and arrays is returned unchanged.

    Example:
        >>> from pactape.observing import Usage, track
        >>> usage = Usage()
        >>> plain(track({"id": 7}, usage)), usage.paths()
        ({'id': 7}, None)
    """
    kind = type(value)
    if kind is dict or kind is TrackedObject:
        members = {key: plain(dict.__getitem__(value, key)) for key in dict.__iter__(value)}
        return value if kind is dict and all(map(is_, members.values(), value.values())) else members
    if kind is list or kind is TrackedArray:
        items = [plain(item) for item in list.__iter__(value)]
        return value if kind is list and all(map(is_, items, value)) else items
    return value
