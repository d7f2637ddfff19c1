"""The digest: the evidence of a set of recordings; digests can be joined in any order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.grouping.evidence.message_evidence import MessageEvidence, MessageKey, message_key

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.contracts.grouping.evidence.evidence_cache import CassetteEvidence
    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.evidence.sample_evidence import Evidence
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.samples.exclusions import Exclusion
    from pactape.settings import ProviderSettings

__all__ = ["Digest"]


class Digest:
    """The evidence of recordings, by contract and group.

    It keeps one sample per group and counts the others, so it grows with the contracts, not with the number of
    recordings.

    Attributes:
        cassettes: How many recordings were read.
        paths: The recordings that are files, in order.
        with_messages: Those of them that have messages, in order.
        empty: The recordings without an exchange and without a message.
        entries: Fingerprints of each recording's content and the settings it was read with.
        groups: The evidence by contract and group.
        messages: The evidence of each contract's messages.
        exclusions: The exchanges and messages that are excluded.
    """

    def __init__(self) -> None:
        self.cassettes = 0
        self.paths: list[Path] = []
        self.with_messages: list[Path] = []
        self.empty: list[Path] = []
        self.entries: list[str] = []
        self.groups: dict[tuple[ContractParties, ProviderSettings], dict[GroupKey, Evidence]] = {}
        self.messages: dict[ContractParties, dict[MessageKey, MessageEvidence]] = {}
        self.exclusions: list[Exclusion] = []

    def add(self, evidence: CassetteEvidence) -> None:
        """Add the evidence of one recording; the evidence must not be used afterwards."""
        self.cassettes += 1
        for parties, provider, key, of_group in evidence.groups:
            self._add((parties, provider), key, of_group)
        for parties, message in evidence.messages:
            self._add_message(parties, message_key(message), MessageEvidence.of(message))
        self.exclusions += evidence.exclusions

    def join(self, other: Digest) -> None:
        """Add a digest of other recordings; that digest must not be used afterwards."""
        self.cassettes += other.cassettes
        self.paths += other.paths
        self.with_messages += other.with_messages
        self.empty += other.empty
        self.entries += other.entries
        self.exclusions += other.exclusions
        for contract, groups in other.groups.items():
            for key, evidence in groups.items():
                self._add(contract, key, evidence)
        for parties, messages in other.messages.items():
            for message, of_message in messages.items():
                self._add_message(parties, message, of_message)

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
