"""Builds message interactions: the content and metadata that the consumer needs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.contracts.grouping.evidence.message_evidence import (
    MessageEvidence,
    MessageKey,
    content_type_of,
    states_of,
)
from pactape.contracts.inference.rules import Rule, all_of, expect
from pactape.contracts.interactions.interaction import Content
from pactape.exchange import ProviderState, RecordedMessage
from pactape.http_bodies import strings_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pactape.contracts.inference.rules import Expectation

__all__ = ["MessageInteraction", "content_expectation", "messages_of"]


class MessageInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """A message that the provider sends in given states, and the content that the consumer needs.

    Args:
        description: The subject of the message; description and states together are unique in the contract.
        states: In the order in which they are set up.
        content: The content that the consumer needs; None if no field was read, or nothing can be stated.
        metadata: An example value of each name that every message has.
        metadata_rules: A matching rule for each name.
        tests: The node ids of its tests, sorted.
        cassettes: Its recordings as "path#messages[0]", sorted.
        recorded: The message that gives the examples, without secrets.
    """

    description: str
    states: tuple[ProviderState, ...]
    content: Content | None
    metadata: dict[str, Any]
    metadata_rules: dict[str, Rule]
    tests: tuple[str, ...]
    cassettes: tuple[str, ...]
    recorded: RecordedMessage


def messages_of(groups: Mapping[MessageKey, MessageEvidence]) -> Iterator[MessageInteraction]:
    """Return the messages that the evidence supports, in the order of their keys."""
    for _, evidence in sorted(groups.items(), key=lambda item: item[0]):
        first = evidence.first
        names = sorted(name for name, _ in evidence.metadata)
        yield MessageInteraction(
            description=first.description,
            states=states_of(first),
            content=_content(evidence),
            metadata={name: first.metadata[name] for name in names},
            metadata_rules={name: all_of({"match": "type"}) for name in names},
            tests=(evidence.test,) if evidence.test else (),
            cassettes=evidence.cassettes,
            recorded=first,
        )


def content_expectation(evidence: MessageEvidence) -> Expectation | None:
    """Return the expectation of a message's content; None if no field was read, or nothing can be stated.

    An empty text can't be stated, because matchers take it for a missing content.
    """
    first = evidence.first
    if evidence.fields.is_nothing or not evidence.shape.can_be_example or first.content == "":
        return None
    return expect(evidence.shape, first.content, evidence.fields, consumer_texts=_state_texts(first))


def _content(evidence: MessageEvidence) -> Content | None:
    expectation = content_expectation(evidence)
    if expectation is None:
        return None
    return Content(
        media_type=content_type_of(evidence.first),
        example=expectation.example,
        rules=dict(sorted(expectation.rules.items())),
    )


def _state_texts(message: RecordedMessage) -> frozenset[str]:
    """Return the texts in the message's provider states."""
    return frozenset(text for state in states_of(message) for text in strings_in(state.parameters))
