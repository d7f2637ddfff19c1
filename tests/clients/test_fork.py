"""A process that forks with clients in use."""

from __future__ import annotations

import copy
import os
import pickle
import threading
from typing import TYPE_CHECKING, Any

import pytest
import requests
from pactape_clients import ClientCredentials, GraphQLClient, RestClient, StaticToken, TTLCache
from pactape_clients.auth import CallableTokens, RefreshToken
from pactape_clients.cache import Loaded, RedisCache
from pactape_clients.errors import UsageError
from pactape_clients.rest import Caching, RetryPolicy, TransportSettings

from tests.clients.helpers.caches import Held, Origin, redis_server
from tests.clients.helpers.forks import Child

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork"),
    pytest.mark.filterwarnings("ignore:This process.*is multi-threaded:DeprecationWarning"),
]
ONCE = TransportSettings(retries=RetryPolicy(attempts=1))


@pytest.mark.parametrize(
    "with_session",
    [pytest.param(False, id="own session", marks=pytest.mark.long), pytest.param(True, id="given session")],
)
def test_children_get_their_own_answers(serve: Any, response: Any, with_session: bool) -> None:  # noqa: FBT001 -- a parameter
    with serve(lambda request: response(json=request.path)) as server:
        session = requests.Session() if with_session else None
        client = RestClient(server.url, session=session, settings=ONCE)
        client.get("/warm")

        def ask(name: str) -> Callable[[], list[str]]:
            return lambda: [client.get(f"/{name}{number}") for number in range(20)]

        children = [Child(ask(name)) for name in "ab"]
        own = ask("p")()
        results = [own, *(child.result() for child in children)]
    assert results == [[f"/{name}{number}" for number in range(20)] for name in "pab"]


def test_a_graphql_client_goes_on_on_both_sides(serve: Any, response: Any) -> None:
    with serve(lambda _: response(json={"data": {"n": 1}})) as server:
        client = GraphQLClient(server.url, settings=ONCE)
        client.query("{ n }", ttl=0)
        child = Child(lambda: client.query("{ n }", ttl=0))
        assert [client.query("{ n }", ttl=0), child.result()] == [{"n": 1}] * 2


def test_a_child_fetches_the_token_that_the_parents_thread_was_fetching() -> None:
    fetch_started, released = threading.Event(), threading.Event()
    parent = os.getpid()

    def give() -> Any:
        fetch_started.set()
        if os.getpid() == parent:
            released.wait(20)
        return "t"

    source = CallableTokens(give)
    thread = threading.Thread(target=source.token)
    thread.start()
    assert fetch_started.wait(10)
    value = Child(lambda: source.token().value).result()
    released.set()
    thread.join()
    assert value == "t"


def test_a_child_loads_the_value_that_the_parents_thread_was_loading() -> None:
    cache, origin = TTLCache(), Held()
    thread = threading.Thread(target=cache.get_or_load, args=("a", origin))
    thread.start()
    assert origin.reached.wait(10)
    value = Child(lambda: cache.get_or_load("a", Origin()).decode()).result()
    origin.released.set()
    thread.join()
    assert value == "1"


def test_a_child_has_the_parents_values_and_token(serve: Any, response: Any) -> None:
    def respond(request: Any) -> Any:
        return response(json={"access_token": "a", "expires_in": 300} if request.path == "/token" else 1)

    with serve(respond) as server:
        tokens = ClientCredentials(f"{server.url}/token", client_id="web", client_secret="s")
        client = RestClient(server.url, tokens=tokens)
        caching = Caching(ttl=60)
        client.get("/x", caching=caching)
        assert Child(lambda: [client.get("/x", caching=caching), client.get("/y")]).result() == [1, 1]
        assert [server.count(path) for path in ("/token", "/x", "/y")] == [1, 1, 1]


def test_a_child_starts_empty_if_a_thread_was_just_changing_the_entries() -> None:
    cache = TTLCache()
    cache.put("a", Loaded(value=1, ttl=60))
    inside, leave = threading.Event(), threading.Event()

    class Slow(str):
        __slots__ = ()

        def __hash__(self) -> int:
            inside.set()
            leave.wait(20)
            return super().__hash__()

    thread = threading.Thread(target=cache.put, args=(Slow("b"), Loaded(value=2, ttl=60)))
    thread.start()
    assert inside.wait(10)
    value = Child(lambda: cache.get_or_load("a", lambda _: Loaded(value=3, ttl=60))).result()
    leave.set()
    thread.join()
    assert value in {1, 3}


@pytest.mark.long
def test_64_threads_and_8_children_load_once_a_process(serve: Any, response: Any, at_once: Any) -> None:
    with serve(lambda request: response(json=int(request.headers["X-Process"])), delay=0.05) as server:
        client = RestClient(server.url, settings=TransportSettings(pool_size=64))

        def load() -> Any:
            caching = Caching(ttl=60, key=f"n {os.getpid()}")
            return client.get("/n", headers={"X-Process": str(os.getpid())}, caching=caching)

        def crowd() -> int:
            return len(set(at_once(load, 64)))

        assert set(at_once(load, 64)) == {os.getpid()}
        children = [Child(crowd) for _ in range(8)]
        assert [child.result() for child in children] == [1] * 8
        assert server.count("/n") == 9


def test_a_cache_on_redis_goes_on_in_a_child() -> None:
    server = redis_server()
    cache = RedisCache(server, prefix=f"pactape-test-fork-{os.getpid()}:")
    try:
        cache.put("a", Loaded(value=b"1", ttl=60))
        children = [Child(lambda: [cache.lookup("a").decode() for _ in range(50)]) for _ in range(2)]
        own = [cache.lookup("a").decode() for _ in range(50)]
        assert [own, *(child.result() for child in children)] == [["1"] * 50] * 3
    finally:
        cache.clear()
        server.close()


@pytest.mark.parametrize("act", [copy.copy, copy.deepcopy, pickle.dumps])
@pytest.mark.parametrize(
    "make",
    [
        lambda: RestClient("http://a.test"),
        lambda: GraphQLClient("http://a.test"),
        TTLCache,
        lambda: StaticToken("t"),
        lambda: RefreshToken("http://a.test", refresh_token="r", client_id="web"),
    ],
)
def test_what_holds_connections_or_secrets_says_why_it_is_not_copied(make: Any, act: Any) -> None:
    with pytest.raises(UsageError, match=r"can't be pickled or copied: .* Fix: "):
        act(make())


def test_settings_are_copied_and_pickled() -> None:
    settings = TransportSettings(timeouts=(1.0, 2.0), retries=RetryPolicy(attempts=2))
    assert pickle.loads(pickle.dumps(settings)) == copy.deepcopy(settings) == settings  # noqa: S301 -- our own bytes
