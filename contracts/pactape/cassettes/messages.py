"""Records the messages that a test receives from a queue or a topic, and replays them."""

from __future__ import annotations

import threading
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import BadInputError, NoMatchError
from pactape.exchange import RecordedMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

__all__ = ["MessageQueue", "ReceivedMessage", "no_message"]


class ReceivedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the code under test receives it.

    Args:
        content: A JSON value.
        metadata: Metadata of the message: JSON values by name.
    """

    content: Any
    metadata: dict[str, Any] = {}

    @property
    def body(self) -> bytes:
        """The content as JSON, for code that parses it itself; all of it counts as read."""
        return msgspec.json.encode(self.content)


class MessageQueue:
    """The messages of one cassette; each is received once, in the order in which they were recorded.

    Args:
        recorded: The messages in the cassette's file.

    Attributes:
        messages: The recorded messages, and those received live.
        reads: The fields that the test read of a message, by its index; None for all fields.
    """

    def __init__(self, recorded: Iterable[RecordedMessage] = ()) -> None:
        self.messages = list(recorded)
        self.reads: dict[int, tuple[str, ...] | None] = {}
        self._recorded_count = len(self.messages)
        self._received: set[int] = set()
        self._lock = threading.Lock()

    @property
    def new_messages(self) -> tuple[RecordedMessage, ...]:
        """Return the messages received live, with the fields that were read."""
        return tuple(
            msgspec.structs.replace(message, reads=self.reads.get(index))
            for index, message in enumerate(self.messages)
            if index >= self._recorded_count
        )

    @property
    def any_received(self) -> bool:
        """Whether any message was received."""
        return bool(self._received)

    def receive_recorded(self, description: str, *, provider: str) -> tuple[int, ReceivedMessage] | None:
        """Return the index and a copy of the next message with this description; None if all have been replayed."""
        with self._lock:
            for index, message in enumerate(self.messages):
                if index not in self._received and (message.description, message.provider) == (
                    description,
                    provider,
                ):
                    self._received.add(index)
                    content = deepcopy(message.content)  # the test may change it
                    return index, ReceivedMessage(content=content, metadata=dict(message.metadata))
        return None

    def receive_live(
        self, description: str, *, provider: str, live: Callable[[], object] | None
    ) -> tuple[int, ReceivedMessage]:
        """Receive a real message and record it.

        Args:
            description: The subject of the message.
            provider: The key of the provider that sends it.
            live: Receives it; returns a JSON value, its bytes, or a `ReceivedMessage`.

        Raises:
            BadInputError: `live` is missing, or the received content is not JSON.
        """
        message = _receive(live, description)
        message_to_record = RecordedMessage(
            description=description, provider=provider, content=message.content, metadata=message.metadata
        )
        with self._lock:
            self.messages.append(message_to_record)
            index = len(self.messages) - 1
            self._received.add(index)
        return index, message

    def unplayed(self) -> list[str]:
        """Return the recorded messages that were not received, as "messages[3]: a user was created"."""
        return [
            f"messages[{index}]: {message.description}"
            for index, message in enumerate(self.messages[: self._recorded_count])
            if index not in self._received
        ]


def no_message(
    queue: MessageQueue, description: str, *, provider: str, path: Path, is_missing: bool, test: str
) -> NoMatchError:
    """Return the error for a message that is missing from a cassette.

    Args:
        queue: The cassette's messages.
        description: The subject of the message.
        provider: The key of the provider that sends it.
        path: The cassette's file.
        is_missing: Whether the file does not exist.
        test: The node id of the test; empty if unknown.
    """
    lines = [f"  - {message.description} (from {message.provider})" for message in queue.messages]
    if is_missing:
        contents = "the file does not exist"
    elif not lines:
        contents = "it contains no message"
    else:
        contents = "it contains these messages, each of which is received once\n" + "\n".join(lines)
    return NoMatchError(
        f"no recorded message is {description!r} from {provider}\n"
        f"cassette {path}: {contents}\n"
        f"Fix: record it again with pytest --pactape-record all{test and f' {test}'}"
    )


def _receive(live: Callable[[], object] | None, description: str) -> ReceivedMessage:
    if live is None:
        raise BadInputError(
            f"the message {description!r} can't be recorded: receive_message has no argument `live`",
            remedy="give receive_message the argument `live`: a function that receives a real message",
        )
    came = live()
    message = came if isinstance(came, ReceivedMessage) else ReceivedMessage(content=came)
    try:
        data = message.content
        data = bytes(data) if isinstance(data, bytes | bytearray) else msgspec.json.encode(data)
        metadata = msgspec.json.decode(msgspec.json.encode(message.metadata), type=dict[str, Any])
        return ReceivedMessage(content=msgspec.json.decode(data), metadata=metadata)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInputError(
            f"the message {description!r} is not valid JSON ({error})",
            remedy="let `live` return a JSON value or its bytes; other messages can't be recorded",
        ) from None
