"""The mailer: says welcome to new users, and goodbye to those who leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import msgspec

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storefront.clients import NotificationClient
    from storefront.events.bus import EventBus
    from storefront.events.event import Event

__all__ = ["EmailEventHandler", "Emails", "NotificationEmails", "Recipient", "UserEvent"]


class Recipient(msgspec.Struct, frozen=True):
    """What the mailer reads of a user."""

    id: str
    email: str
    name: str


class UserEvent(msgspec.Struct, frozen=True):
    """What the mailer reads of an event's message.

    Args:
        id: The event's; the same when it comes again.
        user: Whom to write to.
    """

    id: str
    user: Recipient


class Emails(Protocol):
    """Sends e-mails; the same key is one e-mail, however often it is asked for."""

    def send_welcome_email(self, user: Recipient, *, key: str) -> None:
        """Say welcome."""

    def send_goodbye_email(self, user: Recipient, *, key: str) -> None:
        """Say goodbye."""


class NotificationEmails:
    """E-mails by way of the notifications service.

    Args:
        client: Its client.
    """

    def __init__(self, client: NotificationClient) -> None:
        self._client = client

    def send_welcome_email(self, user: Recipient, *, key: str) -> None:
        """Say welcome.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        self._client.send_welcome(user.email, {"name": user.name}, key=key)

    def send_goodbye_email(self, user: Recipient, *, key: str) -> None:
        """Say goodbye.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        self._client.send_goodbye(user.email, {"name": user.name}, key=key)


class EmailEventHandler:
    """Has e-mails sent on events.

    Args:
        emails: Sends them.
    """

    def __init__(self, emails: Emails) -> None:
        self._emails = emails

    def register(self, bus: EventBus) -> None:
        """Listen to users who come and go, as the subscriber "email"."""
        bus.on("user.created", self._on_created, subscriber="email")
        bus.on("user.deleted", self._on_deleted, subscriber="email")

    def user_created(self, message: Any) -> None:
        """Handle the message of a user who was created: a JSON value."""
        event = msgspec.convert(message, UserEvent)
        self._emails.send_welcome_email(event.user, key=f"welcome-{event.id}")

    def user_deleted(self, message: Any) -> None:
        """Handle the message of a user who was deleted: a JSON value."""
        event = msgspec.convert(message, UserEvent)
        self._emails.send_goodbye_email(event.user, key=f"goodbye-{event.id}")

    def _on_created(self, event: Event, _session: Session) -> None:
        self.user_created(msgspec.to_builtins(event))

    def _on_deleted(self, event: Event, _session: Session) -> None:
        self.user_deleted(msgspec.to_builtins(event))
