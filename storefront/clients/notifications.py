"""The notifications' client."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from pactape_clients import RestClient

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Message", "NotificationClient"]


class Message(msgspec.Struct, frozen=True, rename="camel"):
    """A message that was accepted."""

    message_id: str
    kind: str
    content: dict[str, str]


class _Found(msgspec.Struct, frozen=True):
    items: tuple[Message, ...]


class NotificationClient(RestClient):
    """The notifications over REST; arguments as for `RestClient`."""

    def show_success(self, recipient: str, message: str, *, key: str) -> Message:
        """Tell somebody on the screen that all went well.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "screen", "success", {"message": message}, key=key)

    def show_error(self, recipient: str, message: str, *, key: str) -> Message:
        """Tell somebody on the screen that something went wrong.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "screen", "error", {"message": message}, key=key)

    def send_order_confirmation(self, recipient: str, content: Mapping[str, str], *, key: str) -> Message:
        """Send the e-mail that confirms an order.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "email", "order-confirmation", content, key=key)

    def send_order_failure(self, recipient: str, content: Mapping[str, str], *, key: str) -> Message:
        """Send the e-mail that says why an order failed.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "email", "order-failure", content, key=key)

    def send_error_notification(self, recipient: str, content: Mapping[str, str], *, key: str) -> Message:
        """Send the e-mail that says why a distributed order was undone.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "email", "order-error", content, key=key)

    def send_welcome(self, recipient: str, content: Mapping[str, str], *, key: str) -> Message:
        """Send the e-mail that welcomes a user.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "email", "welcome", content, key=key)

    def send_goodbye(self, recipient: str, content: Mapping[str, str], *, key: str) -> Message:
        """Send the e-mail that a user who leaves gets.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "email", "goodbye", content, key=key)

    def messages_to(self, recipient: str) -> tuple[Message, ...]:
        """The messages to somebody, the oldest first.

        Raises:
            ClientError: As for `RestClient.get`.
        """
        found = self.get("/messages", query={"recipient": recipient}, returns=_Found)
        return found.items

    def _notify(
        self, recipient: str, channel: str, kind: str, content: Mapping[str, str], *, key: str
    ) -> Message:
        body = {"recipient": recipient, "channel": channel, "kind": kind, "content": content}
        return self.post("/messages", json=body, idempotency_key=key, returns=Message)
