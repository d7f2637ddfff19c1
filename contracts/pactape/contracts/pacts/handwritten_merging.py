"""Merges handwritten and derived interactions into one contract; handwritten ones take precedence."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from pactape.contracts.grouping.evidence.message_evidence import as_sent
from pactape.contracts.pacts.request_identity import identity_of, identity_of_document
from pactape.errors import ContradictionError, PactFormatError
from pactape.matching import MessageMatcher, ResponseMatcher, RuleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pactape.contracts.interactions.interaction import Interaction
    from pactape.contracts.interactions.messages import MessageInteraction
    from pactape.contracts.pacts.handwritten import HandwrittenInteraction
    from pactape.contracts.pacts.request_identity import RequestIdentity
    from pactape.matching import Mismatch

__all__ = ["merge_handwritten", "merge_handwritten_messages"]

_M = TypeVar("_M")


def merge_handwritten(
    derived: Iterable[Interaction], handwritten: Iterable[HandwrittenInteraction]
) -> list[Interaction]:
    """Return the derived interactions that stay beside the handwritten ones.

    A derived interaction with the request and states of a handwritten one is dropped. One that only shares its
    description gets another description.

    Raises:
        ContradictionError: A handwritten interaction doesn't match the recorded response.
        PactFormatError: A handwritten interaction's rules can't be read.
    """
    by_identity = {
        identity: interaction
        for interaction in handwritten
        if (identity := identity_of_document(interaction.document)) is not None
    }
    if not by_identity:
        return list(derived)
    descriptions = {(interaction.description, interaction.states) for interaction in by_identity.values()}
    return list(_drop_replaced(derived, by_identity, descriptions))


def _drop_replaced(
    derived: Iterable[Interaction],
    by_identity: dict[RequestIdentity, HandwrittenInteraction],
    descriptions: set[tuple[str, tuple[str, ...]]],
) -> Iterator[Interaction]:
    for interaction in derived:
        same = by_identity.get(identity_of(interaction.request, interaction.states))
        if same is not None:
            _refuse_contradiction(same, interaction)
        elif (interaction.description, tuple(state.name for state in interaction.states)) in descriptions:
            yield msgspec.structs.replace(interaction, description=f"{interaction.description} (recorded)")
        else:
            yield interaction


def merge_handwritten_messages(
    derived: Iterable[MessageInteraction], handwritten: Iterable[HandwrittenInteraction]
) -> Iterator[MessageInteraction]:
    """Return the derived messages that stay beside handwritten ones: those with other descriptions or states.

    Raises:
        ContradictionError: A handwritten message doesn't match the recorded message.
        PactFormatError: A handwritten message's rules can't be read.
    """
    by_hand = {
        (interaction.description, interaction.states): interaction
        for interaction in handwritten
        if interaction.is_message
    }
    for derived_message in derived:
        same = by_hand.get(
            (derived_message.description, tuple(state.name for state in derived_message.states))
        )
        if same is None:
            yield derived_message
        else:
            matcher = _matcher_of(same, MessageMatcher, same.document)
            _refuse_mismatches(same, derived_message, matcher.mismatches(as_sent(derived_message.recorded)))


def _refuse_contradiction(handwritten: HandwrittenInteraction, derived: Interaction) -> None:
    matcher = _matcher_of(handwritten, ResponseMatcher, handwritten.document.get("response") or {})
    _refuse_mismatches(handwritten, derived, matcher.mismatches(derived.recorded) if derived.recorded else [])


def _matcher_of(
    handwritten: HandwrittenInteraction, kind: Callable[[dict[str, Any]], _M], document: dict[str, Any]
) -> _M:
    """Return the matcher of a handwritten interaction."""
    try:
        return kind(document)
    except RuleError as error:
        raise PactFormatError(
            f"{handwritten.description!r} has a rule that can't be read ({error})",
            where=handwritten.file,
            remedy="correct the rule",
        ) from error


def _refuse_mismatches(
    handwritten: HandwrittenInteraction, derived: Interaction | MessageInteraction, mismatches: list[Mismatch]
) -> None:
    if mismatches:
        raise ContradictionError(
            f"{handwritten.description!r} contradicts {derived.description!r}, which was derived from "
            f"{', '.join(derived.cassettes)}: {mismatches[0]}",
            where=handwritten.file,
            remedy="correct the test that wrote it, or record the other one again",
        )
