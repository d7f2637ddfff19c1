"""A cache in memory with a time to live for each entry, safe between threads.

cachetools holds the entries; what is added is the lock, single flight for each key, and invalidation that a load
under way can't undo.
"""

from __future__ import annotations

import re
import threading
import time
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from cachetools import TLRUCache

from pactape_clients.flights import SingleFlight

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["TTLCache"]

T = TypeVar("T")


class _Entry(NamedTuple):
    value: Any
    expiry: float


class TTLCache(Generic[T]):
    """Keeps values by key for a time.

    Store only values that nobody can change (frozen structs, bytes): every caller gets the same object.

    Args:
        maxsize: How many entries at the most; the least recently used one goes first.
        clock: Seconds that never go back; `time.monotonic` by default.

    Example:
        >>> cache = TTLCache[int]()
        >>> cache.get_or_load("answer", lambda: 42, ttl=300)
        42
        >>> cache.get("answer")
        42
    """

    def __init__(self, *, maxsize: int = 1024, clock: Callable[[], float] = time.monotonic) -> None:
        self._entries: TLRUCache[str, _Entry] = TLRUCache(maxsize, ttu=_expiry, timer=clock)
        self._clock = clock
        self._lock = threading.Lock()
        self._flights = SingleFlight[T]()
        self._epoch = 0

    def get(self, key: str) -> T | None:
        """The value at `key`; None when there is none or its time is up."""
        with self._lock:
            entry = self._entries.get(key)
        return None if entry is None else entry.value

    def set(self, key: str, value: T, *, ttl: float) -> None:
        """Keep `value` at `key` for `ttl` seconds."""
        with self._lock:
            self._entries[key] = _Entry(value, self._clock() + ttl)

    def get_or_load(self, key: str, load: Callable[[], T], *, ttl: float) -> T:
        """The value at `key`, or what `load` gives, kept for `ttl` seconds.

        Threads that miss together share one call of `load`, and what it raises. A value whose load began before
        an invalidation is given to its callers, but not kept.
        """
        with self._lock:
            entry = self._entries.get(key)
            epoch = self._epoch
        if entry is not None:
            value: T = entry.value
            return value
        return self._flights.run((key, epoch), lambda: self._load(key, load, ttl=ttl, epoch=epoch))

    def delete(self, key: str) -> None:
        """Drop the value at `key`, also one that is being loaded."""
        with self._lock:
            self._epoch += 1
            self._entries.pop(key, None)

    def invalidate(self, pattern: str) -> int:
        """Drop every value whose key the regular expression `pattern` finds, also those being loaded.

        Returns:
            How many were dropped.
        """
        finds = re.compile(pattern).search
        with self._lock:
            self._epoch += 1
            keys = [key for key in self._entries if finds(key)]
            for key in keys:
                self._entries.pop(key, None)
        return len(keys)

    def clear(self) -> None:
        """Drop everything."""
        with self._lock:
            self._epoch += 1
            self._entries.clear()

    def _load(self, key: str, load: Callable[[], T], *, ttl: float, epoch: int) -> T:
        value = load()
        with self._lock:
            if self._epoch == epoch:
                self._entries[key] = _Entry(value, self._clock() + ttl)
        return value


def _expiry(_key: str, entry: _Entry, _now: float) -> float:
    return entry.expiry
