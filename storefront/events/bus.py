"""The event bus: handlers by subscriber and kind of event, and a kombu queue for each subscriber."""

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

#: Gets the event and the session whose transaction marks it as applied; handlers may write in it.
Handler = Callable[[Event, "Session"], None]

_OPTIONS: dict[str, dict[str, Any]] = {
    "memory": {"polling_interval": 0.01},
    "amqp": {"confirm_publish": True},
    "redis": {"visibility_timeout": 60, "socket_timeout": 10, "socket_connect_timeout": 5},
}
_SCHEMES = frozenset({"memory", "amqp", "amqps", "redis", "rediss"})
_CONFIRM_SECONDS = 10


class EventBus:
    """The event handlers of this process, and the queues of all subscribers.

    Args:
        url: "memory://" for one process alone, "amqp://…" for RabbitMQ, "redis://…" for Redis.
        prefix: The prefix of its queue names.

    Raises:
        BadInputError: The URL's scheme is unknown.
    """

    def __init__(self, url: str = "memory://", *, prefix: str = "storefront") -> None:
        scheme = url.partition(":")[0]
        if scheme not in _SCHEMES:
            raise BadInputError(
                f"the bus's URL has the unknown scheme {scheme!r}",
                remedy=f"begin it with one of {', '.join(sorted(_SCHEMES))}, as amqp://guest:guest@127.0.0.1//",
            )
        self._url = url
        self._prefix = prefix
        self._handlers: dict[str, dict[str, list[Handler]]] = defaultdict(lambda: defaultdict(list))

    def __repr__(self) -> str:
        return f"EventBus({self.connection().as_uri()!r})"  # without the password

    def on(self, kind: str, handler: Handler, *, subscriber: str) -> None:
        """Register a subscriber's handler for a kind of event."""
        self._handlers[subscriber][kind].append(handler)

    def off(self, kind: str, handler: Handler, *, subscriber: str) -> None:
        """Remove a handler; the subscriber itself stays registered.

        Raises:
            ValueError: The handler is not registered.
        """
        self._handlers[subscriber][kind].remove(handler)

    @property
    def subscribers(self) -> tuple[str, ...]:
        """Return the subscribers with a handler in this process, sorted."""
        return tuple(sorted(self._handlers))

    def listeners(self, kind: str, *, subscriber: str) -> tuple[Handler, ...]:
        """Return a subscriber's handlers of a kind of event, in the order of registration."""
        return tuple(self._handlers[subscriber][kind])

    def connection(self) -> Connection:
        """Return a lazy connection, which the caller closes."""
        scheme = self._url.partition(":")[0]
        return Connection(self._url, connect_timeout=5, transport_options=_OPTIONS.get(scheme, {}))

    def queue(self, subscriber: str) -> Queue:
        """Return a subscriber's queue, which is durable."""
        return Queue(f"{self._prefix}.{subscriber}", durable=True)

    def send(self, producer: Producer, event: Event, *, subscriber: str) -> None:
        """Send an event to a subscriber's queue; returns when the broker has confirmed it."""
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
