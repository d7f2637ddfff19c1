"""A pact file in memory: one model for specification versions 1 to 4, for requests and for messages."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any

import msgspec

from pactape.exchange import ProviderState

__all__ = ["InteractionKind", "Pact", "PactInteraction"]


class InteractionKind(Enum):
    """How consumer and provider communicate; the values are the interaction types of Pact V4."""

    HTTP = "Synchronous/HTTP"
    """A request and its response."""
    MESSAGE = "Asynchronous/Messages"
    """A message of a queue or a topic."""
    SYNCHRONOUS_MESSAGE = "Synchronous/Messages"
    """A request and its responses, as messages."""


class PactInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """One interaction or message of a pact file.

    Args:
        consumer: The consumer's name.
        provider: The provider's name.
        description: The interaction's description.
        states: The provider states it needs, in order; states without a name require nothing and are dropped.
        kind: HTTP, or one of the two kinds of messages.
        document: The interaction as the file has it, decoded JSON.
        version: The major version of the Pact specification, 1 to 4.
        pending: Whether a failure doesn't fail the provider's build yet.
        cassettes: The recordings it was derived from, as "path#index"; empty when it was written by hand.
    """

    consumer: str
    provider: str
    description: str
    states: tuple[ProviderState, ...]
    kind: InteractionKind
    document: dict[str, Any]
    version: int
    pending: bool = False
    cassettes: tuple[str, ...] = ()

    @property
    def is_message(self) -> bool:
        """Whether it is a message and not an HTTP request."""
        return self.kind is not InteractionKind.HTTP


class Pact(msgspec.Struct, frozen=True, kw_only=True):
    """A pact file.

    Args:
        consumer: The consumer's name.
        provider: The provider's name.
        interactions: Its requests and its messages, in the file's order; may be empty.
        version: The major version of the Pact specification, 1 to 4.
        data: The file's bytes.
        path: The file; None when the pact was not read from one.
    """

    consumer: str
    provider: str
    interactions: tuple[PactInteraction, ...]
    version: int
    data: bytes
    path: Path | None = None
