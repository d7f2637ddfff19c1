"""Proves drafts: removes interactions that contradict others, or that their recordings don't match."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.contracts.pacts.pact import interaction_document
from pactape.contracts.proof.contradictions import problem_of, refuse_contradictions
from pactape.contracts.proof.problems import Problem
from pactape.contracts.proof.proof_cache import CachedProof
from pactape.contracts.proof.referee import breaches_by_referee
from pactape.contracts.samples.exclusions import Exclusion

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pactape.contracts.grouping.evidence.digest import Digest
    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.proof.draft import Draft
    from pactape.contracts.proof.recordings import (
        DraftGroup,
        ProofByRecordings,
        Recordings,
        UnmatchedRecording,
    )
    from pactape.contracts.proof.referee import Referee
    from pactape.contracts.samples.sample import Sample
    from pactape.settings import Settings

__all__ = ["Proof", "prove"]


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """What was removed from drafts.

    Args:
        problems: What can't be stated in a contract.
        exclusions: The recordings of the removed interactions.
    """

    problems: tuple[Problem, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()


def prove(
    drafts: Sequence[Draft],
    digest: Digest,
    recordings: Recordings,
    settings: Settings,
    *,
    referee: Referee | None = None,
) -> Proof:
    """Match every recording against the interaction derived from it, and find contradictions.

    What can't be proved is removed from the drafts. A proof is cached, and not repeated for the same recordings and
    interactions.

    Args:
        drafts: All drafts of the project.
        digest: The evidence that the drafts were made from.
        recordings: The recordings of the digest; unavailable ones are not matched.
        settings: The project's settings.
        referee: A second judge of every recording, even of cached proofs; None to use only Pactape's matcher.
    """
    stays: dict[DraftGroup, GroupKey] = {
        (draft.parties, key): other for draft in drafts for key, other in refuse_contradictions(draft).items()
    }
    for candidate in (candidate for draft in drafts for candidate in draft.candidates.values()):
        candidate.evidence.shape = None  # has become rules, and takes as much memory as they do
    cached = CachedProof(digest, _documents(drafts), settings)
    if not stays and referee is None and cached.exists():
        return Proof()
    proof = recordings.match(drafts)
    _restore_with_examples(drafts, proof.examples(settings))
    refusals = _report_contradictions(drafts, proof, stays)
    breaches = proof.breaches
    if referee is not None:
        breaches = breaches_by_referee(drafts, recordings, referee) | breaches
    failures = _remove_unmatched(drafts, breaches, recordings)
    if digest.paths and not (stays or breaches):
        cached.store()
    return Proof(
        problems=(*refusals.problems, *failures.problems),
        exclusions=(*refusals.exclusions, *failures.exclusions),
    )


def _documents(drafts: Sequence[Draft]) -> Iterator[dict[str, Any]]:
    """Yield the interactions of all drafts in the form of Pact V4."""
    for draft in sorted(drafts, key=lambda draft: draft.parties):
        for candidate in draft.candidates.values():
            yield from map(interaction_document, candidate.interactions)


def _restore_with_examples(drafts: Sequence[Draft], examples: Mapping[DraftGroup, Sample]) -> None:
    """Restore removed candidates with another recording's request, if that contradicts nothing."""
    for draft in drafts:
        for key in sorted(draft.refused):
            sample = examples.get((draft.parties, key))
            if sample is not None:
                candidate = draft.refused.pop(key)
                candidate.evidence.take_example(sample)
                candidate.restate()
                draft.candidates[key] = candidate


def _report_contradictions(
    drafts: Sequence[Draft], proof: ProofByRecordings, stays: dict[DraftGroup, GroupKey]
) -> Proof:
    problems, exclusions = [], []
    samples: dict[DraftGroup, list[tuple[str, int]]] = {}
    for group, provider_sample in proof.refused:
        samples.setdefault(group, []).append(provider_sample.sample.position)
    for draft in drafts:
        for key, candidate in draft.refused.items():
            other = draft.candidates[stays[draft.parties, key]]
            problem = problem_of(draft, candidate, other)
            problems.append(problem)
            reason = f"it contradicts another recording ({problem.description})"
            positions = samples.get((draft.parties, key))
            if positions is None:  # the recordings aren't available
                evidence = candidate.evidence
                exclusions.append(Exclusion(*evidence.position, reason, evidence.count))
            else:
                exclusions += [Exclusion(*position, reason) for position in positions]
    return Proof(problems=tuple(problems), exclusions=tuple(exclusions))


def _remove_unmatched(
    drafts: Sequence[Draft], breaches: Mapping[DraftGroup, UnmatchedRecording], recordings: Recordings
) -> Proof:
    """Remove the candidates that one of their recordings doesn't match."""
    problems, exclusions = [], []
    by_parties = {draft.parties: draft for draft in drafts}
    for (parties, key), breach in breaches.items():
        candidate = by_parties[parties].candidates.pop(key)
        problems.append(
            Problem(
                parties=parties,
                description=candidate.interaction.description,
                what=(
                    f"doesn't match {breach.reference}, though it was derived from it and "
                    f"{candidate.evidence.first.reference}: {breach.mismatch}"
                ),
                remedy=(
                    "distinguish the recordings by a state, @pytest.mark.given, or correct the model that "
                    "the consumer reads the response with"
                ),
            )
        )
    if breaches:
        for (parties, key), sample in recordings.samples_at(breaches.keys(), drafts):
            breach = breaches[parties, key]
            reason = f"{breach.reference} doesn't match the interaction derived from it"
            exclusions.append(Exclusion(*sample.position, reason))
    return Proof(problems=tuple(problems), exclusions=tuple(exclusions))
