"""The cache in memory."""

from __future__ import annotations

from typing import Any

import pytest
from pactape_clients.cache import Expired, Loaded, TTLCache
from pactape_clients.errors import (
    ConnectionFailedError,
    NotFoundError,
)

from tests.clients.helpers.caches import Origin, failing


class TestInMemory:
    def test_each_entry_has_its_own_time_to_live(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("short", Loaded(value=1, ttl=10))
        cache.put("long", Loaded(value=2, ttl=20))
        clock.pass_by(10)
        assert cache.lookup("long") == 2
        with pytest.raises(KeyError):
            cache.lookup("short")

    def test_an_expired_value_is_served_when_loading_fails(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("a", Loaded(value=1, ttl=10, stale_for=10))
        clock.pass_by(19)
        assert cache.get_or_load("a", failing(ConnectionFailedError("down"))) == 1

    def test_an_expired_value_is_served_no_longer_than_allowed(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("a", Loaded(value=1, ttl=10, stale_for=10))
        clock.pass_by(20)
        with pytest.raises(ConnectionFailedError):
            cache.get_or_load("a", failing(ConnectionFailedError("down")))

    def test_a_definite_no_is_not_papered_over_by_an_expired_value(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("a", Loaded(value=1, ttl=10, stale_for=10))
        clock.pass_by(15)
        with pytest.raises(NotFoundError):
            cache.get_or_load("a", failing(NotFoundError("gone")))

    def test_an_invalidated_value_is_not_served_when_loading_fails(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("a", Loaded(value=1, ttl=10, stale_for=10))
        cache.invalidate(keys=["a"])
        with pytest.raises(ConnectionFailedError):
            cache.get_or_load("a", failing(ConnectionFailedError("down")))

    def test_an_expired_value_is_offered_with_its_version(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("a", Loaded(value=1, ttl=10, etag='"v1"', revalidate_for=10))
        clock.pass_by(15)
        offered: list[Expired | None] = []

        def load(expired: Expired | None) -> Loaded:
            offered.append(expired)
            return Loaded(value=2, ttl=10)

        cache.get_or_load("a", load)
        assert offered == [Expired(value=1, etag='"v1"')]

    def test_a_full_cache_gives_up_what_was_unused_longest(self) -> None:
        cache = TTLCache(maxsize=2)
        for key in ("a", "b"):
            cache.put(key, Loaded(value=key, ttl=10))
        cache.lookup("a")
        cache.put("c", Loaded(value="c", ttl=10))
        assert cache.lookup("a") == "a"
        with pytest.raises(KeyError):
            cache.lookup("b")

    def test_evicted_and_expired_entries_leave_no_labels_behind(self, clock: Any) -> None:
        cache = TTLCache(maxsize=5, timer=clock)
        for number in range(100):
            cache.put(str(number), Loaded(value=number, ttl=number % 7 + 1, tags=(f"t{number % 3}",)))
            clock.pass_by(0.5)
        clock.pass_by(100)
        cache.put("last", Loaded(value=0, ttl=1))
        assert cache.labels == {"=last"}

    def test_threads_without_end_do_not_break_it(self, at_once: Any) -> None:
        cache = TTLCache(maxsize=20)

        def work() -> None:
            for number in range(300):
                cache.get_or_load(str(number % 40), Origin(ttl=0.001))
                if number % 50 == 0:
                    cache.invalidate(pattern="1")

        assert at_once(work, 8) == [None] * 8
