"""Whether recordings keep the contracts that came from them, requests and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.checking.alarms import Alarm, Tier
from pactape.contracts.messages import as_sent
from pactape.errors import PactFormatError
from pactape.matching import MessageMatcher, ResponseMatcher, RuleError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from pactape.checking.pactfiles import WrittenContract, WrittenInteraction
    from pactape.exchange import Exchange, RecordedMessage
    from pactape.matching import Mismatch

__all__ = ["contradictions"]


def contradictions(
    contracts: Iterable[WrittenContract],
    exchanges: Mapping[str, Exchange],
    messages: Mapping[str, RecordedMessage],
) -> Iterator[Alarm]:
    """Match the recorded answers and messages against the interactions that they support.

    Args:
        contracts: The written contracts.
        exchanges: The recorded exchanges by place, "cassette#index", without their secrets.
        messages: The recorded messages by place, "cassette#messages[index]", without their secrets.

    Yields:
        Breaking: a recording of an interaction doesn't keep it.

    Raises:
        PactFormatError: A contract has a matching rule that can't be read.
    """
    for contract in contracts:
        for interaction in contract.interactions:
            where = f"{contract.path}: {interaction.description}"
            for place, mismatch in _mismatches(contract, interaction, exchanges, messages):
                yield Alarm(Tier.BREAKING, where, f"is contradicted by {place}: {mismatch}")


def _mismatches(
    contract: WrittenContract,
    interaction: WrittenInteraction,
    exchanges: Mapping[str, Exchange],
    messages: Mapping[str, RecordedMessage],
) -> Iterator[tuple[str, Mismatch]]:
    """The places that contradict an interaction, and in what."""
    matcher = _matcher(contract, interaction)
    for place in interaction.cassettes:
        found: list[Mismatch] = []
        if isinstance(matcher, ResponseMatcher) and place in exchanges:
            found = matcher.mismatches(exchanges[place].response)
        elif isinstance(matcher, MessageMatcher) and place in messages:
            found = matcher.mismatches(as_sent(messages[place]))
        yield from ((place, each) for each in found)


def _matcher(contract: WrittenContract, interaction: WrittenInteraction) -> ResponseMatcher | MessageMatcher:
    content = interaction.content
    try:
        return ResponseMatcher(content["response"]) if "response" in content else MessageMatcher(content)
    except RuleError as error:
        raise PactFormatError(
            f"{interaction.description}: a matching rule can't be read ({error})",
            where=contract.path,
            remedy="mend it; `pactape derive` writes the contract anew",
        ) from None
