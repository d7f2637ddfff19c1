"""Hand-written and derived interactions as one contract: what people wrote goes before what was recorded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import parse_qs

import msgspec

from pactape.contracts.grouping.message_evidence import as_sent
from pactape.contracts.samples.graphql_documents import canonical_document
from pactape.errors import ContradictionError, PactFormatError
from pactape.matching import MessageMatcher, ResponseMatcher, RuleError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from pactape.contracts.interactions.interaction import ExpectedRequest, Interaction
    from pactape.contracts.interactions.messages import MessageInteraction
    from pactape.contracts.pacts.handwritten import HandwrittenInteraction
    from pactape.matching import Mismatch

__all__ = ["merge_handwritten", "merge_handwritten_messages"]

#: Asks the same in the same states: method, path, query, body, and states with their parameters.
_Question = str
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
    by_question = {question: each for each in written if (question := _asked_by(each)) is not None}
    if not by_question:
        return list(derived)
    taken = {(each.description, each.states) for each in by_question.values()}
    return list(_staying(derived, by_question, taken))


def _staying(
    derived: Iterable[Interaction],
    by_question: dict[_Question, HandwrittenInteraction],
    taken: set[tuple[str, tuple[str, ...]]],
) -> Iterator[Interaction]:
    for each in derived:
        same = by_question.get(_asked(each))
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


def _asked(interaction: Interaction) -> _Question:
    states = [[state.name, state.parameters] for state in interaction.states]
    request: ExpectedRequest = interaction.request
    body = request.body.example if request.body else None
    return _question(request.method, request.path, request.query, body, states)


def _asked_by(written: HandwrittenInteraction) -> _Question | None:
    """What a hand-written interaction asks; None for a message."""
    request = written.document.get("request")
    if not isinstance(request, dict):
        return None
    states = written.document.get("providerStates") or []
    query = request.get("query") or {}
    body = request.get("body")
    return _question(
        str(request.get("method", "GET")).upper(),
        str(request.get("path", "/")),
        parse_qs(query, keep_blank_values=True) if isinstance(query, str) else query,
        body.get("content") if isinstance(body, dict) else None,
        [[state.get("name"), state.get("params") or {}] for state in states],
    )


def _question(method: str, path: str, query: dict[str, Any], body: Any, states: list[Any]) -> _Question:
    if isinstance(body, dict) and isinstance(body.get("query"), str):
        body = {**body, "query": canonical_document(body["query"])}
    return json.dumps([method, path, query, body, states], sort_keys=True)
