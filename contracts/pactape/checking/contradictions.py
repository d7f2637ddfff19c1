"""Whether recordings keep the contracts that came from them, requests and messages."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pactape.checking.findings import Alarm, Tier
from pactape.contracts.interactions.messages import as_sent
from pactape.errors import PactFormatError
from pactape.exchange import ProviderState
from pactape.matching import MessageMatcher, ResponseMatcher, RuleError
from pactape.pactfile.files import stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from pactape.exchange import Exchange, RecordedMessage
    from pactape.matching import Mismatch
    from pactape.pactfile.files import WrittenContract, WrittenInteraction

__all__ = ["Named", "contradictions", "named"]

#: The stem of a contract's first file, an interaction's description, and its states as text.
Named = tuple[str, str, str]


def contradictions(
    contracts: Sequence[WrittenContract],
    exchanges: Mapping[str, Exchange],
    messages: Mapping[str, RecordedMessage],
    *,
    supports: Mapping[Named, tuple[str, ...]],
) -> Iterator[Alarm]:
    """Match the recorded answers and messages against the interactions that they support.

    Args:
        contracts: The written contracts.
        exchanges: The recorded exchanges by place, "cassette#index", without their secrets.
        messages: The recorded messages by place, "cassette#messages[index]", without their secrets.
        supports: The places of the recordings that an interaction is derived from now, which V3 files have no
            place for.

    Yields:
        Breaking: a recording of an interaction doesn't keep it.

    Raises:
        PactFormatError: A contract has a matching rule that can't be read.
    """
    stem_of = stems(contracts)
    for contract in contracts:
        for interaction in contract.interactions:
            where = f"{contract.path}: {interaction.description}"
            known = interaction.cassettes or supports.get(_named(stem_of[contract.path], interaction), ())
            found = _mismatches(_matcher(contract, interaction), known, exchanges, messages) if known else ()
            for place, mismatch in found:
                yield Alarm(Tier.BREAKING, where, f"is contradicted by {place}: {mismatch}")


def named(stem: str, description: str, states: Iterable[ProviderState]) -> Named:
    """What an interaction is known by.

    Args:
        stem: Of its contract's first file.
        description: Its description.
        states: Its provider states.
    """
    return stem, description, json.dumps([[each.name, each.parameters] for each in states], sort_keys=True)


def _named(stem: str, interaction: WrittenInteraction) -> Named:
    states = [
        ProviderState(name=str(each.get("name")), parameters=each.get("params") or {})
        for each in interaction.content.get("providerStates") or ()
    ]
    return named(stem, interaction.description, states)


def _mismatches(
    matcher: ResponseMatcher | MessageMatcher,
    places: Iterable[str],
    exchanges: Mapping[str, Exchange],
    messages: Mapping[str, RecordedMessage],
) -> Iterator[tuple[str, Mismatch]]:
    """The places that contradict an interaction, and in what."""
    for place in places:
        found: list[Mismatch] = []
        if isinstance(matcher, ResponseMatcher) and place in exchanges:
            found = matcher.mismatches(exchanges[place].response)
        elif isinstance(matcher, MessageMatcher) and place in messages:
            found = matcher.mismatches(as_sent(messages[place]))
        yield from ((place, each) for each in found)


def _matcher(contract: WrittenContract, interaction: WrittenInteraction) -> ResponseMatcher | MessageMatcher:
    content = interaction.content
    try:
        if "response" in content:
            return ResponseMatcher(content["response"], contract.version)
        return MessageMatcher(content, contract.version)
    except RuleError as error:
        raise PactFormatError(
            f"{interaction.description}: a matching rule can't be read ({error})",
            where=contract.path,
            remedy="mend it; `pactape derive` writes the contract anew",
        ) from None
