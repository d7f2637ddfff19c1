"""The accumulator: takes in cassettes one by one and keeps their evidence; those of parts join to the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.contracts.grouping.evidence import Evidence
from pactape.contracts.grouping.evidence_cache import CassetteEvidence, EvidenceCache
from pactape.contracts.grouping.message_evidence import MessageEvidence, MessageKey, message_key
from pactape.contracts.grouping.operations import own_key
from pactape.contracts.samples.reader import SampleReader
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts.grouping.operations import GroupKey
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.samples.exclusions import Exclusion
    from pactape.exchange import RecordedMessage
    from pactape.settings import ProviderSettings, Settings

__all__ = ["Accumulator"]


class Accumulator:
    """What cassettes have shown so far, by contract and group.

    It keeps one sample a group and counts the others, so its size is that of the contracts, however many
    cassettes there are.

    Args:
        settings: The project's settings.
        all_fields: Whether every response field counts as read.

    Attributes:
        cassettes: How many were read.
        paths: Those that were read, in order.
        empty: Those of them that hold no recording.
        entries: What stands for their content, each with the settings that it was read with.
        reader: Reads them again.
        groups: The evidence by contract and group.
        messages: The evidence of each contract's messages.
        exclusions: What takes no part.
    """

    def __init__(self, settings: Settings, *, all_fields: bool = False) -> None:
        self.cassettes = 0
        self.paths: list[Path] = []
        self.empty: list[Path] = []
        self.entries: list[str] = []
        self.groups: dict[tuple[ContractParties, ProviderSettings], dict[GroupKey, Evidence]] = {}
        self.messages: dict[ContractParties, dict[MessageKey, MessageEvidence]] = {}
        self.exclusions: list[Exclusion] = []
        self._scrubbed = ScrubbedCache(settings.cache_folder, ScrubRules.from_settings(settings.scrub))
        self.reader = SampleReader(settings, self._scrubbed, all_fields=all_fields)
        self._cache = EvidenceCache(settings, all_fields=all_fields)

    def read(self, path: Path) -> None:
        """Take in one cassette.

        Raises:
            CassetteFormatError: It can't be read.
        """
        name, evidence = self._cache.find(path)
        if evidence is None:
            evidence = self._analyse(path)
            self._cache.store(name, evidence)
        else:
            self.reader.keep(path)
        self.cassettes += 1
        self.paths.append(path)
        if not (evidence.groups or evidence.messages or evidence.exclusions):
            self.empty.append(path)
        self.entries.append(name)
        for parties, provider, key, of_group in evidence.groups:
            self._add((parties, provider), key, of_group)
        for parties, message in evidence.messages:
            self._add_message(parties, message_key(message), MessageEvidence(message))
        self.exclusions += evidence.exclusions

    def delete_unused(self) -> None:
        """Delete what is cached of cassettes that have not been read: they are gone or have changed."""
        self._cache.delete_unused()
        self._scrubbed.delete_unused()

    def join(self, other: Accumulator) -> None:
        """Take in what another has accumulated, of other cassettes; it is used up by that."""
        self.cassettes += other.cassettes
        self.paths += other.paths
        self.empty += other.empty
        self.entries += other.entries
        self.exclusions += other.exclusions
        for contract, groups in other.groups.items():
            for key, evidence in groups.items():
                self._add(contract, key, evidence)
        for parties, messages in other.messages.items():
            for message, of_message in messages.items():
                self._add_message(parties, message, of_message)

    def _analyse(self, path: Path) -> CassetteEvidence:
        messages: list[tuple[ContractParties, RecordedMessage]] = []
        exclusions: list[Exclusion] = []
        groups: dict[tuple[ContractParties, ProviderSettings, GroupKey], Evidence] = {}
        for part in self.reader.read_parts(path):
            messages += part.messages
            exclusions += part.exclusions
            for each in part.samples:
                group = each.parties, each.provider, own_key(each.sample, each.provider)
                if group in groups:
                    groups[group].add(each.sample)
                else:
                    groups[group] = Evidence(each.sample)
        evidence = [(*group, evidence) for group, evidence in groups.items()]
        return CassetteEvidence(evidence, messages, exclusions)

    def _add(
        self, contract: tuple[ContractParties, ProviderSettings], key: GroupKey, evidence: Evidence
    ) -> None:
        groups = self.groups.setdefault(contract, {})
        if key in groups:
            groups[key].join(evidence)
        else:
            groups[key] = evidence

    def _add_message(self, parties: ContractParties, key: MessageKey, evidence: MessageEvidence) -> None:
        groups = self.messages.setdefault(parties, {})
        if key in groups:
            groups[key].join(evidence)
        else:
            groups[key] = evidence
