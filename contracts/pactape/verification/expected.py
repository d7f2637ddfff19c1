"""Pairs expected interactions with reported results, so that no interaction is lost."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

import msgspec

from pactape.pactfile import PactInteraction
from pactape.verification.verdicts import InteractionResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ExpectedInteraction", "complete_results", "unjudged_result"]

_NO_VERDICT = "the official verifier reported no verdict"
#: The verifier is written in Rust, whose regular expressions lack these.
_FILTERS = r"its filters support no look-around, no back-reference and no \Z"
_Key = tuple[str, str, tuple[str, ...]]


class ExpectedInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """An interaction that needs a verdict.

    Args:
        contract: The file or URL of its contract.
        interaction: The interaction.
        is_pending: Whether its contract or the interaction itself is pending.
    """

    contract: str
    interaction: PactInteraction
    is_pending: bool = False


def complete_results(
    expected: Iterable[ExpectedInteraction],
    reported: Iterable[InteractionResult],
    *,
    is_filtered: bool = False,
) -> list[InteractionResult]:
    """Return one result for each expected interaction, in order, and then any unexpected results.

    Args:
        expected: The interactions of the contracts, in the order in which they were verified.
        reported: The verifier's results, in its order.
        is_filtered: Whether the verifier got regular expressions that select interactions.
    """
    reason = f"{_NO_VERDICT}; {_FILTERS}" if is_filtered else _NO_VERDICT
    by_key: dict[_Key, deque[InteractionResult]] = defaultdict(deque)
    for result in reported:
        by_key[result.consumer, result.description, result.states].append(result)
    complete = [
        _result(interaction, by_key[_key(interaction.interaction)], reason) for interaction in expected
    ]
    return [*complete, *(result for results in by_key.values() for result in results)]


def unjudged_result(expected: ExpectedInteraction, reason: str) -> InteractionResult:
    """Return the result of an interaction that could not be verified; a pending one doesn't fail the build."""
    interaction = expected.interaction
    return InteractionResult(
        consumer=interaction.consumer,
        description=interaction.description,
        verdict=Verdict.PENDING if expected.is_pending else Verdict.NOT_JUDGED,
        failures=(reason,),
        states=tuple(state.name for state in interaction.states),
        contract=expected.contract,
    )


def _key(interaction: PactInteraction) -> _Key:
    return interaction.consumer, interaction.description, tuple(state.name for state in interaction.states)


def _result(
    expected: ExpectedInteraction, reported: deque[InteractionResult], reason: str
) -> InteractionResult:
    if not reported:
        return unjudged_result(expected, reason)
    return msgspec.structs.replace(reported.popleft(), contract=expected.contract)
