"""The subscribers to users' events: what they read of the messages, recorded once and replayed ever since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest
from sqlalchemy.orm import Session

from storefront.events import (
    AuditEventHandler,
    AuditLog,
    EmailEventHandler,
    Event,
    EventBus,
    NotificationEmails,
)
from storefront.events.emails import Recipient
from storefront.events.messages import user_created, user_deleted, user_updated
from storefront.events.tables import AuditRow

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape.cassettes import ReceivedMessage

    from storefront.clients import NotificationClient

    Receive = Callable[..., ReceivedMessage]


class Outgoing:
    """Writes down the e-mails that are to be sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []

    def send_welcome_email(self, user: Recipient, *, key: str) -> None:
        self.sent.append((key.partition("-")[0], user.email, user.name))

    send_goodbye_email = send_welcome_email


@pytest.fixture
def outgoing() -> Outgoing:
    return Outgoing()


@pytest.fixture
def bus(outgoing: Outgoing) -> EventBus:
    """Both subscribers' listeners, as in their processes."""
    bus = EventBus()
    EmailEventHandler(outgoing).register(bus)
    AuditEventHandler(AuditLog()).register(bus)
    return bus


def handle(bus: EventBus, message: ReceivedMessage, *, subscriber: str) -> Session:
    """Have a subscriber handle a message; gives the session, never flushed, that it handled it in."""
    event = msgspec.convert(message.content, Event)
    session = Session()
    for listener in bus.listeners(event.kind, subscriber=subscriber):
        listener(event, session)
    return session


@pytest.mark.cassette("mailer/welcomes_a_new_user.yaml")
def test_the_mailer_welcomes_a_new_user(receive_message: Receive, bus: EventBus, outgoing: Outgoing) -> None:
    message = receive_message("a user was created", provider="users", live=user_created)
    handle(bus, message, subscriber="email")
    assert outgoing.sent == [("welcome", "ada@example.com", "Ada")]


@pytest.mark.cassette("mailer/says_goodbye_to_a_user_who_leaves.yaml")
def test_the_mailer_says_goodbye_to_a_user_who_leaves(
    receive_message: Receive, bus: EventBus, outgoing: Outgoing
) -> None:
    message = receive_message("a user was deleted", provider="users", live=user_deleted)
    handle(bus, message, subscriber="email")
    assert outgoing.sent == [("goodbye", "ada@example.com", "Ada Lovelace")]


@pytest.mark.cassette("audit/writes_down_what_was_done_to_a_user.yaml")
def test_the_audit_writes_down_what_was_done_to_a_user(receive_message: Receive, bus: EventBus) -> None:
    messages = {
        "a user was created": user_created,
        "a user was updated": user_updated,
        "a user was deleted": user_deleted,
    }
    actions = [
        row.action
        for description, live in messages.items()
        for row in handle(
            bus, receive_message(description, provider="users", live=live), subscriber="audit"
        ).new
        if isinstance(row, AuditRow)
    ]
    assert actions == ["user.created", "user.updated", "user.deleted"]


@pytest.mark.cassette("mailer/has_a_welcome_sent.yaml")
def test_has_a_welcome_sent(order_notifications: NotificationClient, recipient: Recipient) -> None:
    NotificationEmails(order_notifications).send_welcome_email(recipient, key="welcome-1")


@pytest.mark.cassette("mailer/has_a_goodbye_sent.yaml")
def test_has_a_goodbye_sent(order_notifications: NotificationClient, recipient: Recipient) -> None:
    NotificationEmails(order_notifications).send_goodbye_email(recipient, key="goodbye-1")


@pytest.fixture
def recipient() -> Recipient:
    return Recipient(id="3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11", email="ada@example.com", name="Ada")
