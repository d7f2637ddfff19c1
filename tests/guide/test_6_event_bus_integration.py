"""The guide's section "Event Bus Integration", over the bus in memory, the outbox and the running notifications."""

from __future__ import annotations

import time
import uuid
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, select, text

from storefront.events import (
    AuditEventHandler,
    AuditLog,
    Consumers,
    EmailEventHandler,
    EventBus,
    EventDrivenUserService,
    NotificationEmails,
    Relay,
)
from storefront.events.tables import OutboxRow

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.orm import Session

    from storefront.events import Event
    from storefront.system import Storefront


class _GivenEventDrivenUserService:
    """GIVEN EventDrivenUserService integration."""

    @pytest.fixture(autouse=True)
    def given(self, storefront: Storefront) -> Iterator[None]:
        self.database = storefront.database
        self.notifications = storefront.services().notifications
        with self.database.transaction() as session:
            session.execute(text("TRUNCATE TABLE events.streams, events.outbox, events.subscribers CASCADE"))
        self.emitted: list[Event] = []
        self.bus = EventBus(prefix=f"guide-{uuid.uuid4()}")
        self.service = EventDrivenUserService(self.database, self.bus)
        self.service.setup_event_listeners()
        for kind in ("user.created", "user.updated", "user.deleted"):
            self.bus.on(kind, self._hear, subscriber="listener")
        with ExitStack() as self.running:
            yield

    def _hear(self, event: Event, _session: Session) -> None:
        self.emitted.append(event)

    def start(self) -> None:
        self.running.enter_context(Consumers(self.database, self.bus))
        self.running.enter_context(Relay(self.database, self.bus, every=0.02))

    def wait_for_all_handlers(self) -> None:
        """An event leaves the outbox when every subscriber has applied it."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            with self.database.transaction() as session:
                if session.scalar(select(func.count()).select_from(OutboxRow)) == 0:
                    return
            time.sleep(0.02)
        pytest.fail("some subscriber has not applied all events")

    @property
    def email(self) -> str:
        return f"{self.bus.queue('x').name}@example.com"  # nobody else's


class TestWhenUserIsCreated(_GivenEventDrivenUserService):
    """WHEN user is created."""

    def test_then_should_emit_events_and_trigger_side_effects(self) -> None:
        """THEN should emit events and trigger side effects."""
        self.start()

        result = self.service.create_user(email=self.email, name="Test User")

        assert (result.email, result.name) == (self.email, "Test User")
        self.wait_for_all_handlers()
        assert [(event.kind, event.user) for event in self.emitted] == [("user.created", result)]
        assert all(map(callable, self.bus.listeners("user.created", subscriber="users")))
        assert len(self.bus.listeners("user.created", subscriber="users")) == 1


class TestWhenTestingCompleteEventFlow(_GivenEventDrivenUserService):
    """WHEN testing complete event flow."""

    def test_then_should_handle_all_events_in_user_lifecycle(self) -> None:
        """THEN should handle all events in user lifecycle."""
        audit = AuditLog()
        EmailEventHandler(NotificationEmails(self.notifications)).register(self.bus)
        AuditEventHandler(audit).register(self.bus)
        self.start()

        created = self.service.create_user(email=self.email, name="Test User")
        updated = self.service.update_user(created.id, name="Updated User")
        self.service.delete_user(created.id)
        self.wait_for_all_handlers()

        # All events were emitted
        assert [(event.kind, event.user) for event in self.emitted] == [
            ("user.created", created),
            ("user.updated", updated),
            ("user.deleted", updated),
        ]

        # Side effects
        assert [
            (message.kind, message.content) for message in self.notifications.messages_to(self.email)
        ] == [
            ("welcome", {"name": "Test User"}),
            ("goodbye", {"name": "Updated User"}),
        ]
        with self.database.transaction() as session:
            assert audit.actions(session, uuid.UUID(created.id)) == [
                "user.created",
                "user.updated",
                "user.deleted",
            ]
