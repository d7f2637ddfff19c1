"""Labels of pacticipants."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.lookups import require_pacticipant
from pactape.broker.http.protocol.links import link, moment, pacticipant_document, pacticipant_url
from pactape.broker.http.protocol.messages import Response, hal, no_content, not_found
from pactape.broker.http.protocol.paging import page_of, requests_page
from pactape.broker.http.protocol.routing import PAGING, Route, reads, writes
from pactape.broker.store import pacticipants

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES"]


def _all(call: Call) -> Response:
    names = pacticipants.all_labels(call.connection)
    document: dict[str, Any] = {}
    links: dict[str, Any] = {"self": link(call.url("labels"), title="Labels")}
    if requests_page(call):
        page = page_of(call, total=len(names))
        names = names[page.offset : page.offset + page.size]
        document, links = {"page": page.document()}, page.links(call.url("labels"))
    documents = [
        {
            "name": name,
            "_links": {
                "pb:pacticipants-with-label": link(
                    call.url("pacticipants", "label", name), title="Pacticipants"
                )
            },
        }
        for name in names
    ]
    return hal({"_embedded": {"labels": documents}, **document, "_links": links})


def _with_label(call: Call) -> Response:
    label, part = call.path["label"], call.request.parameter("q") or ""
    self_url, document = call.url("pacticipants", "label", label), {}
    links: dict[str, Any] = {"self": link(self_url)}
    limit, offset = None, 0
    if requests_page(call):
        page = page_of(call, total=pacticipants.count_pacticipants(call.connection, part=part, label=label))
        limit, offset = page.size, page.offset
        document, links = {"page": page.document()}, page.links(self_url)
    owners = pacticipants.all_pacticipants(
        call.connection, part=part, label=label, limit=limit, offset=offset
    )
    links["pb:pacticipants"] = [
        link(pacticipant_url(call, owner.name), title=owner.name, name=owner.name) for owner in owners
    ]
    documents = [pacticipant_document(call, owner) for owner in owners]
    return hal({"_embedded": {"pacticipants": documents}, **document, "_links": links})


def _get(call: Call) -> Response:
    name = call.path["label"]
    pacticipant = require_pacticipant(call)
    if name not in pacticipants.labels_of(call.connection, pacticipant.id):
        raise not_found(f"Label {name}")
    return hal(_document(call, pacticipant.id))


def _add(call: Call) -> Response:
    pacticipant = require_pacticipant(call)
    created = call.path["label"] not in pacticipants.labels_of(call.connection, pacticipant.id)
    pacticipants.add_label(call.connection, pacticipant.id, call.path["label"], now=call.now)
    return hal(_document(call, pacticipant.id), status=201 if created else 200)


def _document(call: Call, owner_id: int) -> dict[str, Any]:
    name, owner = call.path["label"], call.path["pacticipant"]
    created_at = pacticipants.label_created_at(call.connection, owner_id, name)
    return {
        "name": name,
        **({} if created_at is None else {"createdAt": moment(created_at)}),
        "_links": {
            "self": link(call.url(*call.request.segments), title="Label", name=name),
            "pacticipant": link(pacticipant_url(call, owner), title="Pacticipant", name=owner),
        },
    }


def _remove(call: Call) -> Response:
    if not pacticipants.remove_label(call.connection, require_pacticipant(call).id, call.path["label"]):
        raise not_found(f"Label {call.path['label']}")
    return no_content()


_LABEL = "/pacticipants/{pacticipant}/labels/{label}"

ROUTES: list[Route] = [
    reads("/labels", _all, filters=PAGING),
    reads("/pacticipants/label/{label}", _with_label, filters=("q", *PAGING)),
    reads(_LABEL, _get),
    writes("PUT", _LABEL, _add),
    writes("DELETE", _LABEL, _remove),
]
