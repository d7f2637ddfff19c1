"""Tracked values as the plain ones that they were, without noting anything."""

from __future__ import annotations

from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """Return a tracked value as plain objects and arrays; nothing is noted by that.

    Example:
        >>> from pactape.observing import Usage, track
        >>> usage = Usage()
        >>> plain(track({"id": 7}, usage)), usage.paths()
        ({'id': 7}, None)
    """
    if isinstance(value, dict):
        return {key: plain(dict.__getitem__(value, key)) for key in dict.__iter__(value)}
    if isinstance(value, list):
        return [plain(each) for each in list.__iter__(value)]
    return value
