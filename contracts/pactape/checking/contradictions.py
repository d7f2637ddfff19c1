"""Whether recordings keep the contracts that came from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.checking.alarms import Alarm, Tier
from pactape.errors import PactFormatError
from pactape.matching import ResponseMatcher, RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pactape.checking.pactfiles import WrittenContract, WrittenInteraction
    from pactape.exchange import Exchange

__all__ = ["contradictions"]


def contradictions(
    contracts: Iterable[WrittenContract], exchanges: Mapping[str, Exchange]
) -> Iterator[Alarm]:
    """Match the recorded answers against the interactions that they support.

    Args:
        contracts: The written contracts.
        exchanges: The recorded exchanges by place, "cassette#index", without their secrets.

    Yields:
        Breaking: a recording of an interaction doesn't keep it.

    Raises:
        PactFormatError: A contract has a matching rule that can't be read.
    """
    for contract in contracts:
        for interaction in contract.interactions:
            if not interaction.cassettes or "response" not in interaction.content:
                continue
            matcher = _matcher(contract, interaction)
            for place in interaction.cassettes:
                if place in exchanges:
                    where = f"{contract.path}: {interaction.description}"
                    yield from _alarms(where, place, matcher, exchanges[place])


def _alarms(where: str, place: str, matcher: ResponseMatcher, exchange: Exchange) -> Iterator[Alarm]:
    for mismatch in matcher.mismatches(exchange.response):
        yield Alarm(Tier.BREAKING, where, f"is contradicted by {place}: {mismatch}")


def _matcher(contract: WrittenContract, interaction: WrittenInteraction) -> ResponseMatcher:
    try:
        return ResponseMatcher(interaction.content["response"])
    except RuleError as error:
        raise PactFormatError(
            f"{interaction.description}: a matching rule can't be read ({error})",
            where=contract.path,
            remedy="mend it; `pactape derive` writes the contract anew",
        ) from None
