"""The identity of a request: equal identities mean equal requests in equal states, GraphQL documents normalized."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

from pactape.cassettes.replay.request_keys.match_rules import EXACT
from pactape.contracts.samples.graphql_documents import canonical_document

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pactape.cassettes.replay.request_keys.match_rules import HostRules
    from pactape.contracts.interactions.interaction import ExpectedRequest
    from pactape.exchange import ProviderState

__all__ = ["RequestIdentity", "identity_of", "identity_of_document"]

#: Method, path, query, body, states with their parameters, and headers if requested.
RequestIdentity = str


def identity_of(
    request: ExpectedRequest,
    states: Sequence[ProviderState],
    *,
    with_headers: bool = False,
    ignored: HostRules = EXACT,
) -> RequestIdentity:
    """Return the identity of a derived interaction's request.

    Args:
        request: Its request.
        states: Its provider states.
        with_headers: Whether headers are part of the identity.
        ignored: The parts of the request that are ignored.
    """
    body = request.body.example if request.body and not ignored.ignore_body else None
    headers = {name.lower(): [value] for name, value in request.headers.items()} if with_headers else {}
    return _identity(
        request.method,
        request.path,
        {name: values for name, values in request.query.items() if name not in ignored.parameters},
        ignored.without_ignored(body),
        [[state.name, state.parameters] for state in states],
        {name: values for name, values in headers.items() if name not in ignored.headers},
    )


def identity_of_document(document: dict[str, Any], *, with_headers: bool = False) -> RequestIdentity | None:
    """Return the identity of a pact file's interaction; None for a message.

    Args:
        document: The interaction in the form of Pact V4.
        with_headers: Whether headers are part of the identity.
    """
    request = document.get("request")
    if not isinstance(request, dict):
        return None
    query, body = request.get("query") or {}, request.get("body")
    headers = request.get("headers") or {}
    return _identity(
        str(request.get("method", "GET")).upper(),
        str(request.get("path", "/")),
        parse_qs(query, keep_blank_values=True) if isinstance(query, str) else query,
        body.get("content") if isinstance(body, dict) else None,
        [
            [provider_state.get("name"), provider_state.get("params") or {}]
            for provider_state in document.get("providerStates") or []
        ],
        {str(name).lower(): value for name, value in headers.items()} if with_headers else {},
    )


def _identity(
    method: str, path: str, query: dict[str, Any], body: Any, states: list[Any], headers: dict[str, Any]
) -> RequestIdentity:
    if isinstance(body, dict) and isinstance(body.get("query"), str):
        body = {**body, "query": canonical_document(body["query"])}
    return json.dumps([method, path, query, body, states, headers], sort_keys=True)
