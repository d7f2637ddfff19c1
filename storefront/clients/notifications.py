"""The client of the notifications API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from pactape_clients import RestClient

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Message", "NotificationClient"]


class Message(msgspec.Struct, frozen=True, rename="camel"):
    """An accepted message."""

    message_id: str
    kind: str
    content: dict[str, str]


class _MessagePage(msgspec.Struct, frozen=True):
    items: tuple[Message, ...]


class NotificationClient(RestClient):
    """The notifications API; takes the arguments of `RestClient`."""

    def show_success(self, recipient: str, message: str, *, key: str) -> Message:
        """Show a success message on the recipient's screen.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "screen", "success", {"message": message}, key=key)

    def show_error(self, recipient: str, message: str, *, key: str) -> Message:
        """Show an error message on the recipient's screen.

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
        """Send the e-mail that explains why an order failed.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "email", "order-failure", content, key=key)

    def send_error_notification(self, recipient: str, content: Mapping[str, str], *, key: str) -> Message:
        """Send the e-mail that explains why a distributed order was rolled back.

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
        """Send the farewell e-mail to a deleted user.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._notify(recipient, "email", "goodbye", content, key=key)

    def messages_to(self, recipient: str) -> tuple[Message, ...]:
        """Return the messages of a recipient, the oldest first.

        Raises:
            ClientError: As for `RestClient.get`.
        """
        page = self.get("/messages", query={"recipient": recipient}, returns=_MessagePage)
        return page.items

    def _notify(
        self, recipient: str, channel: str, kind: str, content: Mapping[str, str], *, key: str
    ) -> Message:
        body = {"recipient": recipient, "channel": channel, "kind": kind, "content": content}
        return self.post("/messages", json=body, idempotency_key=key, returns=Message)
