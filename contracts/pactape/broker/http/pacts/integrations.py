"""Integrations: pairs of consumers and providers with contracts, as a list, a graph or a table."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from pactape.broker.http.lookups import require_pacticipant
from pactape.broker.http.protocol.links import link, moment, pacticipant_brief, pacticipant_url
from pactape.broker.http.protocol.messages import Response, hal, no_content, not_found, prefers, text
from pactape.broker.http.protocol.paging import page_of, requests_page
from pactape.broker.http.protocol.routing import PAGING, Route, reads, writes
from pactape.broker.store.pacts import integrations
from pactape.broker.store.webhooks import delete_webhooks_of

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Integration

__all__ = ["ROUTES"]


def _all(call: Call) -> Response:
    part, self_url = call.request.parameter("q") or "", call.url("integrations")
    document: dict[str, Any] = {}
    links: dict[str, Any] = {"self": link(self_url, title="Integrations")}
    limit, offset = None, 0
    if requests_page(call):
        page = page_of(call, total=integrations.count_integrations(call.connection, part=part))
        limit, offset = page.size, page.offset
        document, links = {"page": page.document()}, page.links(self_url)
    page_integrations = integrations.all_integrations(call.connection, part=part, limit=limit, offset=offset)
    if prefers(call.request, _DOT):
        return text(_graph(page_integrations), content_type=f"{_DOT};charset=utf-8")
    documents = [_document(call, page_integration) for page_integration in page_integrations]
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
            "pb:group": link(call.url("groups", consumer), title="Everything that is connected"),
            "pb:delete_integration": link(call.url("integrations", *between), title="Delete the integration"),
            "pb:consumer": link(pacticipant_url(call, consumer), name=consumer),
            "pb:provider": link(pacticipant_url(call, provider), name=provider),
        },
    }


_DOT, _CSV = "text/vnd.graphviz", "text/csv"


def _graph(pairs: list[Integration]) -> str:
    """Return the integrations as a Graphviz document."""
    lines = [f"  {_dot_name(pair.consumer)} -> {_dot_name(pair.provider)}" for pair in pairs]
    style = "ranksep=3; ratio=auto; overlap=false; node [  shape = plaintext, fontname = Helvetica ];"
    return "\n".join([f"digraph {{ {style}", *lines, "}"])


def _dot_name(name: str) -> str:
    """Return a name in Graphviz syntax: quoted unless it is a word."""
    word = name.replace(" ", "_")
    if _DOT_WORD.fullmatch(word):
        return word
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


_DOT_WORD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")


def _relationships(call: Call) -> Response:
    return _table(call, integrations.all_integrations(call.connection))


def _group(call: Call) -> Response:
    """Respond with all integrations that a pacticipant is connected with, directly or through others."""
    names = {require_pacticipant(call).name}
    connected: set[Integration] = set()
    pairs = integrations.all_integrations(call.connection)
    while True:
        connected_pairs = {
            pair for pair in pairs if pair.consumer in names or pair.provider in names
        } - connected
        if not connected_pairs:
            return _table(call, [pair for pair in pairs if pair in connected])
        connected |= connected_pairs
        names |= {
            name for integration in connected_pairs for name in (integration.consumer, integration.provider)
        }


def _table(call: Call, pairs: list[Integration]) -> Response:
    """Return a row for each pacticipant: number, name, three weights, position, providers."""
    numbers: dict[str, int] = {}
    for pair in pairs:
        for name in (pair.consumer, pair.provider):
            numbers.setdefault(name, require_pacticipant(call, name).id)
    rows = {
        name: [str(number), name, "1", "1", "0", str(index)]
        for index, (name, number) in enumerate(numbers.items(), start=1)
    }
    for pair in pairs:
        rows[pair.consumer].append(str(numbers[pair.provider]))
    width = max(map(len, rows.values()), default=0)
    table = io.StringIO()
    csv.writer(table, lineterminator="\n").writerows(
        [*row, *["0"] * (width - len(row))] for row in rows.values()
    )
    return text(table.getvalue().rstrip("\n"), content_type=f"{_CSV};charset=utf-8")


def _get(call: Call) -> Response:
    consumer, provider = call.path["consumer"], call.path["provider"]
    pair_integrations = integrations.all_integrations(
        call.connection, of_consumers=[consumer], of_providers=[provider]
    )
    if not pair_integrations:
        raise not_found(f"An integration between {consumer} and {provider}")
    return hal(_document(call, pair_integrations[0]))


def _delete(call: Call) -> Response:
    consumer = require_pacticipant(call, call.path["consumer"])
    provider = require_pacticipant(call, call.path["provider"])
    if not integrations.has_integration(call.connection, consumer, provider):
        raise not_found(f"An integration between {consumer.name} and {provider.name}")
    integrations.delete_integration(call.connection, consumer, provider)
    delete_webhooks_of(call.connection, consumer=consumer.name, provider=provider.name)
    return no_content()


def _delete_all(call: Call) -> Response:
    integrations.delete_integrations(call.connection)
    return no_content()


_ONE = "/integrations/provider/{provider}/consumer/{consumer}"

ROUTES: list[Route] = [
    reads("/integrations", _all, filters=("q", *PAGING)),
    writes("DELETE", "/integrations", _delete_all),
    reads("/relationships", _relationships),
    reads("/groups/{pacticipant}", _group),
    reads(_ONE, _get),
    writes("DELETE", _ONE, _delete),
]
