"""Claims that hold for every cache, in memory and on Redis."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING, Any

import pytest
from pactape_clients.cache import Cache, Expired, Loaded, RedisCache, TTLCache, is_immutable, pattern_of
from pactape_clients.errors import (
    NotFoundError,
    ServerError,
)

from tests.clients.helpers.caches import Held, Origin, redis_server

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(params=["memory", "redis"])
def cache(request: pytest.FixtureRequest) -> Iterator[Cache]:
    if request.param == "memory":
        yield TTLCache()
        return
    server = redis_server()
    prefix = f"pactape-test-{uuid.uuid4().hex}:"
    yield RedisCache(server, prefix=prefix)
    for key in server.scan_iter(match=f"{prefix}*"):
        server.delete(key)
    server.close()


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

    def fail(expired: Expired | None) -> Loaded:
        origin(expired)
        raise NotFoundError("nobody", status=404)

    release_when_all_wait(cache, origin)
    outcomes = at_once(lambda: cache.get_or_load("a", fail), 64)
    assert origin.loads == 1
    assert {(type(outcome), str(outcome), outcome.status) for outcome in outcomes} == {
        (NotFoundError, "nobody", 404)
    }


def test_a_failure_is_not_kept(cache: Cache) -> None:
    def fail(_: Expired | None) -> Loaded:
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


@pytest.mark.parametrize("model", [str, tuple[int, ...], frozenset[str], int | None])
def test_values_of_immutable_types_may_be_shared(model: Any) -> None:
    assert is_immutable(model)


@pytest.mark.parametrize("model", [list[int], dict[str, int], tuple[list[int], ...], Any, bytearray])
def test_values_of_mutable_types_may_not_be_shared(model: Any) -> None:
    assert not is_immutable(model)


def test_a_compiled_pattern_is_used_unchanged() -> None:
    pattern = pattern_of("user-1")
    assert pattern_of(pattern) is pattern
