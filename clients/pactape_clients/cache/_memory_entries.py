"""The entries of the cache in memory: extends cachetools' TLRUCache with labels. Takes no lock."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cachetools import TLRUCache

from pactape_clients.cache._entries import Expired

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from pactape_clients.cache._entries import Loaded

__all__ = ["LabelledEntries", "StaleEntry"]

Labels = tuple[str, tuple[str, ...]]


class _Entries(TLRUCache):  # type: ignore[type-arg]  # generic only in its stubs
    """Entries with a time to live each, with a callback when they are evicted or expire."""

    def __init__(
        self, maxsize: int, timer: Callable[[], float], drop_callback: Callable[[str], None]
    ) -> None:
        super().__init__(maxsize, self._end, timer)
        self._ttl = 0.0
        self._drop_callback = drop_callback

    def _end(self, _key: str, _value: object, now: float) -> float:
        return now + self._ttl

    def put(self, key: str, value: object, ttl: float) -> None:
        """Store `value` for `ttl` seconds."""
        self._ttl = ttl
        self[key] = value

    def expire(self, time: float | None = None) -> Any:
        """Drop expired entries."""
        expired = super().expire(time)
        for key, _ in expired:
            self._drop_callback(key)
        return expired

    def popitem(self) -> Any:
        """Drop the least recently used entry."""
        key, value = super().popitem()
        self._drop_callback(key)
        return key, value


class StaleEntry:
    """The part of an entry that is kept beyond its time to live."""

    __slots__ = ("expired", "servable_until")

    def __init__(self, expired: Expired, servable_until: float) -> None:
        self.expired = expired
        self.servable_until = servable_until


class LabelledEntries:
    """Entries that can be found by label; a label is a tag, or a key after "=".

    Args:
        maxsize: The most entries; 0 stores none.
        timer: A monotonic clock in seconds.
    """

    def __init__(self, maxsize: int, timer: Callable[[], float]) -> None:
        self._maxsize = maxsize
        self._timer = timer
        self.fresh = _Entries(maxsize, timer, self._on_drop)
        self._stale = _Entries(maxsize, timer, self._on_drop)
        self._keeps_stale = False
        self._labels: dict[str, Labels] = {}
        self._by_label: dict[str, set[str]] = {}

    def __len__(self) -> int:
        return len(self.fresh)

    @property
    def labels(self) -> frozenset[str]:
        """The labels of all entries."""
        return frozenset(self._by_label)

    def stale(self, name: str) -> StaleEntry | None:
        """Return the kept part of an expired entry."""
        entry: StaleEntry | None = self._stale.get(name)
        return entry

    def put(self, name: str, key: str, loaded: Loaded, tags: tuple[str, ...]) -> None:
        """Store a value, replacing an older one."""
        self.remove(name)
        if loaded.ttl <= 0 or self._maxsize == 0:
            return
        labels = (f"={key}", *tags)
        self.fresh.put(name, loaded.value, loaded.ttl)
        if loaded.seconds_after_ttl > 0:
            self._keeps_stale = True
            servable_until = self._timer() + loaded.ttl + loaded.stale_for
            stale = StaleEntry(Expired(value=loaded.value, etag=loaded.etag), servable_until)
            self._stale.put(name, stale, loaded.ttl + loaded.seconds_after_ttl)
        self._labels[name] = key, labels
        for label in labels:
            self._by_label.setdefault(label, set()).add(name)

    def remove(self, name: str) -> None:
        """Drop an entry, if it exists."""
        with suppress(KeyError):
            del self.fresh[name]
        if self._keeps_stale:
            self._stale.pop(name, None)
        self._remove_labels(name)

    def _on_drop(self, name: str) -> None:
        if name not in self.fresh and name not in self._stale:
            self._remove_labels(name)

    def _remove_labels(self, name: str) -> None:
        _, labels = self._labels.pop(name, ("", ()))
        for label in labels:
            names = self._by_label.get(label)
            if names is not None:
                names.discard(name)
                if not names:
                    del self._by_label[label]

    def remove_labelled(self, labels: Iterable[str]) -> int:
        """Drop the entries with any of these labels; the cost doesn't depend on the number of entries."""
        names: set[str] = set().union(*(self._by_label.get(label, ()) for label in labels))
        for name in names:
            self.remove(name)
        return len(names)

    def keys(self) -> list[tuple[str, Labels]]:
        """Return a snapshot of all keys, which can be searched without a lock."""
        return list(self._labels.items())

    def remove_if_unchanged(self, snapshot: Iterable[tuple[str, Labels]]) -> int:
        """Drop entries of a snapshot, except those stored since."""
        still = [name for name, labels in snapshot if self._labels.get(name) is labels]
        for name in still:
            self.remove(name)
        return len(still)

    def clear(self) -> None:
        """Drop everything."""
        self.fresh.clear()
        self._stale.clear()
        self._labels.clear()
        self._by_label.clear()


def matching_entries(
    pattern: re.Pattern[str], keys: Iterable[tuple[str, Labels]]
) -> list[tuple[str, Labels]]:
    """Return the entries of a snapshot whose key matches the pattern."""
    return [(name, labels) for name, labels in keys if pattern.search(labels[0])]
