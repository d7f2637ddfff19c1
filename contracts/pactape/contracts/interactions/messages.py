"""Contracts on messages: what recordings show of each message, and what its consumer needs of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence import MOST_CASSETTES
from pactape.contracts.inference.fields import EVERYTHING, ReadFields, read_fields
from pactape.contracts.inference.rules import Rule, all_of, expect
from pactape.contracts.inference.shape import Shape
from pactape.contracts.interactions.interaction import Content
from pactape.exchange import ProviderState, RecordedMessage
from pactape.http_bodies import strings_in
from pactape.matching import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = [
    "MessageEvidence",
    "MessageInteraction",
    "MessageKey",
    "as_sent",
    "evidence_of_messages",
    "message_key",
    "messages_of",
]

#: The description and the provider states.
MessageKey = tuple[str, str]
_JSON = "application/json"


class MessageInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """A message that the provider sends in given states, and what the consumer needs of it.

    Args:
        description: What the message is about, unique in the contract together with the states.
        states: In the order in which they are set up.
        content: What is needed of its content.
        metadata: An example of each name that always comes with it.
        metadata_rules: A matching rule for each of them.
        tests: The node ids of the tests it comes from, sorted.
        cassettes: The recordings it comes from, sorted, as "path#messages[0]".
        recorded: The message that gives the examples, without secrets.
    """

    description: str
    states: tuple[ProviderState, ...]
    content: Content
    metadata: dict[str, str]
    metadata_rules: dict[str, Rule]
    tests: tuple[str, ...]
    cassettes: tuple[str, ...]
    recorded: RecordedMessage


class MessageEvidence:
    """What the recordings of one message have in common; joining is associative and commutative.

    Args:
        message: The first of them, without secrets.

    Attributes:
        first: The message with the smallest place: it gives the examples.
        shape: The shape of all contents.
        reads: The paths of the fields that are read; None when every field is.
        test: The first of the tests' node ids; empty when no test is known.
        cassettes: Where the first messages stand, as "path#messages[0]", sorted.
        metadata: The names that came with every one.
    """

    __slots__ = ("cassettes", "first", "metadata", "reads", "shape", "test")

    def __init__(self, message: RecordedMessage) -> None:
        self.first = message
        self.shape = Shape()
        self.shape.observe(message.content)
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
        if _place(other.first) < _place(self.first):
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
        contents=msgspec.json.encode(message.content), metadata={"contentType": _JSON, **message.metadata}
    )


def message_key(message: RecordedMessage) -> MessageKey:
    """What makes several recordings one message of a contract."""
    states = [[each.name, each.parameters] for each in _states(message)]
    return message.description, json.dumps(states, sort_keys=True)


def messages_of(groups: Mapping[MessageKey, MessageEvidence]) -> Iterator[MessageInteraction]:
    """The messages that the evidence supports, in the order of their keys."""
    for _, evidence in sorted(groups.items(), key=lambda each: each[0]):
        first = evidence.first
        expectation = expect(evidence.shape, first.content, evidence.fields, known=_known(first))
        names = sorted(evidence.metadata)
        yield MessageInteraction(
            description=first.description,
            states=_states(first),
            content=Content(
                media_type=_JSON,
                example=expectation.example,
                rules=dict(sorted(expectation.rules.items())),
            ),
            metadata={name: first.metadata[name] for name in names},
            metadata_rules={name: all_of({"match": "type"}) for name in names},
            tests=(evidence.test,) if evidence.test else (),
            cassettes=evidence.cassettes,
            recorded=first,
        )


def _place(message: RecordedMessage) -> tuple[str, int]:
    return message.cassette, message.index


def _states(message: RecordedMessage) -> tuple[ProviderState, ...]:
    return message.provenance.states if message.provenance else ()


def _known(message: RecordedMessage) -> frozenset[str]:
    """The texts that its provider states name."""
    return frozenset(text for state in _states(message) for text in strings_in(state.parameters))
