"""A contract: what one consumer needs from one provider, and its pact files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.interactions.interaction import Interaction
from pactape.contracts.interactions.messages import MessageInteraction
from pactape.contracts.pacts.handwritten import HandwrittenInteraction
from pactape.contracts.pacts.pact import encode_messages, encode_pacts
from pactape.contracts.participants import ContractParties
from pactape.pactfile.naming import messages_stem, numbered_names, requests_stem

if TYPE_CHECKING:
    from pactape.pactfile.writing import Specification

__all__ = ["Contract", "ContractSummary"]


class ContractSummary(msgspec.Struct, frozen=True, kw_only=True):
    """How recordings became a contract; excluded recordings are not counted.

    Args:
        exchanges: How many recorded exchanges its interactions come from.
        messages: How many recorded messages its messages come from.
        observed: For how many exchanges the fields that the consumer reads are known.
        merged_paths: The operations with an inferred path parameter, each with the number of its recorded paths.
        numbered: The descriptions that only a number makes unique.
        untyped: The media types of responses whose body is not stated, each with the number of interactions.
        unnamed_keys: The keys that are not required because no path can name them, each with the number of
            interactions.
        unstated_messages: How many messages have no stated content, only metadata.
        replaced: How many derived interactions were replaced by handwritten ones.
    """

    exchanges: int = 0
    messages: int = 0
    observed: int = 0
    merged_paths: dict[str, int] = {}
    numbered: tuple[str, ...] = ()
    untyped: dict[str, int] = {}
    unnamed_keys: dict[str, int] = {}
    unstated_messages: int = 0
    replaced: int = 0


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A derived contract.

    Args:
        parties: The consumer and the provider.
        interactions: The derived interactions.
        messages: The derived messages.
        handwritten: Handwritten interactions and messages, in the form of Pact V4.
        summary: How recordings became the contract.
    """

    parties: ContractParties
    interactions: tuple[Interaction, ...] = ()
    messages: tuple[MessageInteraction, ...] = ()
    handwritten: tuple[HandwrittenInteraction, ...] = ()
    summary: ContractSummary = ContractSummary()

    @property
    def exchanges(self) -> int:
        """How many recorded exchanges its interactions come from."""
        return self.summary.exchanges

    @property
    def file_name(self) -> str:
        """The name of its requests' pact file: "<consumer>-<provider>.json"."""
        return f"{requests_stem(self.parties.consumer, self.parties.provider)}.json"

    @property
    def messages_file_name(self) -> str:
        """The name of its messages' pact file: "<consumer>-<provider>.messages.json"."""
        return f"{messages_stem(self.parties.consumer, self.parties.provider)}.json"

    @property
    def file_names(self) -> tuple[str, ...]:
        """The names of the first file of its requests and of its messages, if it has any."""
        kinds = {interaction.is_message for interaction in self.handwritten}
        requests = bool(self.interactions) or False in kinds
        messages = bool(self.messages) or True in kinds
        return (*([self.file_name] if requests else []), *([self.messages_file_name] if messages else []))

    def encode(self, *, specification: Specification = "V4", largest: int = 0) -> dict[str, bytes]:
        """Return the bytes of its pact files by name: one, or several if there are too many interactions.

        Messages have separate files, "<consumer>-<provider>.messages.json": tools that start a mock server from a
        file can't handle both.

        Args:
            specification: The version of the Pact specification.
            largest: How many interactions a file may have; 0 for any number.

        Raises:
            SettingsError: V3 was requested, but can't express a handwritten message.
        """
        requests = [interaction.document for interaction in self.handwritten if not interaction.is_message]
        messages = [interaction.document for interaction in self.handwritten if interaction.is_message]
        files: dict[str, bytes] = {}
        if self.file_name in self.file_names:
            files |= _named_files(
                self.file_name,
                encode_pacts(
                    self.parties,
                    self.interactions,
                    handwritten=requests,
                    specification=specification,
                    largest=largest,
                ),
            )
        if self.messages_file_name in self.file_names:
            files |= _named_files(
                self.messages_file_name,
                encode_messages(
                    self.parties,
                    self.messages,
                    handwritten=messages,
                    specification=specification,
                    largest=largest,
                ),
            )
        return files


def _named_files(first: str, parts: list[bytes]) -> dict[str, bytes]:
    return dict(zip(numbered_names(first.removesuffix(".json"), len(parts)), parts, strict=True))
