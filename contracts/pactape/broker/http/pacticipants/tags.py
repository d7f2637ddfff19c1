"""Tags of versions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.pacticipants.versions import ensure_version, require_version
from pactape.broker.http.protocol.links import link, pacticipant_url, tag_documents, version_url
from pactape.broker.http.protocol.messages import Response, hal, no_content, not_found
from pactape.broker.http.protocol.routing import Route, reads, writes
from pactape.broker.store import branches

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES"]


def _put(call: Call) -> Response:
    name = call.path["tag"]
    pacticipant, version, _ = ensure_version(call)
    created = name not in {tag.name for tag in version.tags}
    branches.add_tag(call.connection, pacticipant, version, name, now=call.now)
    return hal(_document(call, name), status=201 if created else 200)


def _get(call: Call) -> Response:
    return hal(_document(call, call.path["tag"]))


def _document(call: Call, name: str) -> dict[str, Any]:
    version = require_version(call)
    owner, number = version.pacticipant, version.number
    for document in tag_documents(call, version):
        if document["name"] == name:
            document["_links"] |= {
                "version": link(version_url(call, owner, number), title="Version", name=number),
                "pacticipant": link(pacticipant_url(call, owner), title="Pacticipant", name=owner),
            }
            return document
    raise not_found(f"Tag {name}")


def _delete(call: Call) -> Response:
    if not branches.delete_tag(call.connection, require_version(call), call.path["tag"]):
        raise not_found(f"Tag {call.path['tag']}")
    return no_content()


_TAG = "/pacticipants/{pacticipant}/versions/{version}/tags/{tag}"

ROUTES: list[Route] = [
    reads(_TAG, _get),
    writes("PUT", _TAG, _put),
    writes("DELETE", _TAG, _delete),
]
