"""Verifying a running provider: what can be known beforehand first, then the official verifier judges."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from pactape.errors import (
    BrokerError,
    PactFormatError,
    ProviderMessageError,
    ProviderStateError,
    ProviderUnreachableError,
)
from pactape.imports import require_extra
from pactape.pactfile.reading import read_pact_with_interactions
from pactape.verification.message_factories import check_message
from pactape.verification.official.process import SELECTIONS, BrokerSource, Job, run
from pactape.verification.result import Verification, verification_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pactape.pactfile import Pact, PactInteraction
    from pactape.provider_states import States
    from pactape.verification.message_factories import Messages

__all__ = ["verify_from_broker", "verify_provider"]

_FEATURE, _LIBRARIES = "the official verifier", ("pact", "cheroot")
_CONNECT_SECONDS = 3.0
_PORTS = {"http": 80, "https": 443}


def verify_provider(
    pacts: Iterable[Path],
    *,
    url: str | None = None,
    states: States,
    headers: Mapping[str, str] | None = None,
    messages: Messages | None = None,
) -> Verification:
    """Have the official verifier replay contracts against a running provider.

    Args:
        pacts: The pact files, at least one, all of one provider.
        url: The running provider's base URL; None when the contracts hold messages only.
        states: The handlers that set up the contracts' provider states.
        headers: Headers for every request, above all a real `Authorization`: contracts hold no credentials.
        messages: For contracts of messages: a function for each description, called without arguments, which
            gives a JSON value, bytes, or a `pactape.matching.Message`.

    Raises:
        MissingExtraError: The extra "verify" isn't installed.
        PactFormatError: A file is not a pact, there is none, or they belong to several providers.
        ProviderStateError: A state has no handler, or a handler failed.
        ProviderMessageError: A message has no function, its function failed, or there is no `url` for a request.
        ProviderUnreachableError: Nothing answers at `url`.
    """
    require_extra("verify", _FEATURE, *_LIBRARIES)
    paths = tuple(pacts)
    documents = [read_pact_with_interactions(path) for path in paths]
    provider = _provider(paths, documents)
    _check_states(paths, documents, states)
    _check_transports(paths, documents, url=url, messages=messages or {})
    parts = _parts(paths, documents, url)
    if url is not None:
        _check_reachable(url)
    results = [
        _judge(provider, url=at, states=states, headers=headers, messages=messages, pacts=part)
        for at, part in parts
    ]
    return Verification(provider=provider, results=tuple(each for part in results for each in part.results))


def verify_from_broker(
    provider: str,
    *,
    broker: BrokerSource,
    url: str | None = None,
    states: States,
    headers: Mapping[str, str] | None = None,
    messages: Messages | None = None,
) -> Verification:
    """As `verify_provider`, with the contracts that a broker selects, and results published there.

    Args:
        provider: The provider's name at the broker.
        broker: The broker, what to select, and the version under which results are published.
        url: The running provider's base URL; None when the contracts hold messages only.
        states: The handlers that set up the contracts' provider states.
        headers: Headers for every request, above all a real `Authorization`.
        messages: The functions that make its messages; for these the provider runs on this machine.

    Raises:
        BrokerError: The broker doesn't answer, refuses, or has no contract that is selected.
        ProviderStateError: A state has no handler, or a handler failed.
        ProviderUnreachableError: Nothing answers at `url`.
    """
    require_extra("verify", _FEATURE, *_LIBRARIES)
    _check_broker(broker)
    if url is not None:
        _check_reachable(url)
    verification = _judge(provider, url=url, states=states, headers=headers, messages=messages, broker=broker)
    if not verification.results:
        raise BrokerError(
            f"the broker selects no contract of the provider {provider!r} ({', '.join(broker.select)})",
            where=_shown(broker.url),
            remedy="publish one with `pactape publish`, or select others with --select",
        )
    return verification


def _judge(
    provider: str,
    *,
    url: str | None,
    states: States,
    headers: Mapping[str, str] | None,
    messages: Messages | None,
    pacts: tuple[str, ...] = (),
    broker: BrokerSource | None = None,
) -> Verification:
    from pactape.verification.official.message_server import running_message_server  # noqa: PLC0415 -- the extra
    from pactape.verification.official.state_server import running_state_server  # noqa: PLC0415 -- as above

    with running_state_server(states) as server, running_message_server(messages or {}) as maker:
        report = run(
            Job(
                provider=provider,
                url=url,
                pacts=pacts,
                state_url=server.url,
                headers=dict(headers or {}),
                message_port=maker.port if messages else None,
                broker=broker,
            )
        )
    failures = [*server.failures, *maker.failures]
    if failures:
        raise failures[0]
    return verification_of(provider, report)


def _check_broker(broker: BrokerSource) -> None:
    for name in broker.select:
        if name not in SELECTIONS and not re.fullmatch(r"branch:.+", name):
            raise BrokerError(
                f"unknown selection {name!r}",
                remedy=f"select {', '.join(SELECTIONS)}, or branch:NAME",
            )
    reason = _why_no_answer(broker.url)
    if reason is not None:
        raise BrokerError(
            f"no broker answers ({reason})",
            where=_shown(broker.url),
            remedy="start one with `pactape broker`, or give the URL of a running one",
        )


def _check_transports(
    paths: tuple[Path, ...], documents: list[Pact], *, url: str | None, messages: Messages
) -> None:
    """See that somebody answers every request and makes every message."""
    for path, document in zip(paths, documents, strict=True):
        for each in _messages(document):
            check_message(each.description, messages, where=path)
        requests = _requests(document)
        if url is None and requests:
            raise ProviderMessageError(
                f"{requests[0].description!r} is a request, and no URL is given",
                where=path,
                remedy="give the running provider's URL",
            )


def _parts(
    paths: tuple[Path, ...], documents: list[Pact], url: str | None
) -> list[tuple[str | None, tuple[str, ...]]]:
    """What the verifier takes in one run, each with the provider's URL.

    It asks for answers and messages at one host, and messages are made here.
    """
    if url is None or _is_here(url) or not any(_messages(document) for document in documents):
        return [(url, tuple(map(str, paths)))]
    here: list[str] = []
    there: list[str] = []
    for path, document in zip(paths, documents, strict=True):
        if _messages(document) and _requests(document):
            raise PactFormatError(
                "holds both requests and messages, and the provider is on another machine",
                where=path,
                remedy="keep messages in files of their own, as `pactape derive` does",
            )
        (here if _messages(document) else there).append(str(path))
    return [(at, tuple(part)) for at, part in ((url, there), (None, here)) if part]


def _is_here(url: str) -> bool:
    return urlsplit(url).hostname in {"localhost", "127.0.0.1"}


def _provider(paths: tuple[Path, ...], documents: list[Pact]) -> str:
    names = sorted({document.provider for document in documents})
    if len(names) != 1:
        raise PactFormatError(
            f"the pacts are of {len(names)} providers: {', '.join(names) or 'none'}",
            where=", ".join(map(str, paths)) or None,
            remedy="verify one provider at a time",
        )
    return names[0]


def _check_states(paths: tuple[Path, ...], documents: list[Pact], states: States) -> None:
    for path, document in zip(paths, documents, strict=True):
        for name in _state_names(document):
            if name not in states:
                raise ProviderStateError(
                    f"no handler sets up the provider state {name!r}",
                    where=path,
                    remedy=f"add one to the states mapping, which has {sorted(states) or 'none'}",
                )


def _state_names(document: Pact) -> list[str]:
    return sorted({state.name for each in document.interactions for state in each.states})


def _requests(document: Pact) -> list[PactInteraction]:
    return [each for each in document.interactions if not each.is_message]


def _messages(document: Pact) -> list[PactInteraction]:
    return [each for each in document.interactions if each.is_message]


def _check_reachable(url: str) -> None:
    reason = _why_no_answer(url)
    if reason is not None:
        raise ProviderUnreachableError(
            f"no provider answers ({reason})",
            where=_shown(url),
            remedy="start the provider, or give the URL of a running one",
        )


def _shown(url: str) -> str:
    from pactape.pact_cli.command import shown_url  # noqa: PLC0415 -- pulls the whole broker in

    return shown_url(url)


def _why_no_answer(url: str) -> Exception | None:
    """Why nothing listens at `url`; None when something does."""
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        with socket.create_connection((parts.hostname or "", port), timeout=_CONNECT_SECONDS):
            return None
    except (OSError, KeyError, ValueError) as error:
        return error
