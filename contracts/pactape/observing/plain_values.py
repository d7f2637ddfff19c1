"""Converts tracked values back to plain ones, without recording reads."""

from __future__ import annotations

from typing import Any

__all__ = ["plain"]


def plain(value: Any) -> Any:
    """Return a tracked value as plain objects and arrays, without recording reads.

    Example:
        >>> from pactape.observing import Usage, track
        >>> usage = Usage()
        >>> plain(track({"id": 7}, usage)), usage.paths()
        ({'id': 7}, None)
    """
    if isinstance(value, dict):
        return {key: plain(dict.__getitem__(value, key)) for key in dict.__iter__(value)}
    if isinstance(value, list):
        return [plain(item) for item in list.__iter__(value)]
    return value
