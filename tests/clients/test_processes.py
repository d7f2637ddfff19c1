"""The cache on Redis across processes of the operating system: one load for all, one invalidation for all."""

from __future__ import annotations

import subprocess
import sys
import time
import uuid
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from tests.clients.helpers.caches import redis_server
from tests.helpers.measuring import unmeasured

if TYPE_CHECKING:
    from collections.abc import Iterator

    import redis

_WORKER = """
import sys, time
import redis
from pactape_clients.cache import Loaded, RedisCache

prefix, order = sys.argv[1:]
server = redis.Redis.from_url("{url}")
cache = RedisCache(server, prefix=prefix)

def wait_for(name, least=1):
    end = time.monotonic() + 60  # a run that is killed signals nothing any more
    while int(server.get(prefix + name) or 0) < least:
        if time.monotonic() > end:
            sys.exit("no signal came")
        time.sleep(0.002)

def load(expired):
    server.incr(prefix + "loads")
    wait_for("released")
    return Loaded(value=b"loaded", ttl=60, tags=("red",))

server.incr(prefix + "ready")
wait_for("go")
if order == "read":
    print(cache.get_or_load("a", load).decode())
else:
    print(cache.invalidate(tags=["red"]))
"""


class Workers:
    """Processes that share a cache, and the signals they wait for."""

    def __init__(self, server: redis.Redis, url: str) -> None:
        self.server, self._url = server, url
        self.prefix = f"pactape-test-{uuid.uuid4().hex}:"

    def start(self, order: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", _WORKER.format(url=self._url), self.prefix, order]
        with unmeasured():  # what they run is measured by the tests of one process
            return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def signal(self, name: str) -> None:
        self.server.incr(self.prefix + name)

    def wait_for(self, name: str, least: int = 1) -> None:
        while int(self.server.get(self.prefix + name) or 0) < least:
            time.sleep(0.002)

    def count(self, name: str) -> int:
        return int(self.server.get(self.prefix + name) or 0)


@contextmanager
def workers() -> Iterator[Workers]:
    server = redis_server()
    pool = server.connection_pool.connection_kwargs
    pool_workers = Workers(server, f"redis://{pool['host']}:{pool['port']}/{pool['db']}")
    try:
        yield pool_workers
    finally:
        for key in server.scan_iter(match=f"{pool_workers.prefix}*"):
            server.delete(key)
        server.close()


def output(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=60)[0].strip()


@pytest.mark.parametrize("processes", [2, pytest.param(8, marks=pytest.mark.long)])
def test_processes_that_want_one_cold_key_share_one_load(processes: int) -> None:
    with workers() as all_of:
        readers = [all_of.start("read") for _ in range(processes)]
        all_of.wait_for("ready", processes)
        all_of.signal("go")
        all_of.wait_for("loads")
        all_of.signal("released")
        outputs = [output(reader) for reader in readers]
        assert (outputs, all_of.count("loads")) == (["loaded"] * processes, 1)


@pytest.mark.long
def test_a_load_in_flight_in_one_process_stores_nothing_that_another_has_invalidated() -> None:
    with workers() as all_of:
        reader = all_of.start("read")
        all_of.signal("go")
        all_of.wait_for("loads")
        output(all_of.start("invalidate"))
        all_of.signal("released")
        assert output(reader) == "loaded"
        second = all_of.start("read")
        output(second)
        assert all_of.count("loads") == 2
