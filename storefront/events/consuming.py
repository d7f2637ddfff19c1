"""The consumers: each event is applied once, in order per user, even if the bus loses or repeats messages."""

from __future__ import annotations

import logging
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Literal, Self

import msgspec
from kombu import Consumer
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from storefront.events import outbox
from storefront.events.event import Event
from storefront.events.parking import forget_failure, note_failure
from storefront.events.running import Loop, failures
from storefront.events.tables import Position

if TYPE_CHECKING:
    import threading

    from kombu.message import Message
    from sqlalchemy.orm import Session

    from storefront.database import Database
    from storefront.events.bus import EventBus

__all__ = ["Consumers", "apply"]

_LOGGER = logging.getLogger(__name__)
_PREFETCH = 20
_LOOK_SECONDS = 0.2


class Consumers:
    """Consumes events for all subscribers of this process while the context lasts.

    Args:
        database: Records the applied events.
        bus: The bus with its handlers; later registrations are ignored.
        most_attempts: The number of failures after which an event is parked for a subscriber.
    """

    def __init__(self, database: Database, bus: EventBus, *, most_attempts: int = 12) -> None:
        self._database = database
        self._bus = bus
        self._most_attempts = most_attempts
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        expected = failures(self._bus)
        for name in self._bus.subscribers:
            with self._database.transaction() as session:
                outbox.subscribe(session, name)
            loop = Loop(self._consumer(name), expected=expected, name=f"subscriber {name}")
            self._stack.enter_context(loop)
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def _consumer(self, subscriber: str) -> _Consumer:
        return _Consumer(self._database, self._bus, subscriber, most_attempts=self._most_attempts)


class _Consumer:
    """Consumes one subscriber's queue."""

    def __init__(self, database: Database, bus: EventBus, subscriber: str, *, most_attempts: int) -> None:
        self._database = database
        self._bus = bus
        self._subscriber = subscriber
        self._most_attempts = most_attempts

    def __call__(self, stop: threading.Event) -> None:
        with self._bus.connection() as connection:
            consumer = Consumer(
                connection,
                queues=[self._bus.queue(self._subscriber)],
                on_message=self._handle,
                prefetch_count=_PREFETCH,
            )
            with consumer:
                while not stop.is_set():
                    with suppress(TimeoutError):
                        connection.drain_events(timeout=_LOOK_SECONDS)

    def _handle(self, message: Message) -> None:
        """Apply a message's event.

        A message is always acknowledged, even if its event fails or arrives too early: the relay sends it again,
        and the user's later events wait for it until it is parked.
        """
        try:
            self._apply(msgspec.json.decode(message.body, type=Event))
        except Exception:
            _LOGGER.exception("%s failed to apply a message; it will be sent again", self._subscriber)
        message.ack()

    def _apply(self, event: Event) -> None:
        try:
            with self._database.transaction() as session:
                apply(session, self._bus, event, subscriber=self._subscriber)
        except Exception as error:
            with self._database.transaction() as session:
                is_parked = note_failure(
                    session,
                    event,
                    subscriber=self._subscriber,
                    error=f"{type(error).__name__}: {error}",
                    most_attempts=self._most_attempts,
                )
            if not is_parked:
                raise
            _LOGGER.critical(
                "%s failed to apply the event %s of user %s, which is now parked: it needs manual action",
                self._subscriber,
                event.id,
                event.user_id,
                exc_info=error,
            )


def apply(
    session: Session, bus: EventBus, event: Event, *, subscriber: str
) -> Literal["applied", "again", "early"]:
    """Call the subscriber's handlers, unless the event was applied already or an earlier one is missing.

    Args:
        session: Its transaction records the event as applied, together with the handlers' changes.
        bus: The bus with the handlers.
        event: The event.
        subscriber: The subscriber.

    Returns:
        Whether the event was applied, was a duplicate, or arrived too early.
    """
    own = {"subscriber": subscriber, "user_id": event.user_id}
    session.execute(insert(Position).values(**own, sequence=0).on_conflict_do_nothing())
    position = session.execute(select(Position).filter_by(**own).with_for_update()).scalar_one()
    if event.sequence <= position.sequence:
        return "again"
    if event.sequence > position.sequence + 1:
        return "early"
    for handler in bus.listeners(event.kind, subscriber=subscriber):
        handler(event, session)
    position.sequence = event.sequence
    forget_failure(session, event, subscriber=subscriber)
    return "applied"
