"""Users' events on a database of their own, over each bus, and what may happen to it."""

from __future__ import annotations

import os
import secrets
import socket
import threading
import time
import uuid
from contextlib import closing, suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

import pytest
from kombu import Connection
from sqlalchemy import func, select, text

from storefront.database import temporary_database
from storefront.events import AuditEventHandler, AuditLog, EventBus, EventDrivenUserService
from storefront.events.tables import CHAIN, AuditRow, OutboxRow

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from storefront.database import Database

BROKERS = {
    "rabbitmq": os.environ.get("STOREFRONT_RABBITMQ_URL", "amqp://guest:guest@127.0.0.1:5672//"),
    "redis": os.environ.get("STOREFRONT_REDIS_URL", "redis://127.0.0.1:6379/13"),
}


class Proxy:
    """A way to a broker that can be cut at any time; whoever connects anew gets through."""

    def __init__(self, host: str, port: int) -> None:
        self._target = (host, port)
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = self._server.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> int:
        """Cut all connections; gives how many there were."""
        cut, self._open = self._open, []
        for connection in cut:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        return len(cut) // 2

    def close(self) -> None:
        self._server.close()
        self.cut()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._server.accept()
                broker = socket.create_connection(self._target)
                self._open += [client, broker]
                for pair in ((client, broker), (broker, client)):
                    threading.Thread(target=self._carry, args=pair, daemon=True).start()

    @staticmethod
    def _carry(source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
        for end in (source, sink):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)


class World:
    """A database with users and their events, and a bus."""

    def __init__(self, database: Database, bus: EventBus) -> None:
        self.database = database
        self.bus = bus
        self.users = EventDrivenUserService(database, bus)
        self.ids: list[uuid.UUID] = []

    def live(self) -> uuid.UUID:
        """One user's life: three events."""
        user = self.users.create_user(email=f"{secrets.token_hex(8)}@example.com", name="Ada")
        self.users.update_user(user.id, name="Ada Lovelace")
        self.users.delete_user(user.id)
        self.ids.append(uuid.UUID(user.id))
        return self.ids[-1]

    def waiting(self) -> int:
        """How many events are in the outbox."""
        with self.database.transaction() as session:
            return session.scalar(select(func.count()).select_from(OutboxRow)) or 0

    def settle(self, *, seconds: float = 90) -> None:
        """Wait until all subscribers have applied all events."""
        deadline = time.monotonic() + seconds
        while self.waiting() and time.monotonic() < deadline:
            time.sleep(0.05)

    def audited(self) -> dict[uuid.UUID, list[str]]:
        """What was applied, for each user in the order in which it was."""
        with self.database.transaction() as session:
            rows = session.execute(select(AuditRow.user_id, AuditRow.action).order_by(AuditRow.number)).all()
        actions: dict[uuid.UUID, list[str]] = {}
        for user_id, action in rows:
            actions.setdefault(user_id, []).append(action)
        return actions

    def once_and_in_order(self) -> dict[uuid.UUID, list[str]]:
        """What `audited` must give."""
        return {key: ["user.created", "user.updated", "user.deleted"] for key in self.ids}


@pytest.fixture(scope="session")
def events_database() -> Iterator[Database]:
    with temporary_database() as database:
        CHAIN.upgrade(database)
        yield database


@pytest.fixture
def clean(events_database: Database) -> Database:
    tables = "events.streams, events.outbox, events.subscribers, events.audit, events.failures"
    with events_database.transaction() as session:
        session.execute(text(f"TRUNCATE TABLE {tables} CASCADE"))
    return events_database


@pytest.fixture
def world_over(clean: Database) -> Callable[[str, str], World]:
    """Events over the bus of a URL and a prefix, written down by the audit."""

    def make(url: str, prefix: str) -> World:
        bus = EventBus(url, prefix=prefix)
        AuditEventHandler(AuditLog()).register(bus)
        return World(clean, bus)

    return make


@pytest.fixture
def world(world_over: Callable[[str, str], World]) -> World:
    """Events over a bus in memory."""
    return world_over("memory://", f"test-{uuid.uuid4()}")


@pytest.fixture(params=sorted(BROKERS))
def broker_url(request: pytest.FixtureRequest) -> str:
    """A broker that runs."""
    url = BROKERS[request.param]
    try:
        with Connection(url, connect_timeout=3) as connection:
            connection.ensure_connection(max_retries=1, timeout=3)
    except Exception as error:
        if os.environ.get("PACTAPE_REQUIRE_SERVICES") == "1":
            raise
        pytest.skip(f"no {request.param} answers: {error}")
    return url


@pytest.fixture
def prefix(broker_url: str) -> Iterator[str]:
    """The names of this test's queues; they are deleted at the end."""
    prefix = f"test-{uuid.uuid4()}"
    yield prefix
    with Connection(broker_url) as connection, connection.channel() as channel:
        EventBus(broker_url, prefix=prefix).queue("audit")(channel).delete()


@pytest.fixture
def proxy(broker_url: str) -> Iterator[Proxy]:
    """A way to the broker that can be cut."""
    parts = urlsplit(broker_url)
    with closing(Proxy(parts.hostname or "", parts.port or 0)) as proxy:
        yield proxy


@pytest.fixture
def proxied_url(broker_url: str, proxy: Proxy) -> str:
    """The broker's URL by way of the proxy."""
    parts = urlsplit(broker_url)
    credentials, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{credentials}{at}127.0.0.1:{proxy.port}"))
