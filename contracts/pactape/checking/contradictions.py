"""Checking that recorded requests and messages match the contracts derived from them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pactape.contracts.grouping.evidence.message_evidence import as_sent
from pactape.errors import PactFormatError
from pactape.findings import Finding, Severity
from pactape.matching import MessageMatcher, ResponseMatcher, RuleError
from pactape.pactfile.naming import contract_stems

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from pactape.exchange import Exchange, ProviderState, RecordedMessage
    from pactape.matching import Mismatch
    from pactape.pactfile import Pact, PactInteraction

__all__ = ["Named", "contradictions", "named"]

#: The stem of a contract's first file, an interaction's description, and its states as text.
Named = tuple[str, str, str]


def contradictions(
    contracts: Mapping[Path, Pact],
    exchanges: Mapping[str, Exchange],
    messages: Mapping[str, RecordedMessage],
    *,
    supports: Mapping[Named, tuple[str, ...]],
) -> Iterator[Finding]:
    """Match the recorded responses and messages with the interactions that they support.

    Args:
        contracts: The written contracts, by file.
        exchanges: The recorded exchanges by place, "cassette#index", without their secrets.
        messages: The recorded messages by place, "cassette#messages[index]", without their secrets.
        supports: The places of the recordings that an interaction is derived from now; V3 files can't store them.

    Yields:
        Breaking: a recording contradicts the interaction that it supports.

    Raises:
        PactFormatError: A contract has a matching rule that can't be read.
    """
    stems = contract_stems(contracts)
    for path, contract in contracts.items():
        for interaction in contract.interactions:
            where = f"{path}: {interaction.description}"
            name = named(stems[path], interaction.description, interaction.states)
            cassettes = interaction.cassettes or supports.get(name, ())
            if not cassettes:
                continue
            matcher = _matcher(path, interaction)
            for place, mismatch in _mismatches(matcher, cassettes, exchanges, messages):
                yield Finding(
                    Severity.BREAKING,
                    where,
                    f"is contradicted by {place}: {mismatch}",
                    rule="contract-contradicted",
                    file=str(path),
                )


def named(stem: str, description: str, states: Iterable[ProviderState]) -> Named:
    """Return what identifies an interaction.

    Args:
        stem: The stem of its contract's first file.
        description: Its description.
        states: Its provider states.
    """
    return stem, description, json.dumps([[state.name, state.parameters] for state in states], sort_keys=True)


def _mismatches(
    matcher: ResponseMatcher | MessageMatcher,
    places: Iterable[str],
    exchanges: Mapping[str, Exchange],
    messages: Mapping[str, RecordedMessage],
) -> Iterator[tuple[str, Mismatch]]:
    """The recordings that contradict an interaction, and how."""
    for place in places:
        mismatches: list[Mismatch] = []
        if isinstance(matcher, ResponseMatcher) and place in exchanges:
            mismatches = matcher.mismatches(exchanges[place].response)
        elif isinstance(matcher, MessageMatcher) and place in messages:
            mismatches = matcher.mismatches(as_sent(messages[place]))
        yield from ((place, mismatch) for mismatch in mismatches)


def _matcher(path: Path, interaction: PactInteraction) -> ResponseMatcher | MessageMatcher:
    try:
        if interaction.is_message:
            return MessageMatcher(interaction.document, interaction.version)
        return ResponseMatcher(interaction.document.get("response") or {}, interaction.version)
    except RuleError as error:
        raise PactFormatError(
            f"{interaction.description}: a matching rule can't be read ({error})",
            where=path,
            remedy="correct it; `pactape derive` rewrites the contract",
        ) from None
