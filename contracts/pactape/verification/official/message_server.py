"""A loopback server that the official verifier asks for the provider's messages.

A function that fails is answered with 422 and remembered.
"""

from __future__ import annotations

import base64
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import ProviderMessageError
from pactape.serving import in_background
from pactape.verification.message_factories import check_message, message_of
from pactape.verification.official.loopback_server import LoopbackServer, Reply

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.matching import Message
    from pactape.verification.message_factories import Messages

__all__ = ["MessageServer", "running_message_server"]

_JSON = "application/json"


class MessageServer(LoopbackServer):
    """Has messages made on request.

    Attributes:
        failures: The errors of the functions that failed, in order.
    """

    def __init__(self, messages: Messages) -> None:
        super().__init__()
        self.messages = messages
        self.failures: list[ProviderMessageError] = []

    def reply(self, message: dict[str, Any]) -> Reply:
        """Answer with the message that is asked for, its metadata in a header, as Pact sends them."""
        try:
            made = _made(str(message.get("description")), self.messages)
        except ProviderMessageError as error:
            self.failures.append(error)
            return Reply(status=422)
        headers = {
            "Content-Type": str(made.metadata.get("contentType", _JSON)),
            "Pact-Message-Metadata": base64.b64encode(msgspec.json.encode(made.metadata)).decode(),
        }
        return Reply(status=200, headers=headers, body=made.contents)


def _made(description: str, messages: Messages) -> Message:
    check_message(description, messages)
    try:
        return message_of(messages[description]())
    except Exception as error:
        raise ProviderMessageError(
            f"the function of the message {description!r} failed: {type(error).__name__}: {error}",
            remedy="mend it; it gives a JSON value, bytes, or a pactape.matching.Message",
        ) from error


@contextmanager
def running_message_server(messages: Messages) -> Iterator[MessageServer]:
    """A message server on a free loopback port, for as long as the context lasts."""
    server = MessageServer(messages)
    with in_background(server, name="pactape-messages"):
        yield server
