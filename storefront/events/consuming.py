"""The subscribers' side: each event is applied once, in its user's order, whatever the bus does."""

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
    """Applies events for all subscribers of a bus in this process, while the context lasts.

    Args:
        database: Where is noted what was applied.
        bus: With its listeners; who registers later isn't told.
        most_attempts: After how many failures an event is parked for a subscriber.
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
    """One subscriber's way through its queue."""

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

        What fails, or comes too early, leaves the queue all the same: the relay sends it again, while the user's
        later events wait for it, until it is parked.
        """
        try:
            self._apply(msgspec.json.decode(message.body, type=Event))
        except Exception:
            _LOGGER.exception("%s could not apply a message; it will be sent again", self._subscriber)
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
                "%s could not apply the event %s of user %s, which is parked: a person must look at it",
                self._subscriber,
                event.id,
                event.user_id,
                exc_info=error,
            )


def apply(
    session: Session, bus: EventBus, event: Event, *, subscriber: str
) -> Literal["applied", "again", "early"]:
    """Call the subscriber's listeners, unless they had this event, or have not had the one before it.

    Args:
        session: A transaction; it notes what was applied together with all that listeners change in it.
        bus: With the listeners.
        event: What happened.
        subscriber: Whose listeners.

    Returns:
        Whether it was applied, or came again, or too early.
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
