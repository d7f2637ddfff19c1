"""Proves drafts by their recordings: each one is read again, and matched against the interaction that it gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.operations import own_key
from pactape.contracts.inference.shape import answer_id
from pactape.contracts.interactions.expected_request import expected_request
from pactape.contracts.pacts.pact import interaction_document
from pactape.contracts.pacts.request_identity import identity_of
from pactape.matching import ResponseMatcher

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet
    from pathlib import Path

    from pactape.contracts.grouping.operations import GroupKey
    from pactape.contracts.pacts.request_identity import RequestIdentity
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.proof.draft import Candidate, Draft
    from pactape.contracts.samples.reader import ProviderSample, SampleReader
    from pactape.contracts.samples.sample import Sample

__all__ = ["Breach", "Place", "ProofByRecordings", "samples_at"]

#: How many groups have their matchers at hand.
_MOST_MATCHERS = 8
#: How many answers are remembered as matched; others are matched again when they come again.
_MOST_MATCHED = 20_000
#: Whose draft, and which group of it.
Place = tuple["ContractParties", "GroupKey"]


class Breach(msgspec.Struct, frozen=True, kw_only=True):
    """A recording that doesn't keep the interaction that it gave.

    Args:
        reference: The recording, "path#index".
        mismatch: The first difference.
    """

    reference: str
    mismatch: str


class ProofByRecordings:
    """Reads recordings a second time, one cassette after the other.

    Args:
        drafts: All drafts of the project.

    Attributes:
        breaches: The first recording of each group that doesn't keep its interaction.
        examples: For groups that were refused, another sample to take as the example.
        refused: The recordings of groups that were refused, by group, in order.
    """

    def __init__(self, drafts: Iterable[Draft]) -> None:
        self.breaches: dict[Place, Breach] = {}
        self.examples: dict[Place, Sample] = {}
        self.refused: dict[Place, list[Sample]] = {}
        self._drafts = {each.parties: each for each in drafts}
        self._matchers: dict[Place, list[ResponseMatcher]] = {}
        self._matched: set[tuple[Place, int]] = set()
        self._asked = {
            parties: {each.identity for each in draft.candidates.values()}
            for parties, draft in self._drafts.items()
        }

    def read(self, path: Path, reader: SampleReader) -> None:
        """Match the recordings of one cassette."""
        for each in (sample for part in reader.read_parts(path) for sample in part.samples):
            draft = self._drafts[each.parties]
            key = draft.final_of[own_key(each.sample, each.provider)]
            if key in draft.candidates:
                self._match((each.parties, key), draft.candidates[key], each.sample)
            elif key in draft.refused:
                self._consider((each.parties, key), each)

    def _match(self, place: Place, candidate: Candidate, sample: Sample) -> None:
        response = sample.exchange.response
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
                self.breaches.setdefault(place, Breach(reference=sample.reference, mismatch=str(mismatch)))

    def _consider(self, place: Place, found: ProviderSample) -> None:
        """Keep the first sample of a refused group whose request nothing in the contract asks."""
        self.refused.setdefault(place, []).append(found.sample)
        if place not in self.examples:
            identity = _identity(found)
            if identity not in self._asked[found.parties]:
                self._asked[found.parties].add(identity)
                self.examples[place] = found.sample


def _identity(found: ProviderSample) -> RequestIdentity:
    provenance = found.sample.exchange.provenance
    request = expected_request(found.sample, found.provider)
    return identity_of(request, provenance.states if provenance else (), with_headers=True)


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
