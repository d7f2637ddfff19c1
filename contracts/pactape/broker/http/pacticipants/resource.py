"""Pacticipants: the applications that consume and provide."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.lookups import require_pacticipant
from pactape.broker.http.protocol.links import (
    label_url,
    link,
    pacticipant_document,
    pacticipant_url,
    placement_links,
    version_brief,
)
from pactape.broker.http.protocol.messages import Problem, Response, hal, no_content
from pactape.broker.http.protocol.names import check_names
from pactape.broker.http.protocol.paging import page_of, requests_page
from pactape.broker.http.protocol.routing import PAGING, Route, reads, writes
from pactape.broker.store import pacticipants
from pactape.broker.store.placements import current_placements
from pactape.broker.store.versions import latest_version
from pactape.broker.store.webhooks import delete_webhooks_of

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Pacticipant

__all__ = ["ROUTES"]

_CREATED = 201
_FIELDS = {
    "displayName": "display_name",
    "mainBranch": "main_branch",
    "repositoryUrl": "repository_url",
    "repositoryName": "repository_name",
    "repositoryNamespace": "repository_namespace",
}


def _document(call: Call, pacticipant: Pacticipant) -> dict[str, Any]:
    document = pacticipant_document(call, pacticipant)
    latest = latest_version(call.connection, pacticipant.name)
    labels = [
        {
            "name": name,
            "_links": {"self": link(label_url(call, pacticipant.name, name), title="Label", name=name)},
        }
        for name in pacticipants.labels_of(call.connection, pacticipant.id)
    ]
    document["_embedded"] = {"labels": labels}
    if latest is not None:
        brief = version_brief(call, latest)
        document["_embedded"] |= {"latestVersion": brief, "latest-version": brief}
    placements = current_placements(call.connection, pacticipant=pacticipant.name)
    document["_links"] |= placement_links(call, placements)
    return document


def _all(call: Call) -> Response:
    part = call.request.parameter("q") or ""
    here, document, links = call.url("pacticipants"), {}, {"self": link(call.url("pacticipants"))}
    limit, offset = None, 0
    if requests_page(call):
        page = page_of(call, total=pacticipants.count_pacticipants(call.connection, part=part))
        limit, offset = page.size, page.offset
        document, links = {"page": page.document()}, page.links(here)
    page_pacticipants = pacticipants.all_pacticipants(call.connection, part=part, limit=limit, offset=offset)
    pacticipant_links = [
        link(
            pacticipant_url(call, page_pacticipant.name),
            title=page_pacticipant.name,
            name=page_pacticipant.name,
        )
        for page_pacticipant in page_pacticipants
    ]
    documents = [pacticipant_document(call, page_pacticipant) for page_pacticipant in page_pacticipants]
    return hal(
        {
            "pacticipants": documents,
            "_embedded": {"pacticipants": documents},
            **document,
            "_links": {**links, "pb:pacticipants": pacticipant_links, "pacticipants": pacticipant_links},
        }
    )


def _get(call: Call) -> Response:
    return hal(_document(call, require_pacticipant(call)))


def _create(call: Call) -> Response:
    body = call.json()
    name = body.get("name")
    if not isinstance(name, str):
        raise Problem(400, "name can't be blank", errors={"name": ["can't be blank"]})
    check_names([("name", name)])
    if pacticipants.find_pacticipant(call.connection, name) is not None:
        raise Problem(409, f"Pacticipant {name} already exists")
    return _save(call, name, body, status=_CREATED)


def _update(call: Call) -> Response:
    name = call.path["pacticipant"]
    exists = pacticipants.find_pacticipant(call.connection, name) is not None
    return _save(call, name, call.json(), status=200 if exists else _CREATED)


def _save(call: Call, name: str, body: dict[str, Any], *, status: int) -> Response:
    values = _values(body)
    pacticipant = pacticipants.ensure_pacticipant(call.connection, name, now=call.now)
    pacticipants.update_pacticipant(call.connection, pacticipant.id, values)
    location = (("Location", pacticipant_url(call, name)),) if status == _CREATED else ()
    return hal(_document(call, require_pacticipant(call, name)), status=status, headers=location)


def _values(body: dict[str, Any]) -> dict[str, Any]:
    values = {}
    for key, column in _FIELDS.items():
        value = body.get(key)
        if value is not None and not isinstance(value, str):
            raise Problem(400, f"{key} must be a string", errors={key: ["must be a string"]})
        if key == "mainBranch" and value:
            check_names([(key, value)])
        if key in body and not (column == "display_name" and value is None):
            values[column] = value
    return values


def _delete(call: Call) -> Response:
    pacticipant = require_pacticipant(call)
    pacticipants.delete_pacticipant(call.connection, pacticipant.id)
    delete_webhooks_of(call.connection, consumer=pacticipant.name, provider=None)
    delete_webhooks_of(call.connection, consumer=None, provider=pacticipant.name)
    return no_content()


_PACTICIPANT = "/pacticipants/{pacticipant}"

ROUTES: list[Route] = [
    reads("/pacticipants", _all, filters=("q", *PAGING)),
    writes("POST", "/pacticipants", _create),
    reads(_PACTICIPANT, _get),
    writes("PATCH", _PACTICIPANT, _update),
    writes("PUT", _PACTICIPANT, _update),
    writes("DELETE", _PACTICIPANT, _delete),
]
