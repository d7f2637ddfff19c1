"""Evidence of messages: what the recordings of each message have in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence import MOST_CASSETTES
from pactape.contracts.inference.fields import EVERYTHING, ReadFields, read_fields
from pactape.contracts.inference.shape import Shape, answer_id
from pactape.http_bodies import is_json
from pactape.matching import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import ProviderState, RecordedMessage

__all__ = [
    "MessageEvidence",
    "MessageKey",
    "as_sent",
    "content_type_of",
    "evidence_of_messages",
    "message_key",
    "states_of",
]

#: The description and the provider states.
MessageKey = tuple[str, str]
_JSON = "application/json"


class MessageEvidence:
    """What the recordings of one message have in common; joining is associative and commutative.

    Args:
        message: The first of them, without secrets.

    Attributes:
        count: How many recordings there were.
        first: The message with the smallest place: it gives the examples.
        shape: The shape of all contents.
        reads: The paths of the fields that are read; None when every field is.
        test: The first of the tests' node ids; empty when no test is known.
        cassettes: Where the first messages stand, as "path#messages[0]", sorted.
        metadata: The names that came with every one.
    """

    __slots__ = ("cassettes", "count", "first", "metadata", "reads", "shape", "test")

    def __init__(self, message: RecordedMessage) -> None:
        self.first = message
        self.count = 1
        self.shape = Shape()
        self.shape.observe(message.content, answer_id(message.content))
        self.reads = None if message.reads is None else set(message.reads)
        self.test = message.provenance.test if message.provenance else ""
        self.cassettes: tuple[str, ...] = (message.place,)
        self.metadata = set(message.metadata)

    @property
    def fields(self) -> ReadFields:
        """What the consumer reads of the contents."""
        return EVERYTHING if self.reads is None else read_fields([tuple(self.reads)])

    def join(self, other: MessageEvidence) -> None:
        """Add all that `other` has shown; it is used up by that."""
        self.count += other.count
        if _position(other.first) < _position(self.first):
            self.first = other.first
        self.shape.absorb(other.shape)
        self.reads = None if self.reads is None or other.reads is None else self.reads | other.reads
        self.test = min(filter(None, (self.test, other.test)), default="")
        self.cassettes = tuple(sorted({*self.cassettes, *other.cassettes})[:MOST_CASSETTES])
        self.metadata &= other.metadata


def evidence_of_messages(messages: Iterable[RecordedMessage]) -> MessageEvidence:
    """What several recordings of one message have shown; at least one."""
    first, *others = map(MessageEvidence, messages)
    for other in others:
        first.join(other)
    return first


def as_sent(message: RecordedMessage) -> Message:
    """The message as a matcher takes it."""
    return Message(
        contents=msgspec.json.encode(message.content),
        metadata={"contentType": content_type_of(message), **message.metadata},
    )


def message_key(message: RecordedMessage) -> MessageKey:
    """What makes several recordings one message of a contract."""
    states = [[each.name, each.parameters] for each in states_of(message)]
    return message.description, json.dumps(states, sort_keys=True)


def content_type_of(message: RecordedMessage) -> str:
    """Return the media type that a message's metadata state, if that is JSON; else application/json."""
    stated = (
        str(value).partition(";")[0].strip().lower()
        for name, value in message.metadata.items()
        if name.lower().replace("-", "").replace("_", "") == "contenttype"
    )
    return next((each for each in stated if is_json(each)), _JSON)


def states_of(message: RecordedMessage) -> tuple[ProviderState, ...]:
    """Return the provider states in which a message was recorded."""
    return message.provenance.states if message.provenance else ()


def _position(message: RecordedMessage) -> tuple[str, int]:
    return message.cassette, message.index
