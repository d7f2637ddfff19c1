"""Verifies a running provider against pact files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.imports import require_extra
from pactape.verification.expected import ExpectedInteraction, complete_results, unjudged_result
from pactape.verification.official.provider import Provider
from pactape.verification.official.run import run_official_verifier
from pactape.verification.options import VerificationOptions
from pactape.verification.preflight import check_provider, check_transport, read_pacts
from pactape.verification.verdicts import Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pactape.pactfile import Pact
    from pactape.provider_states import States
    from pactape.verification.message_factories import MessageFactories
    from pactape.verification.official.run import OfficialRun
    from pactape.verification.options import InteractionFilter
    from pactape.verification.verdicts import InteractionResult

__all__ = ["verify_provider"]


def verify_provider(
    pacts: Iterable[Path],
    *,
    url: str | None = None,
    states: States,
    headers: Mapping[str, str] | None = None,
    messages: MessageFactories | None = None,
    options: VerificationOptions = VerificationOptions(),  # noqa: B008 -- immutable
    on_progress: Callable[[int], None] | None = None,
    on_start: Callable[[], object] | None = None,
) -> Verification:
    """Verify a running provider against pact files with the official verifier.

    Args:
        pacts: The pact files, at least one, all of one provider.
        url: The running provider's base URL; None if the contracts contain messages only.
        states: The handlers that set up the contracts' provider states.
        headers: Headers for every request, instead of the contract's, which contain no credentials. `${name}` in a
            value is replaced with a value that a state handler returned, or with an environment variable.
        messages: For contracts of messages: a function for each description, called without arguments, which
            returns a JSON value, bytes, or a `pactape.matching.Message`.
        options: Time-outs, TLS and filters.
        on_progress: Called with the number of interactions started so far.
        on_start: Called once while the verifier runs, for work that doesn't need the results.

    Returns:
        One result for each interaction, in the files' order. An unreadable file, a failing handler and a message
        without a function don't end the run: the interactions concerned could not be verified.

    Raises:
        MissingExtraError: The extra "verify" isn't installed.
        PactFormatError: No file is given, none can be read, or they belong to several providers.
        ProviderMessageError: `url` is None, and a contract has a request.
        ProviderUnreachableError: Nothing listens at `url`.
    """
    require_extra("verify", "the official verifier", "pact")
    read, unreadable = read_pacts(pacts)
    check_transport(read.values(), url)
    if url is not None:
        check_provider(url, options)
    name = next(iter(read.values())).provider
    provider = Provider(
        name=name,
        url=url,
        states=states,
        headers=headers or {},
        factories=messages or {},
        options=options,
        on_progress=on_progress,
        on_start=on_start,
    )
    expected = _expected(read, options.filter)
    has_states = any(interaction.interaction.states for interaction in expected)
    run = run_official_verifier(provider, pacts=tuple(map(str, read)), has_states=has_states)
    return Verification(
        provider=name,
        results=tuple(_results(expected, run, is_filtered=options.filter.has_patterns)),
        unjudged=(*unreadable, *run.unjudged),
    )


def _expected(pacts: dict[Path, Pact], selection: InteractionFilter) -> list[ExpectedInteraction]:
    return [
        ExpectedInteraction(contract=str(path), interaction=interaction, is_pending=interaction.pending)
        for path, pact in pacts.items()
        for interaction in pact.interactions
        if selection.selects(interaction)
    ]


def _results(
    expected: list[ExpectedInteraction], run: OfficialRun, *, is_filtered: bool
) -> list[InteractionResult]:
    """Return one result for each expected interaction, with the reason if its contract wasn't loaded."""
    reasons = {contract.contract: contract.reason for contract in run.unjudged}
    loaded = [interaction for interaction in expected if interaction.contract not in reasons]
    judged = iter(complete_results(loaded, run.results, is_filtered=is_filtered))
    in_order = [
        unjudged_result(interaction, reasons[interaction.contract])
        if interaction.contract in reasons
        else next(judged)
        for interaction in expected
    ]
    return [*in_order, *judged]
