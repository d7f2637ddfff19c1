"""The cache on Redis."""

from __future__ import annotations

import threading
import uuid
from typing import TYPE_CHECKING

import pytest
import redis
from pactape_clients.cache import Cache, Loaded, RedisCache, TTLCache
from pactape_clients.errors import (
    CacheUnavailableError,
    ConnectionFailedError,
)
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.clients.helpers.caches import Held, Origin, failing, redis_server, wait_until_gone

if TYPE_CHECKING:
    from collections.abc import Iterator


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
        wait_until_gone(pair[0], "a")
        assert pair[1].get_or_load("a", failing(ConnectionFailedError("down"))) == b"1"

    def test_reads_go_on_without_the_server(self) -> None:
        cache = RedisCache(redis.Redis(port=1, retry=Retry(NoBackoff(), 0)))
        assert cache.get_or_load("a", Origin()) == b"1"

    def test_an_invalidation_without_the_server_is_an_error(self) -> None:
        with pytest.raises(CacheUnavailableError):
            RedisCache(redis.Redis(port=1, retry=Retry(NoBackoff(), 0))).invalidate(keys=["a"])
