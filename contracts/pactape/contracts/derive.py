"""The chain from cassettes to contracts: read, leave out, group, join, expect."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.finder import find_cassettes
from pactape.cassettes.format.reading import collection_paused
from pactape.contracts.grouping.accumulator import Accumulator
from pactape.contracts.grouping.final_keys import join_by_final_key
from pactape.contracts.grouping.known_routes import RouteKnowledge
from pactape.contracts.interactions.descriptions import descriptions
from pactape.contracts.interactions.expectations import interactions_of
from pactape.contracts.interactions.interaction import Interaction
from pactape.contracts.interactions.messages import MessageInteraction, messages_of
from pactape.contracts.pacts.handwritten import HandwrittenInteraction, read_handwritten
from pactape.contracts.pacts.merging import merge_handwritten, merge_handwritten_messages
from pactape.contracts.pacts.pact import encode_messages, encode_pacts
from pactape.contracts.participants import ContractParties, provider_for
from pactape.contracts.samples.exclusions import Exclusion
from pactape.errors import SettingsError
from pactape.pactfile.naming import messages_stem, numbered_names, requests_stem

if TYPE_CHECKING:
    from pactape.contracts.grouping.evidence import Evidence
    from pactape.contracts.grouping.message_evidence import MessageEvidence, MessageKey
    from pactape.contracts.grouping.operations import GroupKey
    from pactape.pactfile.writing import Specification
    from pactape.settings import ProviderSettings, Settings

__all__ = ["Contract", "Derivation", "conclude", "derive", "provider_for"]


class Contract(msgspec.Struct, frozen=True, kw_only=True):
    """A derived contract.

    Args:
        parties: The consumer and the provider.
        interactions: Those that were derived.
        exchanges: How many recorded exchanges they come from.
        messages: Those that were derived.
        written: Those that stand in it as somebody wrote them, in the form of Pact V4; messages, too.
    """

    parties: ContractParties
    interactions: tuple[Interaction, ...]
    exchanges: int
    messages: tuple[MessageInteraction, ...] = ()
    written: tuple[HandwrittenInteraction, ...] = ()

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
        """The names of the first files of its requests, and of its messages, as far as it has any."""
        kinds = {each.is_message for each in self.written}
        requests = bool(self.interactions) or False in kinds
        messages = bool(self.messages) or True in kinds
        return (*([self.file_name] if requests else []), *([self.messages_file_name] if messages else []))

    def encoded(self, *, specification: Specification = "V4", largest: int = 0) -> dict[str, bytes]:
        """The bytes of its pact files by name: of one file, unless there are more interactions than fit in.

        Messages have files of their own, "<consumer>-<provider>.messages.json": tools that start a mock server
        from a file can't do so with both.

        Args:
            specification: The version of the Pact specification.
            largest: How many interactions a file may have; 0 for any number.

        Raises:
            SettingsError: V3 is asked for, and it has no form for a message that somebody wrote.
        """
        requests = [each.document for each in self.written if not each.is_message]
        messages = [each.document for each in self.written if each.is_message]
        files: dict[str, bytes] = {}
        if self.file_name in self.file_names:
            files |= _named(
                self.file_name,
                encode_pacts(
                    self.parties,
                    self.interactions,
                    written=requests,
                    specification=specification,
                    largest=largest,
                ),
            )
        if self.messages_file_name in self.file_names:
            files |= _named(
                self.messages_file_name,
                encode_messages(
                    self.parties,
                    self.messages,
                    written=messages,
                    specification=specification,
                    largest=largest,
                ),
            )
        return files


def _named(first: str, parts: list[bytes]) -> dict[str, bytes]:
    return dict(zip(numbered_names(first.removesuffix(".json"), len(parts)), parts, strict=True))


class Derivation(msgspec.Struct, frozen=True, kw_only=True):
    """All contracts that a project's recordings give, and what took no part.

    Args:
        cassettes: How many cassettes were read.
        contracts: In the order of consumer and provider.
        exclusions: In the order of cassette and index.
    """

    cassettes: int
    contracts: tuple[Contract, ...]
    exclusions: tuple[Exclusion, ...]


def derive(settings: Settings, *, all_fields: bool = False) -> Derivation:
    """Derive the contracts of a project from all its cassettes; nothing is written.

    Args:
        settings: The project's settings.
        all_fields: Whether contracts hold every recorded response field, and not only those that are read.

    Raises:
        CassetteFormatError: There is no cassette, or one can't be read.
        SettingsError: Two contracts would share a file, or an OpenAPI document can't be used.
        PactFormatError: A hand-written pact file can't be read.
        ContradictionError: What is written by hand contradicts something else.
    """
    accumulator = Accumulator(settings, all_fields=all_fields)
    with collection_paused():
        for path in find_cassettes(settings):
            accumulator.read(path)
        accumulator.delete_unused()
        derivation = conclude(accumulator, settings)
        del accumulator  # before the garbage collector is back, who would look through it
    return derivation


def conclude(accumulator: Accumulator, settings: Settings) -> Derivation:
    """The contracts that follow from what has been gathered, which is used up by that, and what people wrote.

    Raises:
        SettingsError: Two contracts would share a file.
        PactFormatError: A hand-written pact file can't be read.
        ContradictionError: What is written by hand contradicts something else.
    """
    written = read_handwritten(settings)
    contracts = [
        _contract(parties, provider, groups, settings, written=tuple(written.get(parties, ())))
        for (parties, provider), groups in accumulator.groups.items()
    ]
    others = {*accumulator.messages, *written} - {each.parties for each in contracts}
    contracts += [
        Contract(parties=parties, interactions=(), exchanges=0, written=tuple(written.get(parties, ())))
        for parties in others
    ]
    contracts = [_with_messages(each, accumulator.messages.get(each.parties, {})) for each in contracts]
    _refuse_equal_files(contracts, settings)
    return Derivation(
        cassettes=accumulator.cassettes,
        contracts=tuple(sorted(contracts, key=lambda each: each.parties)),
        exclusions=tuple(sorted(accumulator.exclusions)),
    )


def _with_messages(contract: Contract, groups: dict[MessageKey, MessageEvidence]) -> Contract:
    messages = merge_handwritten_messages(messages_of(groups), contract.written)
    return msgspec.structs.replace(contract, messages=tuple(messages))


def _contract(
    parties: ContractParties,
    provider: ProviderSettings,
    groups: dict[GroupKey, Evidence],
    settings: Settings,
    *,
    written: tuple[HandwrittenInteraction, ...],
) -> Contract:
    final = join_by_final_key(groups, RouteKnowledge(settings).of(provider))
    phrases = descriptions(final)
    derived = (
        interaction
        for key, evidence in sorted(final.items(), key=_by_key)
        for interaction in interactions_of(
            evidence,
            provider,
            description=phrases[key],
            typed_optionals=settings.typed_optionals,
            enumerations=settings.sampled_enumerations,
        )
    )
    return Contract(
        parties=parties,
        interactions=tuple(merge_handwritten(derived, written)),
        exchanges=sum(each.count for each in final.values()),
        written=written,
    )


def _by_key(item: tuple[GroupKey, Evidence]) -> GroupKey:
    return item[0]


def _refuse_equal_files(contracts: list[Contract], settings: Settings) -> None:
    for name, count in Counter(contract.file_name for contract in contracts).items():
        if count > 1:
            raise SettingsError(
                f"{count} contracts would be written to {name}",
                where=settings.root / "pyproject.toml",
                remedy="give each provider in [tool.pactape.providers] a name of its own",
            )
