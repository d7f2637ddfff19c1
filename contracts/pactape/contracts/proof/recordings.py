"""Proves drafts with their recordings: each is read again and matched against the interaction derived from it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

import msgspec

from pactape.contracts.grouping.evidence.operations import own_key
from pactape.contracts.interactions.expected_request import expected_request
from pactape.contracts.interactions.ignored_parts import ignored_parts
from pactape.contracts.pacts.pact import interaction_document
from pactape.contracts.pacts.request_identity import identity_of
from pactape.matching import ResponseMatcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.grouping.evidence.sample_keys import SampleGroup, SampleKeys
    from pactape.contracts.pacts.request_identity import RequestIdentity
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.proof.draft import Candidate, Draft
    from pactape.contracts.samples.reader import ProviderSample, SampleReader
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import RecordedMessage, Response
    from pactape.recorders import LineRange
    from pactape.settings import Settings

__all__ = [
    "DraftGroup",
    "ProofByRecordings",
    "Recordings",
    "RecordingsInOrder",
    "UnmatchedRecording",
    "messages_in",
    "samples_at",
]

#: The size of the cache of matchers, in groups.
_MOST_MATCHERS = 256
#: The most matched responses to remember; others are matched again if they occur again.
_MOST_MATCHED = 20_000
#: The parties of a draft, and the key of one of its groups.
DraftGroup = tuple["ContractParties", "GroupKey"]
#: The breaches by group, and the recordings of removed groups.
ProofResults = tuple[dict[DraftGroup, "UnmatchedRecording"], list[tuple[DraftGroup, "ProviderSample"]]]


class UnmatchedRecording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that doesn't match the interaction derived from it.

    Args:
        reference: The recording, "path#index".
        mismatch: The first difference.
    """

    reference: str
    mismatch: str


class ProofByRecordings:
    """Matches recordings against drafts, one cassette after the other.

    Args:
        drafts: All drafts of the project.

    Attributes:
        breaches: The first recording of each group that doesn't match its interaction.
        refused: The recordings of removed groups, in order.
    """

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self.breaches: dict[DraftGroup, UnmatchedRecording] = {}
        self.refused: list[tuple[DraftGroup, ProviderSample]] = []
        self._drafts = {draft.parties: draft for draft in drafts}
        self._matchers: dict[DraftGroup, list[ResponseMatcher]] = {}
        self._matched: set[tuple[DraftGroup, int]] = set()
        self._read: Counter[DraftGroup] = Counter()

    def read(
        self,
        path: Path,
        reader: SampleReader,
        *,
        lines: LineRange | None = None,
        keys: SampleKeys | None = None,
    ) -> None:
        """Match the recordings of one cassette.

        Args:
            path: The cassette.
            reader: Reads it.
            lines: Which lines to read of a recording that is read line by line; None for all.
            keys: The groups of its samples, if they are known.
        """
        final_keys = self._final_keys(keys) if keys is not None else None
        if final_keys is not None and keys is not None:
            name = reader.name_of(path)
            for sample_group, exchange in keys.of(reader.scrubbed_exchanges(path, lines)):
                draft, key = self._drafts[sample_group[0]], final_keys[sample_group]
                if key in draft.candidates:
                    group, reference = (draft.parties, key), f"{name}#{exchange.index}"
                    self._match(group, draft.candidates[key], exchange.response, reference)
            return
        for provider_sample in (sample for part in reader.read_parts(path, lines) for sample in part.samples):
            draft = self._drafts[provider_sample.parties]
            key = draft.final_of[own_key(provider_sample.sample, provider_sample.provider)]
            if key in draft.candidates:
                exchange = provider_sample.sample.exchange
                self._match(
                    (provider_sample.parties, key),
                    draft.candidates[key],
                    exchange.response,
                    provider_sample.sample.reference,
                )
            elif key in draft.refused:
                self.refused.append(((provider_sample.parties, key), provider_sample))

    def _final_keys(self, keys: SampleKeys) -> dict[SampleGroup, GroupKey] | None:
        """Return the final key of each group; None if the samples are needed, because a group was removed."""
        final_keys = {(parties, key): self._drafts[parties].final_of[key] for parties, key in keys.groups()}
        has_refusals = any(key in self._drafts[parties].refused for (parties, _), key in final_keys.items())
        return None if has_refusals else final_keys

    def results(self) -> ProofResults:
        """Return the results so far, for `add`."""
        return self.breaches, self.refused

    def add(self, results: ProofResults) -> None:
        """Add the results of another proof of the same drafts, whose recordings come after those of this one."""
        breaches, refusals = results
        for group, breach in breaches.items():
            self.breaches.setdefault(group, breach)
        self.refused += refusals

    def examples(self, settings: Settings) -> dict[DraftGroup, Sample]:
        """Return, for removed groups, the first sample whose request occurs nowhere else in the contract."""
        requests = {
            parties: {candidate.identity for candidate in draft.candidates.values()}
            for parties, draft in self._drafts.items()
        }
        samples: dict[DraftGroup, Sample] = {}
        for group, provider_sample in self.refused:
            identity = None if group in samples else _identity(provider_sample, settings)
            if identity is not None and identity not in requests[provider_sample.parties]:
                requests[provider_sample.parties].add(identity)
                samples[group] = provider_sample.sample
        return samples

    def _match(self, group: DraftGroup, candidate: Candidate, response: Response, reference: str) -> None:
        self._judge(group, candidate, response, reference)
        self._read[group] += 1
        if self._read[group] >= candidate.evidence.count:  # no recording of this group is left
            self._matchers.pop(group, None)

    def _judge(self, group: DraftGroup, candidate: Candidate, response: Response, reference: str) -> None:
        key = group, hash((tuple(sorted(response.headers)), response.body))
        if key in self._matched or group in self.breaches:
            return
        if len(self._matched) < _MOST_MATCHED:
            self._matched.add(key)
        if group not in self._matchers:
            if len(self._matchers) >= _MOST_MATCHERS:
                self._matchers.pop(next(iter(self._matchers)))
            documents = [interaction_document(interaction) for interaction in candidate.interactions]
            self._matchers[group] = [ResponseMatcher(document["response"]) for document in documents]
        for matcher in self._matchers[group]:
            for mismatch in matcher.mismatches(response)[:1]:
                self.breaches.setdefault(
                    group, UnmatchedRecording(reference=reference, mismatch=str(mismatch))
                )


class Recordings(Protocol):
    """The recordings that prove drafts."""

    def match(self, drafts: Sequence[Draft]) -> ProofByRecordings:
        """Match all recordings against drafts, and return the proof."""

    def samples_at(
        self, groups: AbstractSet[DraftGroup], drafts: Sequence[Draft]
    ) -> Iterator[tuple[DraftGroup, Sample]]:
        """Yield all samples of some groups, in order."""

    def messages(self, paths: Iterable[Path]) -> Iterator[tuple[ContractParties, RecordedMessage]]:
        """Yield all messages of some recordings, in order."""


class RecordingsInOrder:
    """Recordings that are read again, one after the other.

    Args:
        paths: The recordings; may be empty.
        reader: Reads them.
        keys: The groups of the samples of each recording, if they are known.
    """

    def __init__(
        self, paths: Sequence[Path], reader: SampleReader, keys: Mapping[Path, SampleKeys] | None = None
    ) -> None:
        self._paths = paths
        self._reader = reader
        self._keys = keys or {}

    def match(self, drafts: Sequence[Draft]) -> ProofByRecordings:
        """Match all recordings against drafts, and return the proof."""
        proof = ProofByRecordings(drafts)
        for path in self._paths:
            proof.read(path, self._reader, keys=self._keys.get(path))
        return proof

    def samples_at(
        self, groups: AbstractSet[DraftGroup], drafts: Sequence[Draft]
    ) -> Iterator[tuple[DraftGroup, Sample]]:
        """Yield all samples of some groups, in order."""
        return samples_at(groups, drafts, self._paths, self._reader)

    def messages(self, paths: Iterable[Path]) -> Iterator[tuple[ContractParties, RecordedMessage]]:
        """Yield all messages of some recordings, in order."""
        return messages_in(paths, self._reader)


def _identity(provider_sample: ProviderSample, settings: Settings) -> RequestIdentity:
    provenance = provider_sample.sample.exchange.provenance
    ignored = ignored_parts(provider_sample.sample, settings)
    request = expected_request(provider_sample.sample, provider_sample.provider, ignored)
    states = provenance.states if provenance else ()
    return identity_of(request, states, with_headers=True, ignored=ignored)


def samples_at(
    groups: AbstractSet[DraftGroup], drafts: Iterable[Draft], paths: Iterable[Path], reader: SampleReader
) -> Iterator[tuple[DraftGroup, Sample]]:
    """Yield all samples of some groups, in order.

    Args:
        groups: The groups.
        drafts: All drafts of the project.
        paths: The cassettes.
        reader: Reads them.
    """
    by_parties = {draft.parties: draft for draft in drafts}
    for path in paths:
        for provider_sample in (sample for part in reader.read_parts(path) for sample in part.samples):
            key = by_parties[provider_sample.parties].final_of[
                own_key(provider_sample.sample, provider_sample.provider)
            ]
            if (provider_sample.parties, key) in groups:
                yield (provider_sample.parties, key), provider_sample.sample


def messages_in(
    paths: Iterable[Path], reader: SampleReader
) -> Iterator[tuple[ContractParties, RecordedMessage]]:
    """Yield all messages of some recordings, in order, each with its parties.

    Args:
        paths: The recordings.
        reader: Reads them.
    """
    for path in paths:
        for part in reader.read_parts(path):
            yield from part.messages
