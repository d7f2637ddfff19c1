"""Messages: what a test receives from a queue or a topic is recorded, and given again while replaying."""

from __future__ import annotations

import threading
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import BadInputError, NoMatchError
from pactape.exchange import RecordedMessage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pactape.cassettes.replay.cassette import Tape

__all__ = ["Inbox", "ReceivedMessage", "receive"]


class ReceivedMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A message as the code under test gets it.

    Args:
        content: A JSON value.
        metadata: What comes with the content, JSON values by name.
    """

    content: Any
    metadata: dict[str, Any] = {}

    @property
    def body(self) -> bytes:
        """The content as JSON, for code that parses it by itself; all of it counts as read."""
        return msgspec.json.encode(self.content)


class Inbox:
    """The messages of one cassette; each is given once, in the order in which they were recorded.

    Args:
        recorded: Those that the cassette's file holds.
    """

    def __init__(self, recorded: Iterable[RecordedMessage] = ()) -> None:
        self.messages = list(recorded)
        self.reads: dict[int, tuple[str, ...] | None] = {}
        self._held = len(self.messages)
        self._given: set[int] = set()
        self._lock = threading.Lock()

    @property
    def recorded(self) -> tuple[RecordedMessage, ...]:
        """Those that came now, with what was read of them."""
        return tuple(
            msgspec.structs.replace(each, reads=self.reads.get(place))
            for place, each in enumerate(self.messages)
            if place >= self._held
        )

    @property
    def was_read(self) -> bool:
        """Whether any message was given."""
        return bool(self._given)

    def take(self, description: str, *, provider: str) -> int | None:
        """The place of the next message of this description from this provider; None when there is none left."""
        with self._lock:
            for place, each in enumerate(self.messages):
                if place not in self._given and (each.description, each.provider) == (description, provider):
                    self._given.add(place)
                    return place
        return None

    def add(self, message: RecordedMessage) -> int:
        """Record a message that is given just now; gives its place."""
        with self._lock:
            self.messages.append(message)
            place = len(self.messages) - 1
            self._given.add(place)
            return place

    def unplayed(self) -> list[str]:
        """What the file held and nobody received, as "messages[3]: a user was created"."""
        return [
            f"messages[{place}]: {each.description}"
            for place, each in enumerate(self.messages[: self._held])
            if place not in self._given
        ]


def receive(
    tape: Tape, description: str, *, provider: str, live: Callable[[], object] | None
) -> tuple[int, ReceivedMessage]:
    """The next message of a cassette, or while recording a live one.

    Args:
        tape: The cassette in use.
        description: What the message is about.
        provider: The key of the provider that sends it.
        live: Receives a real one: gives a JSON value, its bytes, or a `ReceivedMessage`.

    Returns:
        Its place in the cassette, and the message.

    Raises:
        NoMatchError: The cassette has none left, and may not record.
        BadInputError: There is nothing to record from, or what came is no JSON.
    """
    tape.ready()
    place = tape.inbox.take(description, provider=provider)
    if place is None:
        if tape.replays_only:
            raise tape.missed(_no_message(tape, description, provider))
        message = _received(live, description)
        recorded = RecordedMessage(
            description=description, provider=provider, content=message.content, metadata=message.metadata
        )
        place = tape.inbox.add(recorded)
        tape.dirty = True
        return place, message
    found = tape.inbox.messages[place]
    own = deepcopy(found.content)  # to change as the test likes
    return place, ReceivedMessage(content=own, metadata=dict(found.metadata))


def _received(live: Callable[[], object] | None, description: str) -> ReceivedMessage:
    if live is None:
        raise BadInputError(
            f"nothing says where the message {description!r} comes from while recording",
            remedy="give receive_message the argument `live`: a function that receives a real one",
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
            f"the message {description!r} is no JSON ({error})",
            remedy="have `live` give a JSON value or its bytes; other messages can't be recorded",
        ) from None


def _no_message(tape: Tape, description: str, provider: str) -> NoMatchError:
    held = [f"  - {each.description} (from {each.provider})" for each in tape.inbox.messages]
    if not tape.file.is_file():
        found = "there is no such file"
    elif not held:
        found = "it holds no message"
    else:
        found = "it holds these messages, each is given once\n" + "\n".join(held)
    return NoMatchError(
        f"no recorded message is {description!r} from {provider}\n"
        f"cassette {tape.file}: {found}\n"
        f"To record it again: pytest --pactape-record all{tape.test and f' {tape.test}'}"
    )
