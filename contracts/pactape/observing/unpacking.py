"""Recognizes copies of tracked objects as plain ones, as Python makes them for `function(**response)`."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pactape.observing.usage import Usage, UsageState

__all__ = ["note_keys", "unpacked"]

#: The object whose keys were requested last, its usage, and the usage's state before that.
_LAST_KEYS: ContextVar[tuple[dict[str, Any], Usage, UsageState] | None] = ContextVar(
    "pactape_last_keys", default=None
)
_MISSING = object()


def note_keys(tracked: dict[str, Any], usage: Usage) -> None:
    """Note that the keys of a tracked object are requested, perhaps to copy it."""
    _LAST_KEYS.set((tracked, usage, usage.state))


def unpacked(data: dict[str, Any]) -> dict[str, Any] | None:
    """Return the tracked object that a plain one has just been copied from, without its reads by that.

    Python reads each key of an object to pass it on as `function(**response)`, or to copy it as `{**response}`.

    Args:
        data: A plain object; its other keys don't matter.

    Returns:
        The tracked object; None without one, and if it was read again since.
    """
    last_keys = _LAST_KEYS.get()
    if last_keys is None:
        return None
    tracked, usage, state = last_keys
    copied = dict.items(tracked)
    reads_of_copy = 2 * len(copied)  # it tests each key and reads its value
    if usage.read_count != state.read_count + reads_of_copy:
        return None
    if any(data.get(key, _MISSING) is not value for key, value in copied):
        return None
    _LAST_KEYS.set(None)
    usage.restore(state)
    return tracked
