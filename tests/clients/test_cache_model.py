"""The cache in memory against a model so simple that it is right: any divergence is a defect of the cache."""

from __future__ import annotations

import threading
from typing import Any, NamedTuple

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from pactape_clients.cache import Expired, Loaded, TTLCache, pattern_of

NAMESPACES = st.sampled_from(["", "ada", "bob"])
KEYS = st.sampled_from(["user-1", "user-10", "post-1"])
TAGS = st.sets(st.sampled_from(["red", "blue"])).map(tuple)
TTLS = st.integers(0, 20)
PATTERNS = st.sampled_from(["user-1", "user", "^post", "1", "nothing"])


class Entry(NamedTuple):
    value: int
    tags: tuple[str, ...]
    ends: float


class Flight:
    """A load that another thread has begun and that waits to be let through."""

    def __init__(
        self, cache: TTLCache, name: tuple[str, str], loaded: Loaded, initial_tags: tuple[str, ...]
    ) -> None:
        self.name = name
        self.loaded = loaded
        self.tags = (*initial_tags, *loaded.tags)
        self.doomed = False
        self.reached, self.released = threading.Event(), threading.Event()
        self.outcome: Any = None
        self.thread = threading.Thread(target=self._run, args=(cache, initial_tags))
        self.thread.start()
        assert self.reached.wait(60)

    def _run(self, cache: TTLCache, initial_tags: tuple[str, ...]) -> None:
        namespace, key = self.name
        self.outcome = cache.get_or_load(key, self._load, namespace=namespace, tags=initial_tags)

    def _load(self, _: Expired | None) -> Loaded:
        self.reached.set()
        assert self.released.wait(60)
        return self.loaded

    def finish(self) -> None:
        self.released.set()
        self.thread.join()
        assert self.outcome == self.loaded.value


class CacheAndModel(RuleBasedStateMachine):
    steps = 0

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.cache = TTLCache(timer=lambda: self.now)
        self.model: dict[tuple[str, str], Entry] = {}
        self.flights: list[Flight] = []
        self.next_value = 0

    def live(self, name: tuple[str, str]) -> Entry | None:
        entry = self.model.get(name)
        return entry if entry is not None and self.now < entry.ends else None

    def joinable(self, name: tuple[str, str]) -> bool:
        return any(flight.name == name and not flight.doomed for flight in self.flights)

    def store(self, name: tuple[str, str], loaded: Loaded, tags: tuple[str, ...]) -> None:
        self.model.pop(name, None)
        if loaded.ttl > 0:
            self.model[name] = Entry(loaded.value, tags, self.now + loaded.ttl)

    def forget(self, hits: Any) -> int:
        for flight in self.flights:
            flight.doomed = flight.doomed or hits(flight.name[1], flight.tags)
        stale_names = [name for name, entry in self.model.items() if hits(name[1], entry.tags)]
        return sum(self.model.pop(name).ends > self.now for name in stale_names)

    def fresh(self, ttl: int, tags: tuple[str, ...]) -> Loaded:
        self.next_value += 1
        return Loaded(value=self.next_value, ttl=ttl, tags=tags)

    @rule(namespace=NAMESPACES, key=KEYS, ttl=TTLS, known=TAGS, brought=TAGS)
    def load(self, namespace: str, key: str, ttl: int, known: Any, brought: Any) -> None:
        name = namespace, key
        entry = self.live(name)
        if entry is None and self.joinable(name):
            return  # it would wait for a flight that only this thread lets land
        loaded = self.fresh(ttl, brought)
        value = self.cache.get_or_load(key, lambda _: loaded, namespace=namespace, tags=known)
        assert value == (loaded.value if entry is None else entry.value)
        if entry is None:
            self.store(name, loaded, (*known, *brought))

    @precondition(lambda self: len(self.flights) < 3)
    @rule(namespace=NAMESPACES, key=KEYS, ttl=TTLS, known=TAGS, brought=TAGS)
    def begin_a_load_on_another_thread(
        self, namespace: str, key: str, ttl: int, known: Any, brought: Any
    ) -> None:
        name = namespace, key
        if self.live(name) is None and not self.joinable(name):
            self.flights.append(Flight(self.cache, name, self.fresh(ttl, brought), known))

    @precondition(lambda self: self.flights)
    @rule(data=st.data())
    def let_a_load_land(self, data: st.DataObject) -> None:
        flight = self.flights.pop(data.draw(st.integers(0, len(self.flights) - 1)))
        flight.finish()
        if not flight.doomed:
            self.store(flight.name, flight.loaded, flight.tags)

    @rule(key=KEYS)
    def invalidate_a_key(self, key: str) -> None:
        self.cache.invalidate(keys=[key])
        self.forget(lambda each, _: each == key)

    @rule(tags=TAGS)
    def invalidate_tags(self, tags: Any) -> None:
        self.cache.invalidate(tags=tags)
        self.forget(lambda _, borne: bool(set(tags) & set(borne)))

    @rule(pattern=PATTERNS)
    def invalidate_a_pattern(self, pattern: str) -> None:
        self.cache.invalidate(pattern=pattern)
        self.forget(lambda key, _: bool(pattern_of(pattern).search(key)))

    @rule()
    def clear(self) -> None:
        self.cache.clear()
        self.forget(lambda *_: True)

    @rule(seconds=st.integers(1, 10))
    def let_time_pass(self, seconds: int) -> None:
        self.now += seconds

    @invariant()
    def the_cache_holds_what_the_model_holds(self) -> None:
        CacheAndModel.steps += 1
        for namespace in ("", "ada", "bob"):
            for key in ("user-1", "user-10", "post-1"):
                entry = self.live((namespace, key))
                try:
                    value = self.cache.lookup(f"{namespace} {key}".strip())
                except KeyError:
                    value = None
                assert value == (None if entry is None else entry.value)

    def teardown(self) -> None:
        for flight in self.flights:
            flight.finish()


@pytest.mark.long
def test_the_cache_agrees_with_the_model_for_a_thousand_steps() -> None:
    before = CacheAndModel.steps
    run_state_machine_as_test(
        CacheAndModel, settings=settings(max_examples=60, stateful_step_count=30, deadline=None)
    )
    assert CacheAndModel.steps - before >= 1000


@pytest.mark.long
def test_the_cache_agrees_with_the_model_for_10_000_steps() -> None:
    run_state_machine_as_test(
        CacheAndModel, settings=settings(max_examples=600, stateful_step_count=50, deadline=None)
    )
    assert CacheAndModel.steps >= 10_000
