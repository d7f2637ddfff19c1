"""The relay: sends the events in the outbox to the bus, each at least once, in order."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from kombu import Producer

from storefront.events import outbox
from storefront.events.running import Loop, failures

if TYPE_CHECKING:
    import threading

    from storefront.database import Database
    from storefront.events.bus import EventBus

__all__ = ["Relay"]


class Relay:
    """Sends the events in the outbox while the context lasts; of several relays on a database one works at a time.

    Args:
        database: Holds the outbox.
        bus: Receives the events.
        every: Seconds between two polls while there is nothing to send.
        resend_after: Seconds after which an event is sent again to a subscriber that has not applied it.
    """

    def __init__(
        self, database: Database, bus: EventBus, *, every: float = 0.1, resend_after: float = 5
    ) -> None:
        self._database = database
        self._bus = bus
        self._every = every
        self._resend_after = timedelta(seconds=resend_after)
        self.loop = Loop(self._relay, expected=failures(bus), name="relay")

    def __enter__(self) -> None:
        self.loop.__enter__()

    def __exit__(self, *_: object) -> None:
        self.loop.__exit__()

    def send(self, producer: Producer) -> int:
        """Send the due events and return the number of messages.

        Events count as sent when the transaction ends: a relay that dies earlier sends them again.
        """
        with self._database.transaction() as session:
            if not outbox.only_relay(session):
                return 0
            outbox.remove_applied(session)
            due_events = outbox.due(session, resend_after=self._resend_after)
            for event, subscriber in due_events:
                self._bus.send(producer, event, subscriber=subscriber)
            outbox.mark_published(session, [event for event, _ in due_events])
        return len(due_events)

    def _relay(self, stop: threading.Event) -> None:
        with self._bus.connection() as connection, Producer(connection) as producer:
            while not stop.is_set():
                if not self.send(producer):
                    stop.wait(self._every)
