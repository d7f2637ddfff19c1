"""One run of the official verifier with the servers that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack

import msgspec

from pactape.loopback import running
from pactape.provider_states import States
from pactape.urls import is_loopback
from pactape.verification.headers import expand_headers, needs_state_values
from pactape.verification.message_factories import MessageFactories
from pactape.verification.official.job import BrokerJob, Job
from pactape.verification.official.message_server import MessageServer
from pactape.verification.official.process import run
from pactape.verification.official.reasons import Reasons
from pactape.verification.official.report import contract_errors, interaction_results
from pactape.verification.official.state_server import StateServer
from pactape.verification.options import VerificationOptions
from pactape.verification.verdicts import InteractionResult, UnjudgedContract

__all__ = ["OfficialRun", "Provider", "run_official_verifier"]

#: The verifier's own limit lies above ours, so that it is ours that is reported.
_MARGIN_SECONDS = 2.0


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """A running provider.

    Args:
        name: Its name in the contracts.
        url: Its base URL; None when the contracts hold messages only.
        states: The handlers that set up provider states.
        headers: Headers for every request.
        factories: The functions that produce its messages.
        options: How it is called.
        on_progress: Called with the number of interactions that were begun.
    """

    name: str
    url: str | None
    states: States
    headers: Mapping[str, str]
    factories: MessageFactories
    options: VerificationOptions
    on_progress: Callable[[int], None] | None = None


class OfficialRun(msgspec.Struct, frozen=True, kw_only=True):
    """What the official verifier reported.

    Args:
        results: Its verdicts, in its order.
        unjudged: The contracts that it could not load.
        notices: The broker's notices that hold before the verification.
        log: What it wrote to standard error, in lines.
    """

    results: tuple[InteractionResult, ...]
    unjudged: tuple[UnjudgedContract, ...]
    notices: tuple[str, ...]
    log: tuple[str, ...]


def run_official_verifier(
    provider: Provider, *, pacts: tuple[str, ...] = (), broker: BrokerJob | None = None
) -> OfficialRun:
    """Run the official verifier against a provider.

    Args:
        provider: The running provider.
        pacts: The pact files.
        broker: The broker whose contracts are verified; None when they are files.

    Raises:
        VerifierCrashError: The verifier ended without a report.
    """
    reasons = Reasons(provider.options.timeout)
    with ExitStack() as stack:
        states = stack.enter_context(running(StateServer(provider.states, reasons, provider.on_progress)))
        messages = stack.enter_context(running(MessageServer(provider.factories, reasons)))
        url = provider.url
        relayed = url is not None and _needs_relay(url, provider)
        if url is not None and relayed:
            from pactape.verification.official.provider_relay import ProviderRelay  # noqa: PLC0415 -- rare

            relay = ProviderRelay(
                url, headers=provider.headers, options=provider.options, states=states, reasons=reasons
            )
            url = stack.enter_context(running(relay)).url
        headers = {} if relayed else expand_headers(provider.headers, {})
        engine = run(
            _job(provider, url, states=states, messages=messages, headers=headers, pacts=pacts, broker=broker)
        )
        results = tuple(interaction_results(engine.report, reasons))
    return OfficialRun(
        results=results,
        unjudged=tuple(contract_errors(engine.report)),
        notices=tuple(_notices_before(engine.report.get("notices") or ())),
        log=engine.log,
    )


def _needs_relay(url: str, provider: Provider) -> bool:
    """Whether the verifier can't call the provider itself.

    It has certificate authorities of its own, headers that never change, and one host for requests and messages.
    """
    return (
        url.startswith("https:")
        or needs_state_values(provider.headers)
        or (bool(provider.factories) and not is_loopback(url))
    )


def _job(
    provider: Provider,
    url: str | None,
    *,
    states: StateServer,
    messages: MessageServer,
    headers: dict[str, str],
    pacts: tuple[str, ...],
    broker: BrokerJob | None,
) -> Job:
    options = provider.options
    return Job(
        provider=provider.name,
        url=url,
        pacts=pacts,
        state_url=f"{states.url}/",
        headers=headers,
        message_port=messages.server_port if provider.factories or url is None else None,
        broker=broker,
        timeout_ms=int((options.timeout + (_MARGIN_SECONDS if url != provider.url else 0)) * 1000),
        description=options.filter.description,
        state=options.filter.state,
        consumers=options.filter.consumers,
    )


def _notices_before(notices: list[dict[str, str]] | tuple[()]) -> list[str]:
    texts = [str(each.get("text")) for each in notices if each.get("when") == "before_verification"]
    return list(dict.fromkeys(texts))
