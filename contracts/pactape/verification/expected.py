"""Pairing what was to be verified with what was reported: nothing is lost on the way."""

from __future__ import annotations

from collections import defaultdict, deque
from typing import TYPE_CHECKING

import msgspec

from pactape.pactfile import PactInteraction
from pactape.verification.verdicts import InteractionResult, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["ExpectedInteraction", "complete_results", "not_judged"]

_NO_VERDICT = "the official verifier reported no verdict"
#: The verifier is written in Rust, whose regular expressions lack these.
_FILTERS = r"its filters support no look-around, no back-reference and no \Z"
_Key = tuple[str, str, tuple[str, ...]]


class ExpectedInteraction(msgspec.Struct, frozen=True, kw_only=True):
    """An interaction that a verdict is due for.

    Args:
        contract: Its contract's file or URL.
        interaction: The interaction.
        is_pending: Whether its contract, or it itself, is pending.
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
    """Return one result for each expected interaction, in their order, and then any unexpected ones.

    Args:
        expected: The interactions of the contracts, in the order in which they were verified.
        reported: The results in the verifier's order.
        is_filtered: Whether the verifier got regular expressions that select interactions.
    """
    reason = f"{_NO_VERDICT}; {_FILTERS}" if is_filtered else _NO_VERDICT
    by_key: dict[_Key, deque[InteractionResult]] = defaultdict(deque)
    for result in reported:
        by_key[result.consumer, result.description, result.states].append(result)
    complete = [_result(each, by_key[_key(each.interaction)], reason) for each in expected]
    return [*complete, *(result for results in by_key.values() for result in results)]


def not_judged(expected: ExpectedInteraction, reason: str) -> InteractionResult:
    """Return the result of an interaction that could not be verified; a pending one doesn't fail the build."""
    interaction = expected.interaction
    return InteractionResult(
        consumer=interaction.consumer,
        description=interaction.description,
        verdict=Verdict.PENDING if expected.is_pending else Verdict.NOT_JUDGED,
        failures=(reason,),
        states=tuple(each.name for each in interaction.states),
        contract=expected.contract,
    )


def _key(interaction: PactInteraction) -> _Key:
    return interaction.consumer, interaction.description, tuple(each.name for each in interaction.states)


def _result(
    expected: ExpectedInteraction, reported: deque[InteractionResult], reason: str
) -> InteractionResult:
    if not reported:
        return not_judged(expected, reason)
    return msgspec.structs.replace(reported.popleft(), contract=expected.contract)
