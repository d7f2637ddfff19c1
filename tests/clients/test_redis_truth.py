"""On Redis, an invalidated value is never served: whatever is evicted, spoilt or out of reach."""

from __future__ import annotations

import itertools
import os
import random
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import redis
from pactape_clients import GraphQLClient, RestClient
from pactape_clients.cache import Loaded, RedisCache
from pactape_clients.errors import CacheUnavailableError, ConflictError, DeadlineExceededError
from pactape_clients.rest import Caching, TransportSettings

from tests.clients.helpers.caches import Origin, redis_server

if TYPE_CHECKING:
    from collections.abc import Iterator

CACHING = Caching(ttl=600, key="user:{n}", tags=("users", "team:{n}"))
HOW: list[dict[str, Any]] = [
    {"keys": ["user:7"]},
    {"tags": ["users"]},
    {"tags": ["team:7", "other"]},
    {"pattern": "user:7"},
    {"pattern": "user:.*"},
]


@pytest.fixture
def space() -> Iterator[tuple[redis.Redis, str]]:
    server = redis_server()
    prefix = f"pactape-test-{uuid.uuid4().hex}:"
    yield server, prefix
    for key in server.scan_iter(match=f"{prefix}*"):
        server.delete(key)
    server.close()


def names(space: tuple[redis.Redis, str]) -> list[bytes]:
    server, prefix = space
    return sorted(server.scan_iter(match=f"{prefix}*"))


def get_value(url: str, cache: RedisCache) -> Any:
    return RestClient(url, cache=cache).get("/u/{n}", path={"n": 7}, caching=CACHING)


@pytest.mark.parametrize(
    "how", [HOW[1], *(pytest.param(how, marks=pytest.mark.long) for how in HOW if how != HOW[1])], ids=str
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_whatever_the_server_evicts_no_invalidated_value_is_served(
    serve: Any, response: Any, space: Any, how: Any, when: str
) -> None:
    server, prefix = space
    version = [1]
    with serve(lambda _: response(json=version[0])) as real:
        for kinds in itertools.chain.from_iterable(itertools.combinations("vltg", size) for size in range(5)):
            version[:] = [1]
            cache = RedisCache(server, prefix=prefix)
            assert get_value(real.url, cache) == 1
            version[0] = 2
            if when == "after":
                cache.invalidate(**how)
            for name in names(space):
                if chr(name[len(prefix)]) in kinds:
                    server.delete(name)
            if when == "before":
                cache.invalidate(**how)
            assert get_value(real.url, RedisCache(server, prefix=prefix)) == 2, kinds
            cache.clear()


def test_values_are_served_where_nothing_is_evicted(serve: Any, response: Any, space: Any) -> None:
    server, prefix = space
    with serve(lambda _: response(json=1)) as real:
        for _ in range(3):
            assert get_value(real.url, RedisCache(server, prefix=prefix)) == 1
        assert len(real.received) == 1


def test_a_random_eviction_never_serves_what_was_invalidated(space: Any) -> None:
    server, prefix = space
    cache, dice = RedisCache(server, prefix=prefix), random.Random(7)  # noqa: S311 -- the same games each time
    truth = 1
    for _ in range(300):
        move = dice.randrange(4)
        if move == 0:
            truth += 1
            how: dict[str, Any] = dice.choice([{"keys": ["a"]}, {"tags": ["red"]}, {"pattern": "a"}])
            cache.invalidate(**how)
        elif move == 1 and names(space):
            server.delete(dice.choice(names(space)))
        entry = Loaded(value=b"%d" % truth, ttl=60, tags=("red",))
        assert cache.get_or_load("a", lambda _, entry=entry: entry) == b"%d" % truth  # type: ignore[misc]  # mypy can't infer the lambda


@pytest.mark.parametrize(
    "how", [{"keys": ["a"]}, {"tags": ["red"]}, {"tags": ["late"]}, {"pattern": "a"}], ids=str
)
@pytest.mark.parametrize("evicted", ["", "g", "l", "f", "glf"])
def test_a_load_in_flight_stores_nothing_that_was_invalidated_meanwhile(
    space: Any, how: Any, evicted: str
) -> None:
    server, prefix = space
    cache = RedisCache(server, prefix=prefix)
    cache.get_or_load("b", Origin(tags=("late",)))

    def load(_: Any) -> Loaded:
        RedisCache(server, prefix=prefix).invalidate(**how)
        for name in names(space):
            if chr(name[len(prefix)]) in evicted:
                server.delete(name)
        return Loaded(value=b"old", ttl=60, tags=("late",))

    assert cache.get_or_load("a", load, tags=("red",)) == b"old"
    with pytest.raises(KeyError):
        cache.lookup("a")


def test_a_reader_after_an_invalidation_does_not_join_a_load_from_before(space: Any) -> None:
    server, prefix = space
    cache = RedisCache(server, prefix=prefix)
    values: list[Any] = []

    def load(_: Any) -> Loaded:
        cache.invalidate(keys=["a"])
        values.append(RedisCache(server, prefix=prefix).get_or_load("a", Origin()))
        return Loaded(value=b"old", ttl=60)

    cache.get_or_load("a", load)
    assert values == [b"1"]


@pytest.mark.parametrize("junk", [b"\xff\xfe\r\nspoilt", b"", b"0", b"\x00"])
def test_an_entry_that_is_spoilt_is_loaded_anew(serve: Any, response: Any, space: Any, junk: bytes) -> None:
    server, prefix = space
    with serve(lambda _: response(json=1)) as real:
        get_value(real.url, RedisCache(server, prefix=prefix))
        for name in names(space):
            kind = server.type(name)
            if kind == b"string":
                server.set(name, junk, ex=60)
            elif kind == b"hash":
                server.hset(name, mapping=dict.fromkeys(server.hkeys(name), junk))
        assert get_value(real.url, RedisCache(server, prefix=prefix)) == 1


@pytest.mark.parametrize("kind", ["v", "g", "l", "f"])
def test_a_name_of_another_type_costs_no_answer(serve: Any, response: Any, space: Any, kind: str) -> None:
    server, prefix = space
    with serve(lambda _: response(json=1)) as real:
        get_value(real.url, RedisCache(server, prefix=prefix))
        for name in names(space):
            if chr(name[len(prefix)]) == kind:
                server.delete(name)
                server.rpush(name, b"junk")
        assert get_value(real.url, RedisCache(server, prefix=prefix)) == 1


def nowhere(**options: Any) -> RedisCache:
    return RedisCache(redis.Redis(port=1), prefix="pactape-test:", **options)


class TestWritesWithoutTheServer:
    def test_return_their_answer(self, serve: Any, response: Any) -> None:
        failures: list[CacheUnavailableError] = []
        settings = TransportSettings(cache_hooks=(failures.append,))
        with serve(lambda _: response(status=201, json={"order": 1})) as real:
            client = RestClient(real.url, cache=nowhere(), settings=settings)
            assert client.post("/orders", json={}) == {"order": 1}
        assert len(failures) == 1

    def test_raise_their_own_error(self, serve: Any, response: Any) -> None:
        with serve(lambda _: response(status=409)) as real, pytest.raises(ConflictError):
            RestClient(real.url, cache=nowhere()).post("/orders", json={})

    def test_return_what_a_mutation_returns(self, serve: Any, response: Any) -> None:
        data = {"pay": {"__typename": "Payment", "id": "1"}}
        with serve(lambda _: response(json={"data": data})) as real:
            client = GraphQLClient(real.url, cache=nowhere())
            assert client.mutate("mutation M { pay { __typename id } }", tags=("x",)) == data
            assert client.execute("mutation M { pay { __typename id } }").data == data

    def test_are_not_hurt_by_a_hook_that_raises(self, serve: Any, response: Any) -> None:
        def failing_hook(_: object) -> None:
            raise RuntimeError

        settings = TransportSettings(cache_hooks=(failing_hook,))
        with serve(lambda _: response(json=1)) as real:
            assert RestClient(real.url, cache=nowhere(), settings=settings).post("/") == 1

    def test_that_ran_out_of_time_say_so(self, serve: Any, response: Any) -> None:
        with serve(lambda _: response(json=1), delay=0.5) as real, pytest.raises(DeadlineExceededError):
            RestClient(real.url, cache=nowhere()).post("/", deadline=0.1)

    def test_are_made_up_for_before_the_next_read(
        self, serve: Any, response: Any, space: Any, clock: Any
    ) -> None:
        server, prefix = space
        version = 1
        with serve(lambda _: response(json=version)) as real:
            cache = RedisCache(server, prefix=prefix, timer=clock)
            client = RestClient(real.url, cache=cache)
            assert get_value(real.url, cache) == 1
            failing = pytest.MonkeyPatch()
            failing.setattr(cache._server.client.connection_pool, "get_connection", _refuse)  # noqa: SLF001 -- a server that is out of reach for a moment
            client.put("/u/{n}", path={"n": 7})
            failing.undo()
            clock.pass_by(10)
            version = 2
            assert get_value(real.url, cache) == 2
            assert get_value(real.url, RedisCache(server, prefix=prefix)) == 2


def _refuse(*_: object, **__: object) -> Any:
    raise redis.ConnectionError("refused")


def test_an_invalidation_by_hand_is_an_error_without_the_server() -> None:
    with pytest.raises(CacheUnavailableError):
        RestClient("http://a.test", cache=nowhere()).invalidate(keys=["a"])


def test_a_refused_password_is_in_the_log_once(serve: Any, response: Any, caplog: Any) -> None:
    redis_server().close()
    refused = redis.Redis.from_url(
        os.environ.get("PACTAPE_REDIS_URL", "redis://127.0.0.1:6379/0"), username="nobody", password="wr0ng"
    )
    with serve(lambda _: response(json=1)) as real:
        client = RestClient(real.url, cache=RedisCache(refused, prefix="pactape-test:"))
        for _ in range(3):
            assert client.get("/", caching=Caching(ttl=60)) == 1
    (record,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert "refuses the user or password" in record.getMessage()
    assert "wr0ng" not in caplog.text


def test_a_client_that_gives_text_is_as_good(serve: Any, response: Any, space: Any) -> None:
    server, prefix = space
    pool = server.connection_pool.connection_kwargs
    texts = redis.Redis(host=pool["host"], port=pool["port"], db=pool["db"], decode_responses=True)
    with serve(lambda _: response(json=1)) as real:
        for _ in range(2):
            assert get_value(real.url, RedisCache(texts, prefix=prefix)) == 1
        assert len(real.received) == 1
    texts.close()


def test_no_secret_of_the_caller_is_on_the_server(serve: Any, response: Any, space: Any) -> None:
    server, prefix = space
    with serve(lambda _: response(json=1)) as real:
        client = RestClient(
            real.url, cache=RedisCache(server, prefix=prefix), headers={"X-Key": "s3cret-header"}
        )
        client.get(
            "/x", query={"key": "s3cret-query"}, headers={"X-K": "s3cret-call"}, caching=Caching(ttl=60)
        )
    stored = b"".join(
        name + (b"".join(server.hgetall(name).values()) if server.type(name) == b"hash" else b"")
        for name in names(space)
    )
    assert b"s3cret" not in stored
