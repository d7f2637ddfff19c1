"""Verifies a running provider against contracts from a broker, and publishes the results there."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.errors import BrokerError, PactFormatError
from pactape.imports import require_extra
from pactape.pact_cli.broker_relay import BrokerRelay
from pactape.pactfile import decode_pact
from pactape.serving import running
from pactape.urls import url_error, without_credentials
from pactape.verification.expected import ExpectedInteraction, complete_results
from pactape.verification.official.child_process.job import BrokerJob
from pactape.verification.official.provider import Provider
from pactape.verification.official.publication import publication_of
from pactape.verification.official.run import run_official_verifier
from pactape.verification.official.selectors import DEFAULT_SELECTORS, parse_selector
from pactape.verification.options import VerificationOptions
from pactape.verification.preflight import check_provider
from pactape.verification.verdicts import UnjudgedContract, Verification

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from pactape.pact_cli.broker_relay import RelayedCall
    from pactape.provider_states import States
    from pactape.verification.message_factories import MessageFactories
    from pactape.verification.official.run import OfficialRun
    from pactape.verification.options import InteractionFilter

__all__ = ["BrokerSource", "verify_from_broker"]

_CREDENTIALS = "check the credentials in PACT_BROKER_TOKEN, or PACT_BROKER_USERNAME and PACT_BROKER_PASSWORD"
_BEFORE = "before_verification"
_REMEDIES = {
    0: "start a broker with `pactape broker`, or give the URL of a running one",
    401: _CREDENTIALS,
    403: _CREDENTIALS,
    404: "check the provider's name and the broker's base URL",
}


class BrokerSource(msgspec.Struct, frozen=True, kw_only=True):
    """Contracts that come from a broker; credentials are the official PACT_BROKER_* variables.

    Args:
        url: The broker's base URL.
        select: Selectors of consumer versions, as in `pactape verify --select`.
        include_pending: Whether pending contracts are verified; their failures don't count yet.
        include_wip_since: The date (ISO 8601) from which work in progress is also verified; None to verify none.
            Requires `branch`.
        version: The provider's version to publish results for; None to publish nothing.
        branch: The provider's branch.
        tags: The tags of the provider's version.
        build_url: The URL of the build.
    """

    url: str
    select: tuple[str, ...] = DEFAULT_SELECTORS
    include_pending: bool = True
    include_wip_since: str | None = None
    version: str | None = None
    branch: str | None = None
    tags: tuple[str, ...] = ()
    build_url: str | None = None


def verify_from_broker(
    provider: str,
    *,
    broker: BrokerSource,
    url: str | None = None,
    states: States,
    headers: Mapping[str, str] | None = None,
    messages: MessageFactories | None = None,
    options: VerificationOptions = VerificationOptions(),  # noqa: B008 -- immutable
    on_progress: Callable[[int], None] | None = None,
) -> Verification:
    """Verify a running provider against a broker's contracts, and publish the results there.

    Args:
        provider: The provider's name at the broker.
        broker: The broker, the selectors, and the version to publish results for.
        url: The running provider's base URL; None if the contracts contain messages only.
        states: The handlers that set up the contracts' provider states.
        headers: Headers for every request, instead of the contract's, which contain no credentials. `${name}` in a
            value is replaced with a value that a state handler returned, or with an environment variable.
        messages: The functions that produce its messages.
        options: Time-outs, TLS and filters; with a filter nothing can be published.
        on_progress: Called with the number of interactions started so far.

    Returns:
        One result for each interaction of each selected contract, and the outcome of their publication.

    Raises:
        MissingExtraError: The extra "verify" isn't installed.
        BrokerError: The broker doesn't respond, rejects the request, or selects no contract.
        ProviderUnreachableError: Nothing listens at `url`.
    """
    require_extra("verify", "the official verifier", "pact")
    selectors = tuple(map(parse_selector, broker.select))
    _check(broker, options)
    if url is not None:
        check_provider(url, options)
    running_provider = Provider(
        name=provider,
        url=url,
        states=states,
        headers=headers or {},
        factories=messages or {},
        options=options,
        on_progress=on_progress,
    )
    with running(BrokerRelay(broker.url, os.environ)) as relay:
        job = _job(relay.url, broker, selectors)
        run = run_official_verifier(running_provider, broker=job)
    return _verification(provider, broker, run, relay, options.filter)


def _check(broker: BrokerSource, options: VerificationOptions) -> None:
    reason = url_error(broker.url)
    if reason is not None:
        raise BrokerError(
            f"{without_credentials(broker.url)!r} is not a URL ({reason})",
            remedy="write it with http:// or https://",
        )
    if broker.version is not None and not options.filter.selects_all:
        raise BrokerError(
            "results of only some interactions can't be published",
            remedy="verify all interactions, or don't publish",
        )


def _job(url: str, broker: BrokerSource, selectors: tuple[dict[str, Any], ...]) -> BrokerJob:
    return BrokerJob(
        url=url,
        selectors=tuple(map(json.dumps, selectors)),
        include_pending=broker.include_pending,
        include_wip_since=broker.include_wip_since if broker.branch is not None else None,
        version=broker.version,
        branch=broker.branch,
        tags=broker.tags,
        build_url=broker.build_url,
    )


def _verification(
    provider: str, broker: BrokerSource, run: OfficialRun, relay: BrokerRelay, selection: InteractionFilter
) -> Verification:
    contracts = _contracts(relay.calls)
    if not contracts:
        raise _no_contract_error(provider, broker, run, relay)
    expected, unreadable = _expected(contracts, _pending(relay.calls, contracts), selection)
    unjudged = [
        msgspec.structs.replace(contract, reason=relay.shown(contract.reason)) for contract in run.unjudged
    ]
    return Verification(
        provider=provider,
        results=tuple(complete_results(expected, run.results, is_filtered=selection.has_patterns)),
        unjudged=(*unreadable, *unjudged),
        publication=publication_of(broker.version, contracts, relay.calls) if broker.version else None,
        notices=tuple(map(relay.shown, _notices(relay.calls))),
    )


def _contracts(calls: Iterable[RelayedCall]) -> dict[str, RelayedCall]:
    """Return the contracts that the broker served, by path."""
    return {
        call.path: call
        for call in calls
        if call.method == "GET"
        and not call.has_failed
        and isinstance(call.document, dict)
        and call.document.keys() >= {"consumer", "provider"}
    }


def _expected(
    contracts: dict[str, RelayedCall], pending: frozenset[str], selection: InteractionFilter
) -> tuple[list[ExpectedInteraction], list[UnjudgedContract]]:
    expected: list[ExpectedInteraction] = []
    unreadable: list[UnjudgedContract] = []
    for path, call in contracts.items():
        try:
            pact = decode_pact(json.dumps(call.document).encode())
        except PactFormatError as error:
            unreadable.append(UnjudgedContract(contract=path, reason=error.what))
            continue
        expected += [
            ExpectedInteraction(
                contract=path, interaction=interaction, is_pending=interaction.pending or path in pending
            )
            for interaction in pact.interactions
            if selection.selects(interaction)
        ]
    return expected, unreadable


def _selected_contracts(calls: Iterable[RelayedCall]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Return the URLs of the contracts that the broker selected, each with its verification properties.

    The verifier's first request has no selectors; its response is ignored.
    """
    embedded = [call.document.get("_embedded") for call in calls if isinstance(call.document, dict)]
    lists = [link["pacts"] for link in embedded if isinstance(link, dict) and link.get("pacts")]
    for contract in lists[-1] if lists else ():
        yield str(contract["_links"]["self"]["href"]), contract.get("verificationProperties") or {}


def _pending(calls: Iterable[RelayedCall], contracts: Iterable[str]) -> frozenset[str]:
    """Return the paths of the contracts that the broker marks as pending."""
    hrefs = [href for href, properties in _selected_contracts(calls) if properties.get("pending")]
    return frozenset(path for path in contracts if any(href.endswith(path) for href in hrefs))


def _notices(calls: Iterable[RelayedCall]) -> list[str]:
    """Return the broker's notices before verification for all contracts; the verifier reports those of one."""
    texts = [
        str(notice.get("text"))
        for _, properties in _selected_contracts(calls)
        for notice in properties.get("notices") or ()
        if notice.get("when") == _BEFORE
    ]
    return list(dict.fromkeys(texts))


def _no_contract_error(
    provider: str, broker: BrokerSource, run: OfficialRun, relay: BrokerRelay
) -> BrokerError:
    where = without_credentials(broker.url)
    index = relay.calls[0] if relay.calls else None
    if index is not None and index.is_foreign:
        return BrokerError(
            f"is not a Pact broker: it returns status {index.status} without a broker's index",
            where=where,
            remedy="give the base URL of a broker; a proxy or a sign-in page may have responded instead",
        )
    if relay.failures:
        failure = relay.failures[-1]
        remedy = _REMEDIES.get(failure.status, "fix the problem that the broker reports")
        return BrokerError(str(failure), where=where, remedy=remedy)
    reasons = "".join(f": {relay.shown(contract.reason)}" for contract in run.unjudged[:1])
    return BrokerError(
        f"the broker selects no contract of the provider {provider!r} ({', '.join(broker.select)}){reasons}",
        where=where,
        remedy="publish one with `pactape publish`, or select others with --select",
    )
