"""Runs the official verifier with the servers that it needs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.verification.official.child_process.job import BrokerJob, Job, address_of
from pactape.verification.official.child_process.process import run
from pactape.verification.official.endpoints import open_endpoints
from pactape.verification.official.reasons import Reasons
from pactape.verification.official.report import contract_errors, interaction_results
from pactape.verification.verdicts import InteractionResult, UnjudgedContract

if TYPE_CHECKING:
    from pactape.verification.official.endpoints import Endpoints
    from pactape.verification.official.provider import Provider

__all__ = ["OfficialRun", "run_official_verifier"]

#: The verifier's time limit is higher than ours, so that ours is reported.
_MARGIN_SECONDS = 2.0


class OfficialRun(msgspec.Struct, frozen=True, kw_only=True):
    """The report of the official verifier.

    Args:
        results: Its verdicts, in its order.
        unjudged: The contracts that it could not load.
    """

    results: tuple[InteractionResult, ...]
    unjudged: tuple[UnjudgedContract, ...]


def run_official_verifier(
    provider: Provider,
    *,
    pacts: tuple[str, ...] = (),
    broker: BrokerJob | None = None,
    has_states: bool = True,
) -> OfficialRun:
    """Run the official verifier against a provider.

    Args:
        provider: The running provider.
        pacts: The pact files.
        broker: The broker whose contracts are verified; None for files.
        has_states: Whether an interaction may have a provider state.

    Raises:
        VerifierCrashError: The verifier ended without a report.
    """
    reasons = Reasons(provider.options.timeout, provider.options.state_timeout)
    with open_endpoints(provider, reasons, has_states=has_states) as endpoints:
        report = run(_job(provider, endpoints, pacts=pacts, broker=broker), provider.on_start)
        results = tuple(interaction_results(report, reasons))
    return OfficialRun(
        results=results,
        unjudged=tuple(contract_errors(report)),
    )


def _job(
    provider: Provider, endpoints: Endpoints, *, pacts: tuple[str, ...], broker: BrokerJob | None
) -> Job:
    options = provider.options
    longest = max(options.timeout, options.state_seconds)
    seconds = longest + (_MARGIN_SECONDS if endpoints.is_relayed or options.has_two_limits else 0)
    return Job(
        provider=provider.name,
        address=None if endpoints.url is None else address_of(endpoints.url),
        pacts=pacts,
        state_url=endpoints.state_url,
        headers=endpoints.headers,
        message_port=endpoints.message_port,
        broker=broker,
        timeout_ms=int(seconds * 1000),
        description=options.filter.description,
        state=options.filter.state,
        consumers=options.filter.consumers,
    )
