"""Proves drafts with their recordings: each is read again and matched against the interaction derived from it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Protocol

import msgspec

from pactape.contracts.grouping.evidence.operations import own_key
from pactape.contracts.inference.joined_shape import answer_id
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
    from pactape.exchange import Response
    from pactape.recorders import LineRange
    from pactape.settings import Settings

__all__ = [
    "Place",
    "ProofByRecordings",
    "Recordings",
    "RecordingsInOrder",
    "UnmatchedRecording",
    "samples_at",
]

#: The size of the cache of matchers, in groups.
_MOST_MATCHERS = 256
#: The most matched responses to remember; others are matched again if they occur again.
_MOST_MATCHED = 20_000
#: The parties of a draft, and the key of one of its groups.
Place = tuple["ContractParties", "GroupKey"]
#: The breaches by group, and the recordings of removed groups.
ProofResults = tuple[dict[Place, "UnmatchedRecording"], list[tuple[Place, "ProviderSample"]]]


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
        self.breaches: dict[Place, UnmatchedRecording] = {}
        self.refused: list[tuple[Place, ProviderSample]] = []
        self._drafts = {each.parties: each for each in drafts}
        self._matchers: dict[Place, list[ResponseMatcher]] = {}
        self._matched: set[tuple[Place, int]] = set()
        self._read: Counter[Place] = Counter()

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
        places = self._places(keys) if keys is not None else None
        if places is not None and keys is not None:
            name = reader.name_of(path)
            for group, exchange in keys.of(reader.scrubbed_exchanges(path, lines)):
                draft, key = self._drafts[group[0]], places[group]
                if key in draft.candidates:
                    place, reference = (draft.parties, key), f"{name}#{exchange.index}"
                    self._match(place, draft.candidates[key], exchange.response, reference)
            return
        for each in (sample for part in reader.read_parts(path, lines) for sample in part.samples):
            draft = self._drafts[each.parties]
            key = draft.final_of[own_key(each.sample, each.provider)]
            if key in draft.candidates:
                exchange = each.sample.exchange
                self._match(
                    (each.parties, key), draft.candidates[key], exchange.response, each.sample.reference
                )
            elif key in draft.refused:
                self.refused.append(((each.parties, key), each))

    def _places(self, keys: SampleKeys) -> dict[SampleGroup, GroupKey] | None:
        """Return the final key of each group; None if the samples are needed, because a group was removed."""
        places = {(parties, key): self._drafts[parties].final_of[key] for parties, key in keys.groups()}
        has_refusals = any(key in self._drafts[parties].refused for (parties, _), key in places.items())
        return None if has_refusals else places

    def results(self) -> ProofResults:
        """Return the results so far, for `add`."""
        return self.breaches, self.refused

    def add(self, results: ProofResults) -> None:
        """Add the results of another proof of the same drafts, whose recordings come after those of this one."""
        breaches, refusals = results
        for place, breach in breaches.items():
            self.breaches.setdefault(place, breach)
        self.refused += refusals

    def examples(self, settings: Settings) -> dict[Place, Sample]:
        """Return, for removed groups, the first sample whose request occurs nowhere else in the contract."""
        requests = {
            parties: {each.identity for each in draft.candidates.values()}
            for parties, draft in self._drafts.items()
        }
        samples: dict[Place, Sample] = {}
        for place, each in self.refused:
            identity = None if place in samples else _identity(each, settings)
            if identity is not None and identity not in requests[each.parties]:
                requests[each.parties].add(identity)
                samples[place] = each.sample
        return samples

    def _match(self, place: Place, candidate: Candidate, response: Response, reference: str) -> None:
        self._judge(place, candidate, response, reference)
        self._read[place] += 1
        if self._read[place] >= candidate.evidence.count:  # no recording of this group is left
            self._matchers.pop(place, None)

    def _judge(self, place: Place, candidate: Candidate, response: Response, reference: str) -> None:
        answer = place, answer_id([sorted(response.headers), response.body.decode("latin-1")])
        if answer in self._matched or place in self.breaches:
            return
        if len(self._matched) < _MOST_MATCHED:
            self._matched.add(answer)
        if place not in self._matchers:
            if len(self._matchers) >= _MOST_MATCHERS:
                self._matchers.pop(next(iter(self._matchers)))
            documents = [interaction_document(each) for each in candidate.interactions]
            self._matchers[place] = [ResponseMatcher(each["response"]) for each in documents]
        for matcher in self._matchers[place]:
            for mismatch in matcher.mismatches(response)[:1]:
                self.breaches.setdefault(
                    place, UnmatchedRecording(reference=reference, mismatch=str(mismatch))
                )


class Recordings(Protocol):
    """The recordings that prove drafts."""

    def match(self, drafts: Sequence[Draft]) -> ProofByRecordings:
        """Match all recordings against drafts, and return the proof."""

    def samples_at(
        self, places: AbstractSet[Place], drafts: Sequence[Draft]
    ) -> Iterator[tuple[Place, Sample]]:
        """Yield all samples of some groups, in order."""


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
        self, places: AbstractSet[Place], drafts: Sequence[Draft]
    ) -> Iterator[tuple[Place, Sample]]:
        """Yield all samples of some groups, in order."""
        return samples_at(places, drafts, self._paths, self._reader)


def _identity(provider_sample: ProviderSample, settings: Settings) -> RequestIdentity:
    provenance = provider_sample.sample.exchange.provenance
    ignored = ignored_parts(provider_sample.sample, settings)
    request = expected_request(provider_sample.sample, provider_sample.provider, ignored)
    states = provenance.states if provenance else ()
    return identity_of(request, states, with_headers=True, ignored=ignored)


def samples_at(
    places: AbstractSet[Place], drafts: Iterable[Draft], paths: Iterable[Path], reader: SampleReader
) -> Iterator[tuple[Place, Sample]]:
    """Yield all samples of some groups, in order.

    Args:
        places: The groups.
        drafts: All drafts of the project.
        paths: The cassettes.
        reader: Reads them.
    """
    by_parties = {each.parties: each for each in drafts}
    for path in paths:
        for each in (sample for part in reader.read_parts(path) for sample in part.samples):
            key = by_parties[each.parties].final_of[own_key(each.sample, each.provider)]
            if (each.parties, key) in places:
                yield (each.parties, key), each.sample
