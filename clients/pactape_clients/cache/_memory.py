"""The cache in this process's memory."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

from pactape_clients.cache._entries import (
    CacheStats,
    Invalidation,
    full_key,
    is_outage,
    labels_of,
    pattern_of,
)
from pactape_clients.cache._memory_entries import LabelledEntries, matching_entries
from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.checks import check_callable, check_number
from pactape_clients.concurrency.call_context import remaining_time
from pactape_clients.concurrency.processes import NotCopyable, renew_after_fork
from pactape_clients.concurrency.single_flight import Flight, FlightCancelledError
from pactape_clients.errors import DeadlineExceededError

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterable

    from pactape_clients.cache._entries import Expired, Loaded
    from pactape_clients.cache._memory_entries import StaleEntry

__all__ = ["TTLCache"]


class _Load(Flight[Any]):
    """A load in progress, and the invalidations since it began."""

    __slots__ = ("_invalidations", "is_void", "key", "tags")

    def __init__(self, key: str, tags: tuple[str, ...]) -> None:
        super().__init__()
        self.key = key
        self.tags = tags
        self.is_void = False
        self._invalidations: list[Invalidation] = []

    def add(self, invalidation: Invalidation) -> None:
        self._invalidations.append(invalidation)

    def may_store(self, tags: tuple[str, ...]) -> bool:
        """Return whether its result is still valid, when all its tags are known."""
        return not self.is_void and not any(
            invalidation.matches(self.key, tags) for invalidation in self._invalidations
        )


class TTLCache(NotCopyable):
    """A cache in memory, for any number of threads. After a fork, the child continues with its own copy.

    Args:
        maxsize: The most entries; beyond that, the least recently used entry is dropped. 0 caches nothing.
        timer: A monotonic clock in seconds.

    Raises:
        UsageError: `maxsize` is not a number of at least 0.

    Example:
        >>> from pactape_clients.cache import Loaded
        >>> cache = TTLCache()
        >>> cache.get_or_load("user:1", lambda expired: Loaded(value="Ada", ttl=300, tags=("team:7",)))
        'Ada'
        >>> cache.lookup("user:1")
        'Ada'
        >>> cache.invalidate(tags=["team:7"])
        1
    """

    keeps_objects = True

    @public
    def __init__(self, *, maxsize: int = 10_000, timer: Callable[[], float] = time.monotonic) -> None:
        check_number("TTLCache.maxsize", maxsize)
        check_callable("TTLCache.timer", timer)
        self._maxsize = maxsize
        self._timer = timer
        self._counts: Counter[str] = Counter()
        self._hits = 0
        self._begin_empty()
        renew_after_fork(self)

    def _begin_empty(self) -> None:
        self._entries = LabelledEntries(self._maxsize, self._timer)
        self._fresh = self._entries.fresh
        self._begin_idle()

    def _begin_idle(self) -> None:
        self._lock = threading.Lock()
        self._loads: dict[str, _Load] = {}  # flights that a new caller may join
        self._in_flight: set[_Load] = set()  # all flights

    def after_fork(self) -> None:
        """Discard the loads of the parent's threads, and the entries if a thread was just changing them."""
        if self._lock.locked():
            self._begin_empty()
        else:
            self._begin_idle()

    def __repr__(self) -> str:
        with self._lock:
            return f"<TTLCache of {len(self._entries)} entries>"

    @property
    def labels(self) -> frozenset[str]:
        """The labels of all entries: their tags, and their keys after "="."""
        with self._lock:
            return self._entries.labels

    def lookup(self, full_key: str) -> Any:
        """Return the value at a full key.

        Raises:
            KeyError: No value is cached, or it has expired.
        """
        with self._lock:
            value = self._fresh[full_key]
            self._hits += 1
        return value

    def get_or_load(
        self,
        key: str,
        load: Callable[[Expired | None], Loaded],
        *,
        namespace: str = "",
        tags: tuple[str, ...] = (),
    ) -> Any:
        """Return the value at `key` in `namespace`, loading it if needed; see `Cache`."""
        name = full_key(namespace, key)
        while True:
            with self._lock:
                try:
                    value = self._fresh[name]
                except KeyError:
                    flight, is_leader = self._join(name, key, tags)
                else:
                    self._hits += 1
                    return value
            if is_leader:
                return self._load_for_all(name, flight, load)
            try:
                return flight.result(timeout=remaining_time())
            except (TimeoutError, FlightCancelledError):
                remaining_time()
            except DeadlineExceededError:
                if remaining_time() is None:  # otherwise the leader's deadline has passed, but not ours
                    raise

    def _join(self, name: str, key: str, tags: tuple[str, ...]) -> tuple[_Load, bool]:
        self._counts["misses"] += 1
        flight = self._loads.get(name)
        if flight is not None:
            return flight, False
        self._counts["loads"] += 1
        flight = self._loads[name] = _Load(key, tags)
        self._in_flight.add(flight)
        return flight, True

    def _load_for_all(self, name: str, flight: _Load, load: Callable[[Expired | None], Loaded]) -> Any:
        try:
            with self._lock:
                stale = self._entries.stale(name)
            try:
                loaded = load(None if stale is None else stale.expired)
            except Exception as error:
                if stale is None or not self._may_serve(stale, flight, error):
                    self._leave(name, flight)
                    flight.set_exception(error)
                    raise
                value = stale.expired.value
            else:
                value = loaded.value
                self._store(name, flight, loaded)
            self._leave(name, flight)
            flight.set_result(value)
            return value
        finally:  # even if this thread has to exit, no caller may wait forever
            self._leave(name, flight)
            flight.cancel()

    def _store(self, name: str, flight: _Load, loaded: Loaded) -> None:
        tags = (*flight.tags, *loaded.tags)
        with self._lock:
            if flight.may_store(tags):
                self._entries.put(name, flight.key, loaded, tags)
            else:
                self._counts["dropped"] += 1
            self._forget(name, flight)

    def _leave(self, name: str, flight: _Load) -> None:
        with self._lock:
            self._forget(name, flight)

    def _forget(self, name: str, flight: _Load) -> None:
        self._in_flight.discard(flight)
        if self._loads.get(name) is flight:
            del self._loads[name]

    def _may_serve(self, stale: StaleEntry, flight: _Load, error: Exception) -> bool:
        if not is_outage(error) or not flight.may_store(flight.tags):
            return False
        if self._timer() >= stale.servable_until:
            return False
        with self._lock:
            self._counts["stale"] += 1
        return True

    def put(self, key: str, loaded: Loaded, *, namespace: str = "") -> None:
        """Store a value without a load."""
        with self._lock:
            self._entries.put(full_key(namespace, key), key, loaded, loaded.tags)

    def invalidate(
        self,
        *,
        keys: Iterable[str] = (),
        tags: Iterable[str] = (),
        pattern: str | re.Pattern[str] | None = None,
    ) -> int:
        """Invalidate entries in every namespace; see `Cache`.

        The cost of keys and tags doesn't depend on the size of the cache.
        """
        searched = None if pattern is None else pattern_of(pattern)
        key_labels, tag_labels = labels_of(keys, tags)
        labels = [*key_labels, *tag_labels]
        with self._lock:
            if self._in_flight:
                self._invalidate_flights(Invalidation(labels=frozenset(labels), pattern=searched))
            count = self._entries.remove_labelled(labels)
            candidates = [] if searched is None else self._entries.keys()
        if searched is None:
            return count
        snapshot = matching_entries(searched, candidates)  # without the lock, so that readers can continue
        with self._lock:
            return count + self._entries.remove_if_unchanged(snapshot)

    def _invalidate_flights(self, invalidation: Invalidation) -> None:
        """Prevent loads in progress from storing outdated values, and new callers from joining them."""
        for flight in self._in_flight:
            flight.add(invalidation)
        for name, flight in list(self._loads.items()):
            if invalidation.may_match_any or invalidation.matches(flight.key, flight.tags):
                del self._loads[name]

    def clear(self) -> None:
        """Invalidate everything, including loads in progress."""
        with self._lock:
            for flight in self._in_flight:
                flight.is_void = True
            self._loads.clear()
            self._entries.clear()

    def stats(self) -> CacheStats:
        """Return the cache's statistics."""
        with self._lock:
            counts = self._counts
            return CacheStats(
                hits=self._hits,
                misses=counts["misses"],
                loads=counts["loads"],
                stale=counts["stale"],
                dropped=counts["dropped"],
            )
