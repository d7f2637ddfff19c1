"""The bus: who listens to which events, and a queue for each subscriber on kombu, by URL."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec
from kombu import Connection, Queue
from pactape.errors import BadInputError

from storefront.events.event import Event

if TYPE_CHECKING:
    from kombu import Producer
    from sqlalchemy.orm import Session

__all__ = ["EventBus", "Handler"]

#: Gets the event, and the transaction in which having applied it is noted, for changes of its own.
Handler = Callable[[Event, "Session"], None]

_OPTIONS: dict[str, dict[str, Any]] = {
    "memory": {"polling_interval": 0.01},
    "amqp": {"confirm_publish": True},
    "redis": {"visibility_timeout": 60, "socket_timeout": 10, "socket_connect_timeout": 5},
}
_SCHEMES = frozenset({"memory", "amqp", "amqps", "redis", "rediss"})
_CONFIRM_SECONDS = 10


class EventBus:
    """Listeners of this process, and the way to those of others.

    Args:
        url: "memory://" for one process alone, "amqp://…" for RabbitMQ, "redis://…" for Redis.
        prefix: What the names of its queues begin with.

    Raises:
        BadInputError: The URL is of no known kind.
    """

    def __init__(self, url: str = "memory://", *, prefix: str = "storefront") -> None:
        scheme = url.partition(":")[0]
        if scheme not in _SCHEMES:
            raise BadInputError(
                f"the bus's URL is of the unknown kind {scheme!r}",
                remedy=f"begin it with one of {', '.join(sorted(_SCHEMES))}, as amqp://guest:guest@127.0.0.1//",
            )
        self._url = url
        self._prefix = prefix
        self._handlers: dict[str, dict[str, list[Handler]]] = defaultdict(lambda: defaultdict(list))

    def __repr__(self) -> str:
        return f"EventBus({self.connection().as_uri()!r})"  # without the password

    def on(self, kind: str, handler: Handler, *, subscriber: str) -> None:
        """Have `handler` called for events of this kind, as one of a subscriber's."""
        self._handlers[subscriber][kind].append(handler)

    def off(self, kind: str, handler: Handler, *, subscriber: str) -> None:
        """Have it called no more; the subscriber stays one.

        Raises:
            ValueError: It was not called.
        """
        self._handlers[subscriber][kind].remove(handler)

    @property
    def subscribers(self) -> tuple[str, ...]:
        """The subscribers with a listener in this process, sorted."""
        return tuple(sorted(self._handlers))

    def listeners(self, kind: str, *, subscriber: str) -> tuple[Handler, ...]:
        """What is called for a subscriber's event of this kind, in this order."""
        return tuple(self._handlers[subscriber][kind])

    def connection(self) -> Connection:
        """A connection, not yet made; to be closed by the caller."""
        scheme = self._url.partition(":")[0]
        return Connection(self._url, connect_timeout=5, transport_options=_OPTIONS.get(scheme, {}))

    def queue(self, subscriber: str) -> Queue:
        """Where a subscriber's events wait: it outlives the broker."""
        return Queue(f"{self._prefix}.{subscriber}", durable=True)

    def send(self, producer: Producer, event: Event, *, subscriber: str) -> None:
        """Put an event into a subscriber's queue; when this returns, the broker has it."""
        queue = self.queue(subscriber)
        producer.publish(
            msgspec.json.encode(event),
            routing_key=queue.name,
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode="persistent",
            message_id=str(event.id),
            type=event.kind,
            declare=[queue],
            confirm_timeout=_CONFIRM_SECONDS,
        )
