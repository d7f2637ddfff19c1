"""Proves drafts: takes out what contradicts something, and what its own recordings don't keep."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.pacts.pact import interaction_document
from pactape.contracts.proof.contradictions import problem_of, refuse_contradictions
from pactape.contracts.proof.problems import Problem
from pactape.contracts.proof.recordings import ProofByRecordings, samples_at
from pactape.contracts.samples.exclusions import Exclusion
from pactape.file_cache import FileCache

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pactape.contracts.grouping.accumulator import Accumulator
    from pactape.contracts.grouping.operations import GroupKey
    from pactape.contracts.proof.draft import Draft
    from pactape.contracts.proof.recordings import Place
    from pactape.settings import Settings

__all__ = ["Proof", "prove"]

_PROVED = b"proved"


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What had to be taken out of drafts.

    Args:
        problems: What no contract can hold.
        exclusions: The recordings of it.
    """

    problems: tuple[Problem, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()


def prove(drafts: Sequence[Draft], accumulator: Accumulator, settings: Settings) -> Proof:
    """Match every recording against the interaction that it gave, and find requests with two answers.

    What can't be proved is taken out of the drafts. What has been proved once, of the same recordings and with the
    same interactions, is not proved again.

    Args:
        drafts: All drafts of the project.
        accumulator: Has read the cassettes.
        settings: The project's settings.
    """
    stays: dict[Place, GroupKey] = {
        (draft.parties, key): other for draft in drafts for key, other in refuse_contradictions(draft).items()
    }
    for candidate in (each for draft in drafts for each in draft.candidates.values()):
        candidate.evidence.shape = None  # has become rules, and takes as much memory as they do
    cache = FileCache(settings.cache_folder, "proofs")
    name = cache.name_of(_dependencies(drafts, accumulator))
    if not stays and cache.read(name) == _PROVED:
        return Proof()
    proof = ProofByRecordings(drafts)
    for path in accumulator.paths:
        proof.read(path, accumulator.reader)
    _take_other_examples(drafts, proof)
    refused = _refused(drafts, proof, stays)
    broken = _broken(drafts, proof, accumulator)
    if not (stays or proof.breaches):
        cache.write(name, _PROVED)
    return Proof(
        problems=(*refused.problems, *broken.problems), exclusions=(*refused.exclusions, *broken.exclusions)
    )


def _dependencies(drafts: Sequence[Draft], accumulator: Accumulator) -> bytes:
    """A digest of all that a proof depends on: the recordings, and the interactions."""
    digest = hashlib.sha256("\n".join(sorted(accumulator.entries)).encode())
    for draft in sorted(drafts, key=lambda each: each.parties):
        for candidate in draft.candidates.values():
            for each in candidate.interactions:
                digest.update(repr(interaction_document(each)).encode(errors="replace"))
    return digest.digest()


def _take_other_examples(drafts: Sequence[Draft], proof: ProofByRecordings) -> None:
    """Bring refused candidates back with the request of another of their recordings, which contradicts nothing."""
    for draft in drafts:
        for key in sorted(draft.refused):
            sample = proof.examples.get((draft.parties, key))
            if sample is not None:
                candidate = draft.refused.pop(key)
                candidate.evidence.take_example(sample)
                candidate.restate()
                draft.candidates[key] = candidate


def _refused(drafts: Sequence[Draft], proof: ProofByRecordings, stays: dict[Place, GroupKey]) -> Proof:
    problems, exclusions = [], []
    for draft in drafts:
        for key, candidate in draft.refused.items():
            other = draft.candidates[stays[draft.parties, key]]
            problem = problem_of(draft, candidate, other)
            problems.append(problem)
            exclusions += [
                Exclusion(*each.position, f"it contradicts another recording ({problem.description})")
                for each in proof.refused[draft.parties, key]
            ]
    return Proof(problems=tuple(problems), exclusions=tuple(exclusions))


def _broken(drafts: Sequence[Draft], proof: ProofByRecordings, accumulator: Accumulator) -> Proof:
    """Take out the candidates that a recording of theirs doesn't keep."""
    problems, exclusions = [], []
    by_parties = {each.parties: each for each in drafts}
    for (parties, key), breach in proof.breaches.items():
        candidate = by_parties[parties].candidates.pop(key)
        problems.append(
            Problem(
                parties=parties,
                description=candidate.interaction.description,
                what=(
                    f"is not kept by {breach.reference}, though it was derived from it and "
                    f"{candidate.evidence.first.reference}: {breach.mismatch}"
                ),
                remedy=(
                    "tell the recordings apart by a state, @pytest.mark.given, or correct the model that the "
                    "consumer reads the answer with"
                ),
            )
        )
    if proof.breaches:
        for (parties, key), sample in samples_at(
            proof.breaches.keys(), drafts, accumulator.paths, accumulator.reader
        ):
            breach = proof.breaches[parties, key]
            reason = f"{breach.reference} doesn't keep the interaction that it gave"
            exclusions.append(Exclusion(*sample.position, reason))
    return Proof(problems=tuple(problems), exclusions=tuple(exclusions))
