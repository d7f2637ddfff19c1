"""Finds contradictions: interactions with the same request and states that expect different responses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.contracts.grouping.outcomes import outcome_of
from pactape.contracts.pacts.request_identity import identity_of_document
from pactape.contracts.proof.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.pacts.request_identity import RequestIdentity
    from pactape.contracts.proof.draft import Candidate, Draft

__all__ = ["contradicting_pairs", "problem_of", "refuse_contradictions"]

_FIRST_FAILURE = 400


def refuse_contradictions(draft: Draft) -> dict[GroupKey, GroupKey]:
    """Remove candidates from a draft that contradict others, so that no provider could fulfil both.

    Among candidates with equal requests, the one recorded first stays; a success takes precedence over a failure.

    Returns:
        The key of each removed candidate, with the key of the one that stays.
    """
    stays: dict[RequestIdentity, GroupKey] = {}
    winners: dict[GroupKey, GroupKey] = {}
    for key in sorted(draft.candidates, key=lambda key: _rank(draft.candidates[key])):
        identity = draft.candidates[key].identity
        if identity in stays:
            winners[key] = stays[identity]
        else:
            stays[identity] = key
    for key in winners:
        draft.refused[key] = draft.candidates.pop(key)
    return winners


def contradicting_pairs(
    documents: Iterable[dict[str, Any]],
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield the pairs of interactions of a pact file that contradict each other.

    Args:
        documents: Interactions in the form of Pact V4; messages never contradict each other.
    """
    first: dict[RequestIdentity, dict[str, Any]] = {}
    for document in documents:
        identity = identity_of_document(document, with_headers=True)
        if identity is None:
            continue
        other = first.setdefault(identity, document)
        if _status(other) != _status(document):
            yield other, document


def _status(document: dict[str, Any]) -> Any:
    return (document.get("response") or {}).get("status", 200)


def problem_of(draft: Draft, candidate: Candidate, stays: Candidate) -> Problem:
    """Return the problem of a removed candidate."""
    one, other = candidate.interaction, stays.interaction
    references = f"{one.cassettes[0]} and {other.cassettes[0]}"
    return Problem(
        parties=draft.parties,
        description=one.description,
        what=(
            f"contradicts {other.description!r}: the same request in the same states got "
            f"{_response_of(candidate)} and {_response_of(stays)} ({references})"
        ),
        remedy=(
            "declare the state in which the provider gives this response, for example "
            f'@pytest.mark.given("{_state_of(candidate)}"), or exclude the recording with cassette(contract=False)'
        ),
    )


def _rank(candidate: Candidate) -> tuple[bool, tuple[str, int]]:
    return candidate.interaction.response.status >= _FIRST_FAILURE, candidate.evidence.position


def _response_of(candidate: Candidate) -> str:
    response = candidate.interaction.response
    media = response.headers.get("Content-Type")
    return f"{_outcome_of(candidate)} ({media})" if media else _outcome_of(candidate)


def _outcome_of(candidate: Candidate) -> str:
    """Return the status, and the failure that the body states: "200 with errors"."""
    outcome = outcome_of(candidate.evidence.first)
    return f"{candidate.interaction.response.status}{f' with {outcome}' if outcome else ''}"


def _state_of(candidate: Candidate) -> str:
    """Return a name for the provider state that the order of the recording established."""
    request = candidate.interaction.request
    return f"{request.method} {request.path} returns {_outcome_of(candidate)}"
