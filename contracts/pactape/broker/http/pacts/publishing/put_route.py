"""The route that publishes one contract with PUT, for older clients."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.broker.http.pacts.documents import pact_document
from pactape.broker.http.pacts.publishing.new_pacticipants import check_new_pacticipants
from pactape.broker.http.pacts.publishing.publication import check_interactions
from pactape.broker.http.pacts.publishing.storing import (
    check_conflict,
    existing_publication,
    merge_with_published,
    store,
)
from pactape.broker.http.protocol.messages import Problem, Response, hal
from pactape.broker.http.protocol.routing import Route, writes
from pactape.broker.store import pacticipants, versions
from pactape.broker.store.database.locks import lock

if TYPE_CHECKING:
    from typing import Any

    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES"]


def _put(call: Call) -> Response:
    document, body = call.document(), call.request.body
    _check(call, document)
    consumer_name, provider_name = call.path["consumer"], call.path["provider"]
    lock(call.connection, consumer_name)
    names = (consumer_name, provider_name)
    check_new_pacticipants(call, names)
    parties = pacticipants.ensure_pacticipants(call.connection, names, now=call.now)
    consumer = parties[consumer_name]
    version, _ = versions.ensure_version(call.connection, consumer, call.path["version"], now=call.now)
    existing = existing_publication(call, version, provider_name)
    if call.request.method != "PATCH":
        check_conflict(call, existing, document)
    elif existing is not None:
        document = merge_with_published(call, existing, document)
        body = msgspec.json.encode(document)
    stored_contract = store(
        call,
        consumer=consumer,
        provider=parties[provider_name],
        version=version,
        document=document,
        body=body,
        existing=existing,
    )
    return hal(pact_document(call, stored_contract.publication), status=200 if existing else 201)


def _check(call: Call, document: dict[str, Any]) -> None:
    check_interactions(document, "the contract")
    for role in ("consumer", "provider"):
        party, name = document.get(role), call.path[role]
        party_name = party.get("name") if isinstance(party, dict) else None
        if party_name is None and (party is None or isinstance(party, dict)):
            continue  # as officially, a document without party names belongs to the parties in the URL
        if party_name != name:
            text = f"the contract has the {role} {party_name!r}, but the path says {name!r}"
            raise Problem(400, text, errors={f"{role}.name": [text]})


_BETWEEN = "/pacts/provider/{provider}/consumer/{consumer}"

ROUTES: list[Route] = [
    writes(method, f"{_BETWEEN}/{segment}/{{version}}", _put, exclusive=False)
    for method in ("PUT", "PATCH")
    for segment in ("version", "versions")
]
