"""Reads go on without a cache of the caller's own that raises; an invalidation that it refuses is reported."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from pactape_clients import GraphQLClient, RestClient
from pactape_clients.cache import Loaded, TTLCache, guarded
from pactape_clients.errors import CacheUnavailableError, NotFoundError, UsageError
from pactape_clients.rest import ByNextUrl, Caching, TransportSettings

from tests.clients.helpers.callbacks import Broken, VerdictError, raising

KEPT = Caching(ttl=60, tags=("users",))


class BrokenCache(TTLCache):
    def __init__(self, error: Exception, *, after_load: bool = False) -> None:
        super().__init__()
        self._error = error
        self._after_load = after_load

    def fail(self, *_: Any, **__: Any) -> Any:
        raise self._error

    put = invalidate = clear = stats = fail

    def lookup(self, full_key: str) -> Any:
        return self.fail(full_key)

    def get_or_load(self, key: str, load: Any, **options: Any) -> Any:
        if self._after_load:
            load(None)
        return self.fail(key, options)


@pytest.mark.parametrize("after_load", [False, True])
def test_reads_go_on_without_a_cache_that_raises(
    serve: Any,
    response: Any,
    caplog: Any,
    after_load: bool,  # noqa: FBT001 -- a parameter
) -> None:
    cache = BrokenCache(Broken("down"), after_load=after_load)
    with serve(lambda _: response(json={"data": 1})) as server:
        client = RestClient(server.url, cache=cache)
        assert client.get("/x", caching=KEPT) == {"data": 1}
        assert client.cached_route("/{id}", returns=dict, caching=Caching(ttl=9, key="u:{id}")).of("7") == {
            "data": 1
        }
        assert list(client.paginate("/x", by=ByNextUrl(following=lambda _: None), caching=KEPT)) == [
            {"data": 1}
        ]
        assert GraphQLClient(server.url, cache=cache).query("{ n }") == 1
        assert len(server.received) == 4
    assert "the cache BrokenCache raised Broken in fail" in caplog.text


def test_an_invalidation_that_a_cache_refuses_is_an_error_but_costs_no_write(
    serve: Any, response: Any
) -> None:
    reported: list[CacheUnavailableError] = []
    error = Broken("down")
    settings = TransportSettings(cache_hooks=(reported.append,))
    with serve(lambda _: response(json=1)) as server:
        client = RestClient(server.url, cache=BrokenCache(error), settings=settings)
        assert client.post("/x") == 1
        with pytest.raises(CacheUnavailableError, match="raised Broken") as failure:
            client.invalidate(tags=["users"])
    assert (failure.value.__cause__, len(reported)) == (error, 1)


def test_a_cache_of_ones_own_gives_what_its_load_raises(serve: Any, response: Any) -> None:
    class Mine(TTLCache):
        pass

    session = requests.Session()
    session.hooks["response"].append(raising(VerdictError()))
    with serve(lambda _: response(status=404, json=1)) as server:
        client = RestClient(server.url, cache=Mine())
        with pytest.raises(NotFoundError):
            client.get("/x", caching=KEPT)
        with pytest.raises(VerdictError):
            RestClient(server.url, cache=Mine(), session=session).get("/x", caching=KEPT)


def test_a_guarded_cache_is_the_cache() -> None:
    class Mine(TTLCache):
        pass

    cache = guarded(Mine())
    assert guarded(cache) is cache
    assert cache.keeps_objects
    cache.put("a", Loaded(value=1, ttl=9))
    assert (cache.lookup("a"), cache.invalidate(keys=["a"]), cache.stats().hits) == (1, 1, 1)
    cache.clear()
    with pytest.raises(KeyError):
        cache.lookup("a")
    with pytest.raises(UsageError):
        cache.invalidate(keys="a")
    with pytest.raises(VerdictError):
        guarded(BrokenCache(VerdictError())).lookup("a")
