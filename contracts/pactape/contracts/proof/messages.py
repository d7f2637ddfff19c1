"""Proves messages: a message that one of its recordings doesn't match is removed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence.message_evidence import MessageKey, as_sent, message_key
from pactape.contracts.inference.joined_shape import response_id
from pactape.contracts.interactions.messages import MessageInteraction, messages_of
from pactape.contracts.pacts.pact import message_document
from pactape.contracts.participants import ContractParties
from pactape.contracts.proof.problems import Problem
from pactape.contracts.proof.proof_cache import CachedProof
from pactape.contracts.proof.recordings import UnmatchedRecording
from pactape.contracts.proof.referee import RefereedRecording, unmatched_recordings
from pactape.contracts.samples.exclusions import Exclusion
from pactape.matching import MessageMatcher

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pactape.contracts.grouping.evidence.digest import Digest
    from pactape.contracts.proof.recordings import Recordings
    from pactape.contracts.proof.referee import Referee
    from pactape.exchange import RecordedMessage
    from pactape.settings import Settings

__all__ = ["ProvedMessages", "prove_messages"]

#: The parties of a contract, and the key of one of its messages.
MessageGroup = tuple[ContractParties, MessageKey]


class ProvedMessages(msgspec.Struct, frozen=True, kw_only=True):
    """The messages that their recordings match, and what was removed.

    Args:
        messages: The messages of each contract, in the order of their keys.
        counts: How many recordings the messages of each contract come from.
        problems: The messages that a recording doesn't match.
        exclusions: The recordings of the removed messages.
    """

    messages: dict[ContractParties, tuple[MessageInteraction, ...]]
    counts: dict[ContractParties, int]
    problems: tuple[Problem, ...] = ()
    exclusions: tuple[Exclusion, ...] = ()


def prove_messages(
    digest: Digest, recordings: Recordings, settings: Settings, *, referee: Referee | None = None
) -> ProvedMessages:
    """Match every recorded message against the one derived from it.

    A proof is cached, and not repeated for the same recordings and messages.

    Args:
        digest: The evidence of the recordings.
        recordings: The recordings of the digest; unavailable ones are not matched.
        settings: The project's settings.
        referee: A second judge of every message, even of cached proofs; None to use only Pactape's matcher.
    """
    derived = {
        (parties, key): next(messages_of({key: evidence}))
        for parties, groups in digest.messages.items()
        for key, evidence in sorted(groups.items())
    }
    breaches = _breaches(digest, derived, recordings, settings)
    if referee is not None:
        to_judge = _recordings_to_judge(digest, derived, recordings)
        breaches = unmatched_recordings(to_judge, referee) | breaches
    proved = {group: message for group, message in derived.items() if group not in breaches}
    return ProvedMessages(
        messages={
            parties: tuple(message for (owner, _), message in proved.items() if owner == parties)
            for parties in digest.messages
        },
        counts={
            parties: sum(evidence.count for key, evidence in groups.items() if (parties, key) in proved)
            for parties, groups in digest.messages.items()
        },
        problems=tuple(
            _problem(parties, derived[parties, key], breach) for (parties, key), breach in breaches.items()
        ),
        exclusions=tuple(_exclusions(digest, breaches, recordings)),
    )


def _breaches(
    digest: Digest,
    derived: Mapping[MessageGroup, MessageInteraction],
    recordings: Recordings,
    settings: Settings,
) -> dict[MessageGroup, UnmatchedRecording]:
    """Return the first recording of each message that doesn't match it, according to Pactape's matcher."""
    if not digest.with_messages:
        return {}
    documents = {
        group: message_document(message)
        for group, message in sorted(derived.items(), key=lambda item: item[0])
    }
    cached = CachedProof(digest, documents.items(), settings)
    if cached.exists():
        return {}
    matchers = {group: MessageMatcher(document) for group, document in documents.items()}
    breaches: dict[MessageGroup, UnmatchedRecording] = {}
    for group, message in _messages(digest, recordings):
        for mismatch in matchers[group].mismatches(as_sent(message))[:1]:
            breach = UnmatchedRecording(reference=message.reference, mismatch=str(mismatch))
            breaches.setdefault(group, breach)
    if not breaches:
        cached.store()
    return breaches


def _messages(digest: Digest, recordings: Recordings) -> Iterator[tuple[MessageGroup, RecordedMessage]]:
    for parties, message in recordings.messages(digest.with_messages):
        yield (parties, message_key(message)), message


def _recordings_to_judge(
    digest: Digest, derived: Mapping[MessageGroup, MessageInteraction], recordings: Recordings
) -> Iterator[tuple[MessageGroup, RefereedRecording]]:
    """Yield each distinct message once, with its group."""
    seen: set[tuple[MessageGroup, int]] = set()
    for group, message in _messages(digest, recordings):
        identity = group, response_id([message.content, message.metadata])
        if identity not in seen:
            seen.add(identity)
            yield (
                group,
                RefereedRecording(
                    parties=group[0],
                    reference=message.reference,
                    interaction=message_document(derived[group]),
                    response=as_sent(message),
                ),
            )


def _problem(parties: ContractParties, message: MessageInteraction, breach: UnmatchedRecording) -> Problem:
    return Problem(
        parties=parties,
        description=message.description,
        what=f"doesn't match {breach.reference}, though it was derived from it: {breach.mismatch}",
        remedy=(
            "distinguish the recordings by a state, @pytest.mark.given, or by their descriptions, or correct the "
            "model that the consumer reads the message with"
        ),
    )


def _exclusions(
    digest: Digest, breaches: Mapping[MessageGroup, UnmatchedRecording], recordings: Recordings
) -> Iterator[Exclusion]:
    for group, message in _messages(digest, recordings) if breaches else ():
        if group in breaches:
            reason = f"{breaches[group].reference} doesn't match the message derived from it"
            yield Exclusion(message.cassette, message.index, reason)
