"""Hand-written and derived interactions as one contract: what people wrote goes before what was recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from pactape.contracts.grouping.message_evidence import as_sent
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
    derived: Iterable[Interaction], written: Iterable[HandwrittenInteraction]
) -> list[Interaction]:
    """The derived interactions that stay beside the hand-written ones.

    One that asks what a hand-written one asks, in the same states, has the same meaning and goes. One that only
    shares the description of a hand-written one gets another.

    Raises:
        ContradictionError: A hand-written interaction expects another answer than was recorded.
        PactFormatError: A hand-written interaction's rules can't be read.
    """
    by_identity = {
        identity: each for each in written if (identity := identity_of_document(each.document)) is not None
    }
    if not by_identity:
        return list(derived)
    taken = {(each.description, each.states) for each in by_identity.values()}
    return list(_staying(derived, by_identity, taken))


def _staying(
    derived: Iterable[Interaction],
    by_identity: dict[RequestIdentity, HandwrittenInteraction],
    taken: set[tuple[str, tuple[str, ...]]],
) -> Iterator[Interaction]:
    for each in derived:
        same = by_identity.get(identity_of(each.request, each.states))
        if same is not None:
            _refuse_contradiction(same, each)
        elif (each.description, tuple(state.name for state in each.states)) in taken:
            yield msgspec.structs.replace(each, description=f"{each.description} (recorded)")
        else:
            yield each


def merge_handwritten_messages(
    derived: Iterable[MessageInteraction], written: Iterable[HandwrittenInteraction]
) -> Iterator[MessageInteraction]:
    """The derived messages that stay beside the hand-written ones: those of another description or other states.

    Raises:
        ContradictionError: A hand-written message is expected to be another than was recorded.
        PactFormatError: A hand-written message's rules can't be read.
    """
    by_hand = {(each.description, each.states): each for each in written if each.is_message}
    for each in derived:
        same = by_hand.get((each.description, tuple(state.name for state in each.states)))
        if same is None:
            yield each
        else:
            matcher = _readable(same, MessageMatcher, same.document)
            _refuse_mismatches(same, each, matcher.mismatches(as_sent(each.recorded)))


def _refuse_contradiction(written: HandwrittenInteraction, derived: Interaction) -> None:
    matcher = _readable(written, ResponseMatcher, written.document.get("response") or {})
    _refuse_mismatches(written, derived, matcher.mismatches(derived.recorded) if derived.recorded else [])


def _readable(
    written: HandwrittenInteraction, kind: Callable[[dict[str, Any]], _M], document: dict[str, Any]
) -> _M:
    """The matcher of what somebody wrote."""
    try:
        return kind(document)
    except RuleError as error:
        raise PactFormatError(
            f"{written.description!r} has a rule that can't be read ({error})",
            where=written.file,
            remedy="correct the rule",
        ) from error


def _refuse_mismatches(
    written: HandwrittenInteraction, derived: Interaction | MessageInteraction, mismatches: list[Mismatch]
) -> None:
    if mismatches:
        raise ContradictionError(
            f"{written.description!r} contradicts {derived.description!r}, which was derived from "
            f"{', '.join(derived.cassettes)}: {mismatches[0]}",
            where=written.file,
            remedy="correct the test that wrote it, or record the other one again",
        )
