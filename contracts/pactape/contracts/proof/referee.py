"""Proves drafts with a second judge: a referee, such as Pact's engine, gets each distinct response."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import msgspec

from pactape.contracts.inference.joined_shape import response_id
from pactape.contracts.interactions.expected_request import expected_request
from pactape.contracts.pacts.pact import interaction_document
from pactape.contracts.participants import ContractParties
from pactape.contracts.proof.recordings import UnmatchedRecording
from pactape.exchange import Response
from pactape.matching import Message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pactape.contracts.proof.draft import Draft
    from pactape.contracts.proof.recordings import DraftGroup, Recordings
    from pactape.contracts.samples.sample import Sample

__all__ = ["Referee", "RefereedRecording", "breaches_by_referee", "unmatched_recordings"]

_Group = TypeVar("_Group")
#: How many recordings a referee gets at once: the official verifier's time grows faster than linearly.
_AT_ONCE = 200


class RefereedRecording(msgspec.Struct, frozen=True, kw_only=True):
    """A recording, and the interaction that it has to match.

    Args:
        parties: The consumer and the provider of the contract.
        reference: The recording, "path#index".
        interaction: The interaction in the form of Pact V4, with the request of this recording, or the message.
        response: The recorded response or message, without secrets.
    """

    parties: ContractParties
    reference: str
    interaction: dict[str, Any]
    response: Response | Message


class Referee(Protocol):
    """Judges recordings in addition to Pactape's matcher."""

    def __call__(self, recordings: Sequence[RefereedRecording]) -> Sequence[str]:
        """Return the first difference of each recording from its interaction; empty if it matches."""


def breaches_by_referee(
    drafts: Sequence[Draft], recordings: Recordings, referee: Referee
) -> dict[DraftGroup, UnmatchedRecording]:
    """Return the first recording of each group that doesn't match its interaction, according to a referee.

    Args:
        drafts: All drafts of the project.
        recordings: The recordings that the drafts were made from.
        referee: Gets each distinct response of a group once.
    """
    return unmatched_recordings(_recordings_to_judge(drafts, recordings), referee)


def unmatched_recordings(
    recordings_by_group: Iterator[tuple[_Group, RefereedRecording]], referee: Referee
) -> dict[_Group, UnmatchedRecording]:
    """Return the first recording of each group that a referee refuses.

    Args:
        recordings_by_group: Each recording with its group, which is hashable.
        referee: Gets all of them.
    """
    breaches: dict[_Group, UnmatchedRecording] = {}
    while batch := list(islice(recordings_by_group, _AT_ONCE)):
        differences = referee([recording for _, recording in batch])
        for (group, recording), difference in zip(batch, differences, strict=True):
            if difference:
                breaches.setdefault(
                    group, UnmatchedRecording(reference=recording.reference, mismatch=difference)
                )
    return breaches


def _recordings_to_judge(
    drafts: Sequence[Draft], recordings: Recordings
) -> Iterator[tuple[DraftGroup, RefereedRecording]]:
    by_parties = {draft.parties: draft for draft in drafts}
    groups = {(draft.parties, key) for draft in drafts for key in draft.candidates}
    seen: set[tuple[DraftGroup, int]] = set()
    for group, sample in recordings.samples_at(groups, drafts):
        response = sample.exchange.response
        key = group, response_id([sorted(response.headers), response.body.decode("latin-1")])
        if key not in seen:
            seen.add(key)
            yield from (
                (group, recording) for recording in _recordings_of_sample(sample, by_parties[group[0]], group)
            )


def _recordings_of_sample(sample: Sample, draft: Draft, group: DraftGroup) -> Iterable[RefereedRecording]:
    request = expected_request(sample, draft.provider)
    for interaction in draft.candidates[group[1]].interactions:
        own = msgspec.structs.replace(interaction, request=request)
        yield RefereedRecording(
            parties=draft.parties,
            reference=sample.reference,
            interaction=interaction_document(own),
            response=sample.exchange.response,
        )
