"""RabbitMQ and Redis: whoever is killed or cut off, no event is lost, and none is applied twice."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from storefront.events import Consumers, Relay
from tests.storefront.events.helpers.own_brokers import own_broker

if TYPE_CHECKING:
    from collections.abc import Callable

    from storefront.database import Database
    from tests.storefront.events.conftest import Proxy, World

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
        command = ["-m", "storefront.events", role, "--prefix", prefix]
        command += ["--resend-after", "1"] if role == "relay" else []
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


@pytest.mark.long
@pytest.mark.parametrize("kind", ["rabbitmq", "redis"])
def test_killing_the_broker_with_all_that_it_holds_loses_no_event_and_applies_none_twice(
    kind: str, world_over: WorldOver, clean: Database, tmp_path: Path
) -> None:
    with own_broker(kind, tmp_path) as broker:
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
