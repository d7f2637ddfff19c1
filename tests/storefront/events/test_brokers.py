"""RabbitMQ and Redis: whoever is killed or cut off, no event is lost, and none is applied twice."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storefront.events import Consumers, Relay

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from conftest import Proxy, World

    from storefront.database import Database

    WorldOver = Callable[[str, str], World]

ROOT = Path(__file__).resolve().parents[3]


class Service:
    """A relay or a subscriber in a process of its own."""

    def __init__(self, role: str, database: Database, *, url: str, prefix: str) -> None:
        environment = {
            **os.environ,
            "STOREFRONT_EVENTS_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
            "STOREFRONT_EVENTS_BUS_URL": url,
        }
        command = ["-m", "storefront.events", role, "--prefix", prefix, "--resend-after", "1"]
        self.process = subprocess.Popen(
            [sys.executable, *command], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == "ready\n"

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.communicate()

    def stop(self) -> int:
        self.process.terminate()
        self.process.communicate(timeout=30)
        return self.process.returncode


def test_events_go_over_the_broker_once_and_in_order(
    world_over: WorldOver, clean: Database, broker_url: str, prefix: str
) -> None:
    world = world_over(broker_url, prefix)
    with Consumers(clean, world.bus), Relay(clean, world.bus, every=0.02):
        for _ in range(10):
            world.live()
        world.settle()
    assert (world.waiting(), world.audited()) == (0, world.once_and_in_order())


@pytest.mark.long
@pytest.mark.parametrize("killed", ["relay", "audit"])
def test_killing_a_process_loses_no_event_and_applies_none_twice(
    killed: str, world_over: WorldOver, clean: Database, broker_url: str, prefix: str
) -> None:
    world = world_over(broker_url, prefix)
    options = {"url": broker_url, "prefix": prefix}
    with ExitStack() as stack:
        if killed == "relay":
            stack.enter_context(Consumers(clean, world.bus))
        else:
            stack.enter_context(Relay(clean, world.bus, every=0.02, resend_after=1))
        service = Service(killed, clean, **options)
        for _ in range(4):
            for _ in range(15):
                world.live()
            service.kill()
            for _ in range(5):
                world.live()
            service = Service(killed, clean, **options)
        world.settle()
        status = service.stop()
    assert (status, world.waiting(), world.audited()) == (0, 0, world.once_and_in_order())


@pytest.mark.long
def test_cutting_connections_loses_no_event_and_applies_none_twice(
    world_over: WorldOver, clean: Database, proxy: Proxy, proxied_url: str, prefix: str
) -> None:
    world = world_over(proxied_url, prefix)
    cut = 0
    with Consumers(clean, world.bus), Relay(clean, world.bus, every=0.02, resend_after=1):
        for _ in range(6):
            for _ in range(10):
                world.live()
            time.sleep(0.3)
            cut += proxy.cut()
        world.settle()
    assert cut >= 6
    assert (world.waiting(), world.audited()) == (0, world.once_and_in_order())


class OwnRedis:
    """A Redis server of the test's own, which keeps nothing on the disk."""

    def __init__(self, program: str) -> None:
        self._program = program
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen([self._program, *options], stdout=subprocess.DEVNULL)
        while True:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            time.sleep(0.01)

    def kill(self) -> None:
        """kill -9: what it held is gone."""
        self._process.kill()
        self._process.wait()


@contextmanager
def own_redis() -> Iterator[OwnRedis]:
    program = shutil.which("redis-server")
    if program is None:
        if os.environ.get("PACTAPE_REQUIRE_SERVICES") == "1":
            pytest.fail("there is no redis-server to start and to kill; install Redis")
        pytest.skip("there is no redis-server to start and to kill; install Redis")
    server = OwnRedis(program)
    try:
        yield server
    finally:
        server.kill()


@pytest.mark.long
def test_killing_the_broker_with_all_that_it_holds_loses_no_event_and_applies_none_twice(
    world_over: WorldOver, clean: Database
) -> None:
    with own_redis() as broker:
        world = world_over(broker.url, "test")
        with Consumers(clean, world.bus), Relay(clean, world.bus, every=0.02, resend_after=1):
            for _ in range(4):
                for _ in range(10):
                    world.live()
                broker.kill()
                for _ in range(5):
                    world.live()
                broker.start()
            world.settle()
    assert (world.waiting(), world.audited()) == (0, world.once_and_in_order())
