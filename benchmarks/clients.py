"""The clients beside their peers, in one run on one machine: trust the ratios.

Run it alone with `python benchmarks/clients.py`; `run()` gives the figures by name.
"""

from __future__ import annotations

import gc
import sqlite3
import statistics
import threading
import time
from collections.abc import Callable
from typing import Any

import hishel
import hishel.requests
import msgspec
import requests
import requests_cache
from _origin import USER, Origin, running_origin
from cachetools import TLRUCache
from gql import Client as GqlClient
from gql import gql
from gql.transport.requests import RequestsHTTPTransport
from graphql import build_schema
from pactape_clients import GraphQLClient, StaticToken, User, UserApiClient
from pactape_clients.cache import Loaded, TTLCache, pattern_of
from pactape_clients.graphql import GraphQLOptions

Work = Callable[[], object]


SDL = """
type Query { user(id: ID!): User }
type User { id: ID! name: String! email: String! bio: String createdAt: String posts: [Post!]! }
type Post { id: ID! title: String! publishedAt: String author: User! }
"""


QUERY = (
    "query GetUser($id: ID!) { user(id: $id) { id name email bio createdAt posts { id title publishedAt } } }"
)


class _Post(msgspec.Struct, frozen=True):
    id: str
    title: str


class _Author(msgspec.Struct, frozen=True):
    id: str
    name: str
    posts: tuple[_Post, ...]


class _GetUser(msgspec.Struct, frozen=True):
    user: _Author


def _side_by_side(works: dict[str, Work], *, number: int, rounds: int = 15) -> dict[str, float]:
    """Median microseconds a call, the contestants taking turns so that none has the quiet minutes to itself."""
    samples: dict[str, list[float]] = {name: [] for name in works}
    for work in works.values():
        for _ in range(3):
            work()
    gc.collect()
    gc.disable()
    try:
        for _ in range(rounds):
            for name, work in works.items():
                started = time.perf_counter()
                for _ in range(number):
                    work()
                samples[name].append((time.perf_counter() - started) / number * 1e6)
    finally:
        gc.enable()
    return {name: statistics.median(values) for name, values in samples.items()}


def _print(title: str, rates: dict[str, float], *, base: str) -> None:
    print(f"\n{title}")
    for name, microseconds in sorted(rates.items(), key=lambda item: item[1]):
        print(f"  {name:<58} {microseconds:>10.2f} us {microseconds / rates[base]:>9.2f} x")


def _floor(value: object) -> Work:
    """What no cache of cachetools under a lock can beat: the lock and the look-up."""
    entries: Any = TLRUCache(1000, lambda _key, _value, now: now + 300)
    lock = threading.Lock()
    entries["user:1"] = value

    def look_up(key: str) -> object:
        with lock:
            return entries[key]

    return lambda: look_up("user:1")


def cached_get(origin: Origin) -> dict[str, float]:
    """A user that is cached."""
    url = f"{origin.url}/users/{USER['id']}"
    users = UserApiClient(origin.url, tokens=StaticToken("t"))
    user = users.get_user(USER["id"])
    assert isinstance(user, User)
    plain = requests_cache.CachedSession(backend="memory", expire_after=300)
    shelved = requests.Session()
    storage = hishel.SqliteStorage(connection=sqlite3.connect(":memory:", check_same_thread=False))
    shelved.mount("http://", hishel.requests.CacheAdapter(storage=storage))
    shelved.get(url)
    assert shelved.get(url).json() == plain.get(url).json() == USER
    fast = _side_by_side(
        {"pactape get_user": lambda: users.get_user(USER["id"]), "lock + TLRUCache look-up": _floor(user)},
        number=20_000,
    )
    slow = _side_by_side(
        {
            "requests-cache (memory) .get().json()": lambda: plain.get(url).json(),
            "hishel (requests, SQLite in memory) .get().json()": lambda: shelved.get(url).json(),
        },
        number=100,
    )
    rates = fast | slow
    _print("A cached GET", rates, base="pactape get_user")
    ours = rates["pactape get_user"]
    return {
        "clients.cached_get.microseconds": ours,
        "clients.cached_get.speedup_vs_requests_cache": rates["requests-cache (memory) .get().json()"] / ours,
        "clients.cached_get.speedup_vs_hishel": rates["hishel (requests, SQLite in memory) .get().json()"]
        / ours,
        "clients.cached_get.over_floor": ours / rates["lock + TLRUCache look-up"],
    }


def uncached_get(origin: Origin) -> dict[str, float]:
    """A user that is not cached."""
    url = f"{origin.url}/users/{USER['id']}"
    session, given_session = requests.Session(), requests.Session()
    headers = {"Authorization": "Bearer t", "Accept": "application/json"}
    users = UserApiClient(origin.url, tokens=StaticToken("t"))
    borrowing = UserApiClient(origin.url, tokens=StaticToken("t"), session=given_session)
    path = {"id": USER["id"]}
    found = _side_by_side(
        {
            "requests Session.get().json()": lambda: session.get(url, headers=headers).json(),
            "pactape, its own session": lambda: users.get("/users/{id}", path=path, returns=User),
            "pactape, a given session": lambda: borrowing.get("/users/{id}", path=path, returns=User),
        },
        number=60,
        rounds=21,
    )
    bare = found["requests Session.get().json()"]
    _print("An uncached GET", found, base="requests Session.get().json()")
    return {
        "clients.uncached_get.over_bare": found["pactape, its own session"] / bare,
        "clients.uncached_get.given_session_over_bare": found["pactape, a given session"] / bare,
    }


_BARE = "requests session.post(json=).json()"
_FLOOR = "lock + TLRUCache look-up"


def graphql(origin: Origin) -> dict[str, float]:
    """A validated query, uncached and cached."""
    url = f"{origin.url}/graphql"
    ours = GraphQLClient(url, options=GraphQLOptions(schema=SDL))
    found, cached = _uncached_query(ours, url), _cached_query(ours)
    bare, floor = found[_BARE], cached[_FLOOR]
    return {
        "clients.graphql.over_bare": found["pactape, validated"] / bare,
        "clients.graphql.gql_over_bare": found["gql with schema, kept session"] / bare,
        "clients.graphql_cached.over_floor": cached["pactape cached query, typed"] / floor,
        "clients.graphql_cached.fresh_dict_over_floor": cached["pactape cached query, fresh dict"] / floor,
    }


def _uncached_query(ours: GraphQLClient, url: str) -> dict[str, float]:
    session = requests.Session()
    body = {"query": QUERY, "variables": {"id": "1"}, "operationName": "GetUser"}
    with GqlClient(transport=RequestsHTTPTransport(url), schema=build_schema(SDL)) as peer:

        def by_gql() -> object:
            request = gql(QUERY)
            request.variable_values = {"id": "1"}
            return peer.execute(request)

        found = _side_by_side(
            {
                _BARE: lambda: session.post(url, json=body).json(),
                "pactape, validated": lambda: ours.query(QUERY, {"id": "1"}, ttl=0),
                "gql with schema, kept session": by_gql,
            },
            number=40,
            rounds=21,
        )
    _print("A GraphQL query", found, base=_BARE)
    return found


def _cached_query(ours: GraphQLClient) -> dict[str, float]:
    cached = _side_by_side(
        {
            _FLOOR: _floor(_GetUser),
            "pactape cached query, typed": lambda: ours.query(QUERY, {"id": "1"}, returns=_GetUser),
            "pactape cached query, fresh dict": lambda: ours.query(QUERY, {"id": "1"}),
        },
        number=10_000,
    )
    _print("A cached GraphQL query", cached, base=_FLOOR)
    return cached


def invalidation() -> dict[str, float]:
    """Forgetting 1 of 10,000 entries by tag, beside searching all keys."""
    cache = TTLCache(maxsize=20_000)
    for number in range(10_000):
        cache.put(
            f'GetUser:{{"id":"user-{number}"}}', Loaded(value=number, ttl=300, tags=(f"User:{number}",))
        )
    replace_known = Loaded(value=5000, ttl=300, tags=("User:5000",))
    key = 'GetUser:{"id":"user-5000"}'
    pattern = pattern_of("GetUser.*user-5000")
    keys = [f'GetUser:{{"id":"user-{number}"}}' for number in range(10_000)]
    lock = threading.Lock()

    def by_scan() -> int:
        with lock:
            snapshot = list(keys)
        return len([trace for trace in snapshot if pattern.search(trace)])

    assert by_scan() == 1
    tagged: list[float] = []
    for _ in range(2000):
        cache.put(key, replace_known)
        started = time.perf_counter()
        count = cache.invalidate(tags=("User:5000",))
        tagged.append((time.perf_counter() - started) * 1e6)
        assert count == 1
    scanned = _side_by_side({"scan": by_scan}, number=5)["scan"]
    cache.put(key, replace_known)
    found = {
        "pactape, by tag": statistics.median(tagged),
        "regex scan over 10,000 keys": scanned,
        "pactape, by pattern": _side_by_side(
            {"p": lambda: cache.invalidate(pattern="GetUser.*user-x")}, number=3
        )["p"],
    }
    _print("Forgetting 1 of 10,000", found, base="pactape, by tag")
    return {"clients.invalidate.speedup_vs_scan": scanned / found["pactape, by tag"]}


def run() -> dict[str, float]:
    """All figures, by the names under which they are written to build/bench.json."""
    with running_origin() as origin:
        return {
            **cached_get(origin),
            **uncached_get(origin),
            **graphql(origin),
            **invalidation(),
        }


if __name__ == "__main__":
    print()
    for name, value in run().items():
        print(f"{name:<58} {value:>10.2f}")
