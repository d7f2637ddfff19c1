"""Integrations: the pairs of consumers and providers with contracts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.pacticipants.resource import known_pacticipant
from pactape.broker.http.protocol.links import link, moment, pacticipant_brief, pacticipant_url
from pactape.broker.http.protocol.messages import Response, hal, no_content, not_found
from pactape.broker.http.protocol.paging import asks_for_page, page_of
from pactape.broker.http.protocol.routing import PAGING, Route, reads, writes
from pactape.broker.store.pacts import integrations

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Integration

__all__ = ["ROUTES"]


def _all(call: Call) -> Response:
    part, here = call.request.parameter("q") or "", call.url("integrations")
    document: dict[str, Any] = {}
    links: dict[str, Any] = {"self": link(here, title="Integrations")}
    limit, offset = None, 0
    if asks_for_page(call):
        page = page_of(call, total=integrations.count_integrations(call.connection, part=part))
        limit, offset = page.size, page.offset
        document, links = {"page": page.document()}, page.links(here)
    found = integrations.all_integrations(call.connection, part=part, limit=limit, offset=offset)
    documents = [_document(call, each) for each in found]
    return hal({"_embedded": {"integrations": documents}, **document, "_links": links})


def _document(call: Call, integration: Integration) -> dict[str, Any]:
    consumer, provider = integration.consumer, integration.provider
    between = ("provider", provider, "consumer", consumer)
    return {
        "consumer": pacticipant_brief(call, consumer),
        "provider": pacticipant_brief(call, provider),
        "createdAt": moment(integration.created_at),
        "_links": {
            "self": link(call.url("integrations", *between), title="Integration"),
            "pb:dashboard": link(call.url("dashboard", *between), title="Dashboard"),
            "pb:matrix": link(call.url("matrix", *between), title="Matrix"),
            "pb:consumer": link(pacticipant_url(call, consumer), name=consumer),
            "pb:provider": link(pacticipant_url(call, provider), name=provider),
        },
    }


def _get(call: Call) -> Response:
    consumer, provider = call.path["consumer"], call.path["provider"]
    found = integrations.all_integrations(call.connection, of_consumers=[consumer], of_providers=[provider])
    if not found:
        raise not_found(f"An integration between {consumer} and {provider}")
    return hal(_document(call, found[0]))


def _delete(call: Call) -> Response:
    consumer = known_pacticipant(call, call.path["consumer"])
    provider = known_pacticipant(call, call.path["provider"])
    if not integrations.has_integration(call.connection, consumer, provider):
        raise not_found(f"An integration between {consumer.name} and {provider.name}")
    integrations.delete_integration(call.connection, consumer, provider)
    return no_content()


def _delete_all(call: Call) -> Response:
    integrations.delete_integrations(call.connection)
    return no_content()


_ONE = "/integrations/provider/{provider}/consumer/{consumer}"

ROUTES: list[Route] = [
    reads("/integrations", _all, filters=("q", *PAGING)),
    writes("DELETE", "/integrations", _delete_all),
    reads(_ONE, _get),
    writes("DELETE", _ONE, _delete),
]
