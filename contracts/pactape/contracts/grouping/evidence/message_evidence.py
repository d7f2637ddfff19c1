"""Evidence of messages: what the recordings of each message have in common."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.contracts.grouping.evidence.packing import large_number, pack
from pactape.contracts.grouping.evidence.sample_evidence import MOST_CASSETTES
from pactape.contracts.inference.fields import EVERYTHING, ReadFields, read_fields
from pactape.contracts.inference.joined_shape import Shape, response_id
from pactape.exchange import RecordedMessage
from pactape.http_bodies import is_json
from pactape.matching import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pactape.exchange import ProviderState

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
_decode_message = msgspec.msgpack.Decoder(RecordedMessage, ext_hook=large_number).decode


class MessageEvidence(msgspec.Struct, array_like=True, eq=False, kw_only=True):
    """What the recordings of one message have in common; `join` is associative and commutative.

    Args:
        cassettes: The locations of the first messages, as "path#messages[0]", sorted.
        count: The number of recordings.
        packed: The message with the smallest position, which gives the examples, as MessagePack.
        metadata: The names of metadata that every recording has with values of one kind, each with the kind.
        reads: The paths of the fields that are read; None when every field is.
        shape: The shape of all contents.
        test: The smallest node id of the tests; empty if no test is known.
    """

    cassettes: tuple[str, ...]
    count: int
    packed: bytes
    metadata: set[tuple[str, str]]
    reads: set[str] | None
    shape: Shape
    test: str

    @classmethod
    def of(cls, message: RecordedMessage) -> MessageEvidence:
        """Return the evidence of one message, which must not contain secrets."""
        shape = Shape()
        shape.observe(message.content, response_id(message.content))
        return cls(
            cassettes=(message.reference,),
            count=1,
            packed=pack(message),
            metadata={(name, _kind(value)) for name, value in message.metadata.items()},
            reads=None if message.reads is None else set(message.reads),
            shape=shape,
            test=message.provenance.test if message.provenance else "",
        )

    @property
    def first(self) -> RecordedMessage:
        """Return the message with the smallest position, which gives the examples."""
        return _decode_message(self.packed)

    @property
    def fields(self) -> ReadFields:
        """Return the content fields that the consumer reads."""
        return EVERYTHING if self.reads is None else read_fields([tuple(self.reads)])

    def join(self, other: MessageEvidence) -> None:
        """Add the evidence of `other`, which must not be used afterwards."""
        self.count += other.count
        if _order(other.first) < _order(self.first):
            self.packed = other.packed
        self.shape.absorb(other.shape)
        self.reads = None if self.reads is None or other.reads is None else self.reads | other.reads
        self.test = min(filter(None, (self.test, other.test)), default="")
        self.cassettes = tuple(sorted({*self.cassettes, *other.cassettes})[:MOST_CASSETTES])
        self.metadata &= other.metadata


def evidence_of_messages(messages: Iterable[RecordedMessage]) -> MessageEvidence:
    """Return the evidence of one or more recordings of one message."""
    first, *others = map(MessageEvidence.of, messages)
    for other in others:
        first.join(other)
    return first


def as_sent(message: RecordedMessage) -> Message:
    """Return the message in the form that matchers take."""
    return Message(
        contents=msgspec.json.encode(message.content),
        metadata={"contentType": content_type_of(message), **message.metadata},
    )


def message_key(message: RecordedMessage) -> MessageKey:
    """Return the key that all recordings of one message of a contract share."""
    states = [[state.name, state.parameters] for state in states_of(message)]
    return message.description, json.dumps(states, sort_keys=True)


def content_type_of(message: RecordedMessage) -> str:
    """Return the media type in a message's metadata if it is a JSON type; otherwise application/json."""
    media_types = (
        str(value).partition(";")[0].strip().lower()
        for name, value in message.metadata.items()
        if name.lower().replace("-", "").replace("_", "") == "contenttype"
    )
    return next((media_type for media_type in media_types if is_json(media_type)), _JSON)


def states_of(message: RecordedMessage) -> tuple[ProviderState, ...]:
    """Return the provider states in which a message was recorded."""
    return message.provenance.states if message.provenance else ()


def _kind(value: Any) -> str:
    """Return the kind of a JSON value, with those of its members: what a rule by type compares."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{name!r}: {_kind(member)}' for name, member in sorted(value.items()))}}}"
    if isinstance(value, list):
        return f"[{', '.join(sorted(set(map(_kind, value))))}]"
    return "number" if type(value) in {int, float} else type(value).__name__


def _order(message: RecordedMessage) -> tuple[str, int, bytes]:
    return message.cassette, message.index, pack(message)
