"""Test helpers: a Redis server, and origins that count or hold their loads."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import pytest
import redis
from pactape_clients.cache import Expired, Loaded

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape_clients.cache import Cache
    from pactape_clients.errors import ClientError


def redis_server() -> redis.Redis:
    server = redis.Redis.from_url(os.environ.get("PACTAPE_REDIS_URL", "redis://127.0.0.1:6379/0"))
    try:
        server.ping()
    except redis.ConnectionError:
        if os.environ.get("PACTAPE_REQUIRE_SERVICES") == "1":
            pytest.fail("no Redis server answers; start one, or name it in PACTAPE_REDIS_URL")
        pytest.skip("no Redis server answers; start one, or name it in PACTAPE_REDIS_URL")
    return server


class Origin:
    """Gives numbered values, and can be held up while giving one."""

    def __init__(self, *, tags: tuple[str, ...] = (), ttl: float = 60.0) -> None:
        self.loads = 0
        self.tags = tags
        self.ttl = ttl

    def __call__(self, expired: Expired | None) -> Loaded:  # noqa: ARG002 -- it never revalidates
        self.loads += 1
        return Loaded(value=b"%d" % self.loads, ttl=self.ttl, tags=self.tags)


class Held(Origin):
    """An origin whose first load waits until it is released."""

    def __init__(self, *, tags: tuple[str, ...] = ()) -> None:
        super().__init__(tags=tags)
        self.reached = threading.Event()
        self.released = threading.Event()

    def __call__(self, expired: Expired | None) -> Loaded:
        value = super().__call__(expired)
        if self.loads == 1:
            self.reached.set()
            assert self.released.wait(10)
        return value


def failing(error: ClientError) -> Callable[[Expired | None], Loaded]:
    def fail(_: Expired | None) -> Loaded:
        raise error

    return fail


def wait_until_gone(cache: Cache, key: str) -> None:
    while True:
        try:
            cache.lookup(key)
        except KeyError:
            return
