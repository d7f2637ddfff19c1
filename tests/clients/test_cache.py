"""Claims that hold for every cache, in memory and on Redis."""

from __future__ import annotations

import os
import threading
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import redis
from pactape_clients.cache import Cache, Kept, Loaded, RedisCache, TTLCache, is_immutable, pattern_of
from pactape_clients.errors import (
    CacheUnavailableError,
    ClientError,
    ConnectionFailedError,
    NotFoundError,
    ServerError,
)
from redis.backoff import NoBackoff
from redis.retry import Retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def redis_server() -> redis.Redis:
    server = redis.Redis.from_url(os.environ.get("PACTAPE_REDIS_URL", "redis://127.0.0.1:6379/0"))
    try:
        server.ping()
    except redis.ConnectionError:
        if os.environ.get("PACTAPE_REQUIRE_SERVICES") == "1":
            pytest.fail("no Redis server answers; start one, or name it in PACTAPE_REDIS_URL")
        pytest.skip("no Redis server answers; start one, or name it in PACTAPE_REDIS_URL")
    return server


@pytest.fixture(params=["memory", "redis"])
def cache(request: pytest.FixtureRequest) -> Iterator[Cache]:
    if request.param == "memory":
        yield TTLCache()
        return
    server = redis_server()
    shared = RedisCache(server, prefix=f"pactape-test-{uuid.uuid4().hex}:")
    yield shared
    for key in server.scan_iter(match=f"{shared._prefix}*"):  # noqa: SLF001 -- leaves nothing behind
        server.delete(key)
    server.close()


class Origin:
    """Gives numbered values, and can be held up while giving one."""

    def __init__(self, *, tags: tuple[str, ...] = (), ttl: float = 60.0) -> None:
        self.loads = 0
        self.tags = tags
        self.ttl = ttl

    def __call__(self, kept: Kept | None) -> Loaded:  # noqa: ARG002 -- it never revalidates
        self.loads += 1
        return Loaded(value=b"%d" % self.loads, ttl=self.ttl, tags=self.tags)


class Held(Origin):
    """An origin whose first load waits until it is released."""

    def __init__(self, *, tags: tuple[str, ...] = ()) -> None:
        super().__init__(tags=tags)
        self.reached = threading.Event()
        self.released = threading.Event()

    def __call__(self, kept: Kept | None) -> Loaded:
        loaded = super().__call__(kept)
        if self.loads == 1:
            self.reached.set()
            assert self.released.wait(10)
        return loaded


def test_a_value_is_loaded_once(cache: Cache) -> None:
    origin = Origin()
    assert (cache.get_or_load("a", origin), cache.get_or_load("a", origin)) == (b"1", b"1")


def test_a_kept_value_can_be_looked_up(cache: Cache) -> None:
    cache.get_or_load("a", Origin(), namespace="n")
    assert cache.lookup("n a") == b"1"


def test_an_unknown_key_is_a_key_error(cache: Cache) -> None:
    with pytest.raises(KeyError):
        cache.lookup("a")


def test_namespaces_are_apart(cache: Cache) -> None:
    origin = Origin()
    cache.get_or_load("a", origin, namespace="ada")
    assert cache.get_or_load("a", origin, namespace="bob") == b"2"


def test_a_value_without_a_time_to_live_is_not_kept(cache: Cache) -> None:
    origin = Origin(ttl=0)
    cache.get_or_load("a", origin)
    assert cache.get_or_load("a", origin) == b"2"


def test_a_key_is_forgotten_in_every_namespace(cache: Cache) -> None:
    origin = Origin()
    cache.get_or_load("a", origin, namespace="ada")
    cache.get_or_load("a", origin, namespace="bob")
    assert cache.invalidate(keys=["a"]) == 2


def test_a_forgotten_key_is_loaded_anew(cache: Cache) -> None:
    origin = Origin()
    cache.get_or_load("a", origin)
    cache.invalidate(keys=["a"])
    assert cache.get_or_load("a", origin) == b"2"


def test_a_tag_forgets_just_what_bears_it(cache: Cache) -> None:
    cache.get_or_load("a", Origin(tags=("red",)))
    cache.get_or_load("b", Origin(), tags=("blue",))
    cache.invalidate(tags=["red"])
    assert cache.lookup("b") == b"1"
    with pytest.raises(KeyError):
        cache.lookup("a")


def test_a_tag_known_before_loading_counts_too(cache: Cache) -> None:
    cache.get_or_load("a", Origin(), tags=("blue",))
    assert cache.invalidate(tags=["blue"]) == 1


def test_the_guides_pattern_finds_user_1_and_not_user_10(cache: Cache) -> None:
    cache.get_or_load('GetUser:{"id":"user-1"}:d1', Origin(), namespace="ada")
    cache.get_or_load('GetUser:{"id":"user-10"}:d1', Origin(), namespace="ada")
    assert cache.invalidate(pattern="GetUser.*user-1") == 1
    assert cache.lookup('ada GetUser:{"id":"user-10"}:d1') == b"1"


def test_everything_can_be_forgotten(cache: Cache) -> None:
    cache.get_or_load("a", Origin())
    cache.clear()
    with pytest.raises(KeyError):
        cache.lookup("a")


@pytest.mark.parametrize(
    "invalidate",
    [
        pytest.param(lambda cache: cache.invalidate(keys=["a"]), id="key"),
        pytest.param(lambda cache: cache.invalidate(tags=["known"]), id="tag"),
        pytest.param(lambda cache: cache.invalidate(tags=["found"]), id="tag that only the load brings"),
        pytest.param(lambda cache: cache.invalidate(pattern="a"), id="pattern"),
        pytest.param(lambda cache: cache.clear(), id="clear"),
    ],
)
class TestALoadInFlightWhenItIsInvalidated:
    @pytest.fixture
    def origin(self) -> Held:
        return Held(tags=("found",))

    def start(self, cache: Cache, origin: Held) -> threading.Thread:
        thread = threading.Thread(target=lambda: cache.get_or_load("a", origin, tags=("known",)))
        thread.start()
        assert origin.reached.wait(10)
        return thread

    def test_stores_nothing(self, cache: Cache, origin: Held, invalidate: Callable[[Cache], object]) -> None:
        thread = self.start(cache, origin)
        invalidate(cache)
        origin.released.set()
        thread.join()
        with pytest.raises(KeyError):
            cache.lookup("a")

    def test_is_not_joined_by_later_callers(
        self, cache: Cache, origin: Held, invalidate: Callable[[Cache], object]
    ) -> None:
        thread = self.start(cache, origin)
        invalidate(cache)
        value = cache.get_or_load("a", origin, tags=("known",))
        origin.released.set()
        thread.join()
        assert value == b"2"

    def test_does_not_overwrite_what_a_later_load_stored(
        self, cache: Cache, origin: Held, invalidate: Callable[[Cache], object]
    ) -> None:
        thread = self.start(cache, origin)
        invalidate(cache)
        cache.get_or_load("a", origin, tags=("known",))
        origin.released.set()
        thread.join()
        assert cache.lookup("a") == b"2"


def test_a_load_is_stored_though_something_else_was_invalidated(cache: Cache) -> None:
    origin = Held()
    thread = threading.Thread(target=lambda: cache.get_or_load("a", origin))
    thread.start()
    assert origin.reached.wait(10)
    cache.invalidate(keys=["b"])
    origin.released.set()
    thread.join()
    assert cache.lookup("a") == b"1"


def release_when_all_wait(cache: Cache, origin: Held) -> None:
    def watch() -> None:
        while cache.stats().misses < 64:
            origin.released.wait(0.001)
        origin.released.set()

    threading.Thread(target=watch, daemon=True).start()


def test_many_threads_share_one_load(cache: Cache, at_once: Any) -> None:
    origin = Held()
    release_when_all_wait(cache, origin)
    outcomes = at_once(lambda: cache.get_or_load("a", origin), 64)
    assert (origin.loads, set(outcomes)) == (1, {b"1"})


def test_many_threads_share_one_failure(cache: Cache, at_once: Any) -> None:
    origin = Held()

    def fail(kept: Kept | None) -> Loaded:
        origin(kept)
        raise NotFoundError("nobody", status=404)

    release_when_all_wait(cache, origin)
    outcomes = at_once(lambda: cache.get_or_load("a", fail), 64)
    assert origin.loads == 1
    assert {(type(each), str(each), each.status) for each in outcomes} == {(NotFoundError, "nobody", 404)}


def test_a_failure_is_not_kept(cache: Cache) -> None:
    def fail(_: Kept | None) -> Loaded:
        raise ServerError("down")

    with pytest.raises(ServerError):
        cache.get_or_load("a", fail)
    assert cache.get_or_load("a", Origin()) == b"1"


def test_what_is_done_is_counted(cache: Cache) -> None:
    origin = Origin()
    cache.get_or_load("a", origin)
    cache.get_or_load("a", origin)
    stats = cache.stats()
    assert (stats.hits, stats.misses, stats.loads) == (1, 1, 1)


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
        assert cache.get_or_load("a", _failing(ConnectionFailedError("down"))) == 1

    def test_an_expired_value_is_served_no_longer_than_allowed(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("a", Loaded(value=1, ttl=10, stale_for=10))
        clock.pass_by(20)
        with pytest.raises(ConnectionFailedError):
            cache.get_or_load("a", _failing(ConnectionFailedError("down")))

    def test_a_definite_no_is_not_papered_over_by_an_expired_value(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("a", Loaded(value=1, ttl=10, stale_for=10))
        clock.pass_by(15)
        with pytest.raises(NotFoundError):
            cache.get_or_load("a", _failing(NotFoundError("gone")))

    def test_an_invalidated_value_is_not_served_when_loading_fails(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("a", Loaded(value=1, ttl=10, stale_for=10))
        cache.invalidate(keys=["a"])
        with pytest.raises(ConnectionFailedError):
            cache.get_or_load("a", _failing(ConnectionFailedError("down")))

    def test_an_expired_value_is_offered_with_its_version(self, clock: Any) -> None:
        cache = TTLCache(timer=clock)
        cache.put("a", Loaded(value=1, ttl=10, etag='"v1"', revalidate_for=10))
        clock.pass_by(15)
        offered: list[Kept | None] = []

        def load(kept: Kept | None) -> Loaded:
            offered.append(kept)
            return Loaded(value=2, ttl=10)

        cache.get_or_load("a", load)
        assert offered == [Kept(value=1, etag='"v1"')]

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
        assert (set(cache._labels), set(cache._by_label)) == ({"last"}, {"=last"})  # noqa: SLF001 -- leaks aren't public

    def test_threads_without_end_do_not_break_it(self, at_once: Any) -> None:
        cache = TTLCache(maxsize=20)

        def work() -> None:
            for number in range(300):
                cache.get_or_load(str(number % 40), Origin(ttl=0.001))
                if number % 50 == 0:
                    cache.invalidate(pattern="1")

        assert at_once(work, 8) == [None] * 8


class TestOnRedis:
    @pytest.fixture
    def pair(self) -> Iterator[tuple[RedisCache, RedisCache]]:
        server = redis_server()
        prefix = f"pactape-test-{uuid.uuid4().hex}:"
        with redis.Redis.from_url("redis://127.0.0.1:6379/0") as other:
            yield RedisCache(server, prefix=prefix), RedisCache(other, prefix=prefix)
        for key in server.scan_iter(match=f"{prefix}*"):
            server.delete(key)
        server.close()

    def test_one_process_reads_what_another_loaded(self, pair: tuple[RedisCache, RedisCache]) -> None:
        pair[0].get_or_load("a", Origin())
        assert pair[1].lookup("a") == b"1"

    def test_one_process_forgets_what_another_loaded(self, pair: tuple[RedisCache, RedisCache]) -> None:
        pair[0].get_or_load("a", Origin(), tags=("red",))
        pair[1].invalidate(tags=["red"])
        with pytest.raises(KeyError):
            pair[0].lookup("a")

    def test_two_processes_share_one_load(self, pair: tuple[RedisCache, RedisCache]) -> None:
        origin, found = Held(), []
        threads = [
            threading.Thread(target=lambda each=each: found.append(each.get_or_load("a", origin)))
            for each in pair
        ]
        threads[0].start()
        assert origin.reached.wait(10)
        threads[1].start()
        origin.released.set()
        for thread in threads:
            thread.join()
        assert (origin.loads, found) == (1, [b"1", b"1"])

    def test_an_expired_value_is_served_when_loading_fails(self, pair: tuple[RedisCache, RedisCache]) -> None:
        pair[0].put("a", Loaded(value=b"1", ttl=0.01, stale_for=60))
        _wait_until_gone(pair[0], "a")
        assert pair[1].get_or_load("a", _failing(ConnectionFailedError("down"))) == b"1"

    def test_reads_go_on_without_the_server(self) -> None:
        cache = RedisCache(redis.Redis(port=1, retry=Retry(NoBackoff(), 0)))
        assert cache.get_or_load("a", Origin()) == b"1"

    def test_an_invalidation_without_the_server_is_an_error(self) -> None:
        with pytest.raises(CacheUnavailableError):
            RedisCache(redis.Redis(port=1, retry=Retry(NoBackoff(), 0))).invalidate(keys=["a"])


def _failing(error: ClientError) -> Callable[[Kept | None], Loaded]:
    def fail(_: Kept | None) -> Loaded:
        raise error

    return fail


def _wait_until_gone(cache: Cache, key: str) -> None:
    while True:
        try:
            cache.lookup(key)
        except KeyError:
            return


@pytest.mark.parametrize("model", [str, tuple[int, ...], frozenset[str], int | None])
def test_values_of_immutable_types_may_be_shared(model: Any) -> None:
    assert is_immutable(model)


@pytest.mark.parametrize("model", [list[int], dict[str, int], tuple[list[int], ...], Any, bytearray])
def test_values_of_mutable_types_may_not_be_shared(model: Any) -> None:
    assert not is_immutable(model)


def test_a_compiled_pattern_is_taken_as_it_is() -> None:
    pattern = pattern_of("user-1")
    assert pattern_of(pattern) is pattern
