"""The cache in this process's memory: cachetools' TLRUCache under one lock, with what it lacks around it."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from cachetools import TLRUCache

from pactape_clients.cache._entries import CacheStats, Invalidation, Kept, Loaded, full_key, pattern_of
from pactape_clients.call_context import allowed_time
from pactape_clients.errors import DeadlineExceededError, ServerError, TransportError
from pactape_clients.single_flight import Flight

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

__all__ = ["TTLCache"]


class _Load(Flight[Any]):
    """A load in flight, and the invalidations that came while it flew."""

    __slots__ = ("doomed", "invalidations", "key", "tags")

    def __init__(self, key: str, tags: tuple[str, ...]) -> None:
        super().__init__()
        self.key = key
        self.tags = tags
        self.doomed = False
        self.invalidations: list[Invalidation] = []

    def may_store(self, tags: tuple[str, ...]) -> bool:
        """Whether what it brings is still true, now that all its tags are known."""
        return not self.doomed and not any(each.hits(self.key, tags) for each in self.invalidations)


class _Entries(TLRUCache):  # type: ignore[type-arg]  # generic only in its stubs
    """Entries that each say how long they last, and tell when they are evicted or expire."""

    def __init__(self, maxsize: int, timer: Callable[[], float], dropped: Callable[[str], None]) -> None:
        super().__init__(maxsize, self._end, timer)
        self._ttl = 0.0
        self._dropped = dropped

    def _end(self, _key: str, _value: object, now: float) -> float:
        return now + self._ttl

    def put(self, key: str, value: object, ttl: float) -> None:
        """Keep `value` for `ttl` seconds."""
        self._ttl = ttl
        self[key] = value

    def expire(self, time: float | None = None) -> Any:
        """Drop what has expired."""
        expired = super().expire(time)
        for key, _ in expired:
            self._dropped(key)
        return expired

    def popitem(self) -> Any:
        """Drop the entry that has been unused longest."""
        key, value = super().popitem()
        self._dropped(key)
        return key, value


class _Expired:
    """What is kept of an entry beyond its time to live."""

    __slots__ = ("kept", "servable_until")

    def __init__(self, kept: Kept, servable_until: float) -> None:
        self.kept = kept
        self.servable_until = servable_until


class TTLCache:
    """A cache in memory, for any number of threads.

    Args:
        maxsize: How many entries are kept; beyond that the one unused longest goes.
        timer: A monotonic clock in seconds.

    Example:
        >>> cache = TTLCache()
        >>> cache.get_or_load("user:1", lambda kept: Loaded(value="Ada", ttl=300, tags=("team:7",)))
        'Ada'
        >>> cache.lookup("user:1")
        'Ada'
        >>> cache.invalidate(tags=["team:7"])
        1
    """

    keeps_objects = True

    def __init__(self, *, maxsize: int = 10_000, timer: Callable[[], float] = time.monotonic) -> None:
        self._timer = timer
        self._lock = threading.Lock()
        self._fresh = _Entries(maxsize, timer, self._dropped)
        self._expired = _Entries(maxsize, timer, self._dropped)
        self._keeps_expired = False
        self._labels: dict[str, tuple[str, tuple[str, ...]]] = {}
        self._by_label: dict[str, set[str]] = {}
        self._loads: dict[str, _Load] = {}  # those that a new caller may join
        self._airborne: set[_Load] = set()  # all of them
        self._hits = 0
        self._counts: Counter[str] = Counter()

    def __repr__(self) -> str:
        with self._lock:
            return f"<TTLCache of {len(self._fresh)} entries>"

    def lookup(self, full_key: str) -> Any:
        """The value at a full key.

        Raises:
            KeyError: There is none, or it has expired.
        """
        with self._lock:
            value = self._fresh[full_key]
            self._hits += 1
        return value

    def get_or_load(
        self,
        key: str,
        load: Callable[[Kept | None], Loaded],
        *,
        namespace: str = "",
        tags: tuple[str, ...] = (),
    ) -> Any:
        """The value at `key` in `namespace`, loaded if there is none; see `Cache`."""
        name = full_key(namespace, key)
        while True:
            with self._lock:
                try:
                    value = self._fresh[name]
                except KeyError:
                    flight, leading = self._board(name, key, tags)
                else:
                    self._hits += 1
                    return value
            if leading:
                return self._lead(name, flight, load)
            try:
                return flight.wait(timeout=allowed_time())
            except (TimeoutError, DeadlineExceededError):
                if allowed_time() is None:  # else the leader's deadline has passed, and ours has not
                    raise

    def _board(self, name: str, key: str, tags: tuple[str, ...]) -> tuple[_Load, bool]:
        self._counts["misses"] += 1
        flight = self._loads.get(name)
        if flight is not None:
            return flight, False
        self._counts["loads"] += 1
        flight = self._loads[name] = _Load(key, tags)
        self._airborne.add(flight)
        return flight, True

    def _lead(self, name: str, flight: _Load, load: Callable[[Kept | None], Loaded]) -> Any:
        with self._lock:
            expired: _Expired | None = self._expired.get(name)
        try:
            loaded = load(None if expired is None else expired.kept)
        except BaseException as error:
            with self._lock:
                self._leave(name, flight)
            if expired is not None and self._may_serve(expired, flight, error):
                flight.land(expired.kept.value)
                return expired.kept.value
            flight.crash(error)
            raise
        with self._lock:
            self._leave(name, flight)
            if flight.may_store((*flight.tags, *loaded.tags)):
                self._store(name, flight.key, loaded, (*flight.tags, *loaded.tags))
            else:
                self._counts["dropped"] += 1
        flight.land(loaded.value)
        return loaded.value

    def _leave(self, name: str, flight: _Load) -> None:
        self._airborne.discard(flight)
        if self._loads.get(name) is flight:
            del self._loads[name]

    def _may_serve(self, expired: _Expired, flight: _Load, error: BaseException) -> bool:
        if not isinstance(error, TransportError | ServerError) or not flight.may_store(flight.tags):
            return False
        if self._timer() >= expired.servable_until:
            return False
        with self._lock:
            self._counts["stale"] += 1
        return True

    def put(self, key: str, loaded: Loaded, *, namespace: str = "") -> None:
        """Keep a value without a load."""
        with self._lock:
            self._store(full_key(namespace, key), key, loaded, loaded.tags)

    def _store(self, name: str, key: str, loaded: Loaded, tags: tuple[str, ...]) -> None:
        self._remove(name)
        if loaded.ttl <= 0:
            return
        labels = (f"={key}", *tags)
        self._fresh.put(name, loaded.value, loaded.ttl)
        beyond = max(loaded.stale_for, loaded.revalidate_for if loaded.etag else 0.0)
        if beyond > 0:
            self._keeps_expired = True
            servable_until = self._timer() + loaded.ttl + loaded.stale_for
            kept = Kept(value=loaded.value, etag=loaded.etag)
            self._expired.put(name, _Expired(kept, servable_until), loaded.ttl + beyond)
        self._labels[name] = key, labels
        for label in labels:
            self._by_label.setdefault(label, set()).add(name)

    def _remove(self, name: str) -> None:
        with suppress(KeyError):
            del self._fresh[name]
        if self._keeps_expired:
            self._expired.pop(name, None)
        self._unlabel(name)

    def _dropped(self, name: str) -> None:
        if name not in self._fresh and name not in self._expired:
            self._unlabel(name)

    def _unlabel(self, name: str) -> None:
        _, labels = self._labels.pop(name, ("", ()))
        for label in labels:
            names = self._by_label.get(label)
            if names is not None:
                names.discard(name)
                if not names:
                    del self._by_label[label]

    def invalidate(
        self,
        *,
        keys: Iterable[str] = (),
        tags: Iterable[str] = (),
        pattern: str | re.Pattern[str] | None = None,
    ) -> int:
        """Forget entries in every namespace; see `Cache`. Keys and tags cost the same however full the cache is."""
        searched = None if pattern is None else pattern_of(pattern)
        labels = [*(f"={key}" for key in keys), *tags]
        with self._lock:
            if self._airborne:
                self._doom(Invalidation(labels=frozenset(labels), pattern=searched))
            names = self._labelled(labels)
            for name in names:
                self._remove(name)
            candidates = [] if searched is None else list(self._labels.items())
        return len(names) if searched is None else len(names) + self._forget_found(searched, candidates)

    def _doom(self, what: Invalidation) -> None:
        """Keep loads in flight from storing what was true before, and new callers from joining them."""
        for flight in self._airborne:
            flight.invalidations.append(what)
        for name, flight in list(self._loads.items()):
            if what.may_mean_any or what.hits(flight.key, flight.tags):
                del self._loads[name]

    def _labelled(self, labels: list[str]) -> set[str]:
        return set().union(*(self._by_label.get(label, ()) for label in labels))

    def _forget_found(
        self, pattern: re.Pattern[str], candidates: list[tuple[str, tuple[str, tuple[str, ...]]]]
    ) -> int:
        """Search without the lock, so that readers go on; what is stored meanwhile is newer."""
        found = [(name, labels) for name, labels in candidates if pattern.search(labels[0])]
        with self._lock:
            still = [name for name, labels in found if self._labels.get(name) is labels]
            for name in still:
                self._remove(name)
        return len(still)

    def clear(self) -> None:
        """Forget everything, loads in flight included."""
        with self._lock:
            for flight in self._airborne:
                flight.doomed = True
            self._loads.clear()
            self._fresh.clear()
            self._expired.clear()
            self._labels.clear()
            self._by_label.clear()

    def stats(self) -> CacheStats:
        """What the cache has done so far."""
        with self._lock:
            counts = self._counts
            return CacheStats(
                hits=self._hits,
                misses=counts["misses"],
                loads=counts["loads"],
                stale=counts["stale"],
                dropped=counts["dropped"],
            )
