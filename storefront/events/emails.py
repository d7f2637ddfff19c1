"""The mailer: sends welcome and farewell e-mails."""

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
    """The fields of a user that the mailer reads."""

    id: str
    email: str
    name: str


class UserEvent(msgspec.Struct, frozen=True):
    """The fields of an event's message that the mailer reads.

    Args:
        id: The event's id, the same for each delivery.
        user: The recipient.
    """

    id: str
    user: Recipient


class Emails(Protocol):
    """Sends e-mails, once for each key."""

    def send_welcome_email(self, user: Recipient, *, key: str) -> None:
        """Send the welcome e-mail."""

    def send_goodbye_email(self, user: Recipient, *, key: str) -> None:
        """Send the farewell e-mail."""


class NotificationEmails:
    """Sends e-mails through the notifications service.

    Args:
        client: Its client.
    """

    def __init__(self, client: NotificationClient) -> None:
        self._client = client

    def send_welcome_email(self, user: Recipient, *, key: str) -> None:
        """Send the welcome e-mail.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        self._client.send_welcome(user.email, {"name": user.name}, key=key)

    def send_goodbye_email(self, user: Recipient, *, key: str) -> None:
        """Send the farewell e-mail.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        self._client.send_goodbye(user.email, {"name": user.name}, key=key)


class EmailEventHandler:
    """Sends e-mails on user events.

    Args:
        emails: Sends them.
    """

    def __init__(self, emails: Emails) -> None:
        self._emails = emails

    def register(self, bus: EventBus) -> None:
        """Subscribe to created and deleted users as "email"."""
        bus.on("user.created", self._on_created, subscriber="email")
        bus.on("user.deleted", self._on_deleted, subscriber="email")

    def user_created(self, message: Any) -> None:
        """Handle the JSON message of a created user."""
        event = msgspec.convert(message, UserEvent)
        self._emails.send_welcome_email(event.user, key=f"welcome-{event.id}")

    def user_deleted(self, message: Any) -> None:
        """Handle the JSON message of a deleted user."""
        event = msgspec.convert(message, UserEvent)
        self._emails.send_goodbye_email(event.user, key=f"goodbye-{event.id}")

    def _on_created(self, event: Event, _session: Session) -> None:
        self.user_created(msgspec.to_builtins(event))

    def _on_deleted(self, event: Event, _session: Session) -> None:
        self.user_deleted(msgspec.to_builtins(event))
