"""The cache on Redis."""

from __future__ import annotations

import gc
import threading
import time
import uuid
import warnings
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import pytest
import redis
from pactape_clients import ClientError, RestClient
from pactape_clients.cache import Loaded, RedisCache
from pactape_clients.errors import (
    CacheUnavailableError,
    ConnectionFailedError,
    DeadlineExceededError,
)
from pactape_clients.rest import Caching
from redis.backoff import NoBackoff
from redis.retry import Retry

from tests.clients.helpers.caches import Held, Origin, failing, redis_server, wait_until_gone
from tests.clients.helpers.rest import ONCE
from tests.clients.helpers.sockets import listening
from tests.clients.helpers.timing import ended_within

if TYPE_CHECKING:
    import socket
    from collections.abc import Iterator


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
        origin, values = Held(), []
        threads = [
            threading.Thread(target=lambda cache=cache: values.append(cache.get_or_load("a", origin)))
            for cache in pair
        ]
        threads[0].start()
        assert origin.reached.wait(10)
        threads[1].start()
        origin.released.set()
        for thread in threads:
            thread.join()
        assert (origin.loads, values) == (1, [b"1", b"1"])

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


@pytest.mark.long
def test_a_cache_that_is_gone_leaves_no_socket_open() -> None:
    cache = RedisCache(redis_server(), prefix="pactape-test:")
    with suppress(KeyError):
        cache.lookup("a")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gc.collect()  # what other tests left
    with warnings.catch_warnings(record=True) as caught_warnings:
        warnings.simplefilter("always")
        del cache
        gc.collect()
    assert [warning for warning in caught_warnings if issubclass(warning.category, ResourceWarning)] == []


def test_a_waiter_outlives_a_leader_of_another_client_whose_deadline_passes(
    serve: Any, response: Any
) -> None:
    server, prefix = redis_server(), f"pactape-test-{uuid.uuid4().hex}:"
    caches = [RedisCache(server, prefix=prefix) for _ in range(2)]
    failures: list[ClientError] = []
    with serve(lambda _: response(json=1), delay=0.4) as real:
        leader, waiter = (RestClient(real.url, cache=cache, settings=ONCE) for cache in caches)

        def lead() -> None:
            with pytest.raises(DeadlineExceededError) as failure:
                leader.get("/", caching=Caching(ttl=9), deadline=0.2)
            failures.append(failure.value)

        thread = threading.Thread(target=lead)
        thread.start()
        while not real.received:
            time.sleep(0.01)
        with ended_within(2.0):
            assert waiter.get("/", caching=Caching(ttl=9)) == 1
        thread.join()
    caches[0].clear()
    assert len(failures) == 1


@pytest.mark.parametrize(
    "reply", [b"+OK\r\n", b":1\r\n", b"*1\r\n:1\r\n", b"$1\r\na\r\n", b"HTTP/1.1 400\r\n\r\n"]
)
def test_a_server_that_is_not_redis_costs_no_read_its_answer(serve: Any, response: Any, reply: bytes) -> None:
    def act(connection: socket.socket) -> None:
        while connection.recv(65_536):
            connection.sendall(reply)

    with listening(act) as other, serve(lambda _: response(json=1)) as server:
        cache = RedisCache(redis.Redis(port=other.port), prefix="pactape-test:", timeout=0.2)
        client = RestClient(server.url, cache=cache)
        assert [client.get("/", caching=Caching(ttl=60)) for _ in range(2)] == [1, 1]
        assert cache.stats().errors == 2
