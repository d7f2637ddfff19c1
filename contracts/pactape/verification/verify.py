"""Verifying a running provider: what can be known beforehand first, then the official verifier judges."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pactape.errors import PactFormatError, ProviderStateError, ProviderUnreachableError
from pactape.verification.official import Job, run
from pactape.verification.result import Verification, verification_of
from pactape.verification.state_server import running_state_server

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pactape.states import States

__all__ = ["verify_provider"]

_CONNECT_SECONDS = 3.0
_PORTS = {"http": 80, "https": 443}


def verify_provider(
    pacts: Iterable[Path], *, url: str, states: States, headers: Mapping[str, str] | None = None
) -> Verification:
    """Have the official verifier replay contracts against a running provider.

    Args:
        pacts: The pact files, at least one, all of one provider.
        url: The running provider's base URL.
        states: The handlers that set up the contracts' provider states.
        headers: Headers for every request, above all a real `Authorization`: contracts hold no credentials.

    Raises:
        PactFormatError: A file is no pact, there is none, or they are of several providers.
        ProviderStateError: A state has no handler, or a handler failed.
        ProviderUnreachableError: Nothing answers at `url`.
    """
    paths = tuple(pacts)
    documents = [_read(path) for path in paths]
    provider = _provider(paths, documents)
    _check_states(paths, documents, states)
    _check_reachable(url)
    with running_state_server(states) as server:
        report = run(
            Job(
                provider=provider,
                url=url,
                pacts=tuple(map(str, paths)),
                state_url=server.url,
                headers=dict(headers or {}),
            )
        )
    if server.failures:
        raise server.failures[0]
    return verification_of(provider, report)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_bytes())
        document["consumer"]["name"], document["provider"]["name"]
    except OSError as error:
        raise PactFormatError(
            f"can't be read ({error.strerror})", where=path, remedy="derive it with `pactape derive`"
        ) from error
    except (ValueError, LookupError, TypeError) as error:
        raise PactFormatError(
            f"is not a pact file ({type(error).__name__}: {error})",
            where=path,
            remedy="name a JSON file with consumer, provider and interactions, as `pactape derive` writes it",
        ) from error
    return dict(document)


def _provider(paths: tuple[Path, ...], documents: list[dict[str, Any]]) -> str:
    names = sorted({str(document["provider"]["name"]) for document in documents})
    if len(names) != 1:
        raise PactFormatError(
            f"the pacts are of {len(names)} providers: {', '.join(names) or 'none'}",
            where=", ".join(map(str, paths)) or None,
            remedy="verify one provider at a time",
        )
    return names[0]


def _check_states(paths: tuple[Path, ...], documents: list[dict[str, Any]], states: States) -> None:
    for path, document in zip(paths, documents, strict=True):
        for name in _state_names(document):
            if name not in states:
                raise ProviderStateError(
                    f"no handler sets up the provider state {name!r}",
                    where=path,
                    remedy=f"add one to the states mapping, which has {sorted(states) or 'none'}",
                )


def _state_names(document: dict[str, Any]) -> set[str]:
    interactions = document.get("interactions", [])
    return {state["name"] for each in interactions for state in each.get("providerStates") or []}


def _check_reachable(url: str) -> None:
    parts = urlsplit(url)
    try:
        port = parts.port or _PORTS[parts.scheme]
        with socket.create_connection((parts.hostname or "", port), timeout=_CONNECT_SECONDS):
            pass
    except (OSError, KeyError, ValueError) as error:
        raise ProviderUnreachableError(
            f"no provider answers ({error})",
            where=url,
            remedy="start the provider, or give the URL of a running one",
        ) from error
