"""Branches of pacticipants, and versions on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.pacticipants.resource import known_pacticipant
from pactape.broker.http.pacticipants.versions import branch_version_document, ensure_version, known_version
from pactape.broker.http.protocol.links import branch_url, link, pacticipant_brief
from pactape.broker.http.protocol.messages import Response, hal, no_content, not_found
from pactape.broker.http.protocol.paging import asks_for_page, page_of
from pactape.broker.http.protocol.routing import PAGING, Route, reads, writes
from pactape.broker.store import branches

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["ROUTES"]


def _all(call: Call) -> Response:
    pacticipant, part = known_pacticipant(call), call.request.parameter("q") or ""
    here = call.url("pacticipants", pacticipant.name, "branches")
    names = branches.branch_names(call.connection, pacticipant.id, part=part)
    document: dict[str, Any] = {}
    links: dict[str, Any] = {"self": link(here)}
    if asks_for_page(call):
        page = page_of(call, total=len(names))
        names = names[page.offset : page.offset + page.size]
        document, links = {"page": page.document()}, page.links(here)
    documents = [_document(call, pacticipant.name, name) for name in names]
    return hal({"_embedded": {"branches": documents}, **document, "_links": links})


def _get(call: Call) -> Response:
    pacticipant, name = known_pacticipant(call), call.path["branch"]
    if not branches.has_branch(call.connection, pacticipant.id, name):
        raise not_found(f"Branch {name} of {pacticipant.name}")
    return hal(_document(call, pacticipant.name, name))


def _document(call: Call, pacticipant: str, name: str) -> dict[str, Any]:
    here = branch_url(call, pacticipant, name)
    return {
        "name": name,
        "_embedded": {"pacticipant": pacticipant_brief(call, pacticipant)},
        "_links": {
            "self": link(here, title="Branch"),
            "pb:latest-version": link(f"{here}/latest-version", title="Latest version on the branch"),
            "pb:versions": link(f"{here}/versions", title="Versions on the branch"),
        },
    }


def _delete(call: Call) -> Response:
    name, branch = call.path["pacticipant"], call.path["branch"]
    if not branches.delete_branch(call.connection, name, branch):
        raise not_found(f"Branch {branch} of {name}")
    return no_content()


def _delete_all(call: Call) -> Response:
    """Delete the branches of a pacticipant but its main branch and those named in `exclude[]`, as officially."""
    pacticipant = known_pacticipant(call)
    kept = {value for name, value in call.request.query if name == "exclude[]"} | {pacticipant.main_branch}
    gone = [name for name in branches.branch_names(call.connection, pacticipant.id) if name not in kept]
    for name in gone:
        branches.delete_branch(call.connection, pacticipant.name, name)
    left = branches.branch_names(call.connection, pacticipant.id)
    text = (
        f"Deleted {len(gone)} branches of pacticipant {pacticipant.name}. "
        f"Remaining branches: {', '.join(left) or 'none'}"
    )
    return hal({"notices": [{"type": "success", "text": text}]})


def _put_version(call: Call) -> Response:
    name = call.path["branch"]
    pacticipant, version, _ = ensure_version(call)
    created = name not in version.branches
    branches.add_branch(call.connection, pacticipant, version, name, now=call.now)
    document = branch_version_document(call, known_version(call), name)
    return hal(document, status=201 if created else 200)


def _get_version(call: Call) -> Response:
    version, name = known_version(call), call.path["branch"]
    if name not in version.branches:
        raise not_found(f"Version {version.number} on branch {name}")
    return hal(branch_version_document(call, version, name))


def _remove_version(call: Call) -> Response:
    version, name = known_version(call), call.path["branch"]
    if not branches.remove_from_branch(call.connection, version, name):
        raise not_found(f"Version {version.number} on branch {name}")
    return no_content()


_BRANCHES = "/pacticipants/{pacticipant}/branches"
_VERSION = f"{_BRANCHES}/{{branch}}/versions/{{version}}"

ROUTES: list[Route] = [
    reads(_BRANCHES, _all, filters=("q", *PAGING)),
    writes("DELETE", _BRANCHES, _delete_all),
    reads(f"{_BRANCHES}/{{branch}}", _get),
    writes("DELETE", f"{_BRANCHES}/{{branch}}", _delete),
    reads(_VERSION, _get_version),
    writes("PUT", _VERSION, _put_version),
    writes("DELETE", _VERSION, _remove_version),
]
