"""Branches of pacticipants, and versions on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.lookups import require_pacticipant
from pactape.broker.http.pacticipants.version_documents import branch_version_document
from pactape.broker.http.pacticipants.versions import ensure_version, require_version
from pactape.broker.http.protocol.links import branch_url, link, moment, pacticipant_brief
from pactape.broker.http.protocol.messages import Response, hal, no_content, not_found
from pactape.broker.http.protocol.paging import page_of
from pactape.broker.http.protocol.routing import PAGING, Route, reads, writes
from pactape.broker.store import branches

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Branch

__all__ = ["ROUTES"]

_ACCEPTED = 202  # the official broker's status; it deletes after the response


def _all(call: Call) -> Response:
    pacticipant, part = require_pacticipant(call), call.request.parameter("q") or ""
    self_url = call.url("pacticipants", pacticipant.name, "branches")
    page = page_of(call, total=branches.count_branches(call.connection, pacticipant.id, part=part))
    page_branches = branches.branches_of(
        call.connection, pacticipant.id, part=part, limit=page.size, offset=page.offset
    )
    links = page.links(self_url)
    links["pb:branches"] = [
        link(branch_url(call, pacticipant.name, page_branch.name), title="Branch", name=page_branch.name)
        for page_branch in page_branches
    ]
    documents = [_document(call, pacticipant.name, page_branch) for page_branch in page_branches]
    return hal({"_embedded": {"branches": documents}, "page": page.document(), "_links": links})


def _get(call: Call) -> Response:
    pacticipant, name = require_pacticipant(call), call.path["branch"]
    branch = branches.find_branch(call.connection, pacticipant.id, name)
    if branch is None:
        raise not_found(f"Branch {name} of {pacticipant.name}")
    return hal(_document(call, pacticipant.name, branch))


def _document(call: Call, pacticipant: str, branch: Branch) -> dict[str, Any]:
    self_url = branch_url(call, pacticipant, branch.name)
    return {
        "name": branch.name,
        "createdAt": moment(branch.created_at),
        "_embedded": {"pacticipant": pacticipant_brief(call, pacticipant)},
        "_links": {
            "self": link(self_url, title="Branch"),
            "pb:latest-version": link(f"{self_url}/latest-version", title="Latest version on the branch"),
            "pb:versions": link(f"{self_url}/versions", title="Versions on the branch"),
        },
    }


def _delete(call: Call) -> Response:
    name, branch = call.path["pacticipant"], call.path["branch"]
    if not branches.delete_branch(call.connection, name, branch):
        raise not_found(f"Branch {branch} of {name}")
    return no_content()


def _delete_all(call: Call) -> Response:
    """Delete a pacticipant's branches, except the main branch and those in `exclude[]`, as officially."""
    pacticipant = require_pacticipant(call)
    kept_names = {value for name, value in call.request.query if name == "exclude[]"} | {
        pacticipant.main_branch
    }
    names = [branch.name for branch in branches.branches_of(call.connection, pacticipant.id)]
    deleted_names = [name for name in names if name not in kept_names]
    remaining_names = [name for name in names if name in kept_names]
    for name in deleted_names:
        branches.delete_branch(call.connection, pacticipant.name, name)
    text = (
        f"Deleted {len(deleted_names)} branches of pacticipant {pacticipant.name}. "
        f"Remaining branches: {', '.join(remaining_names) or 'none'}"
    )
    return hal({"notices": [{"type": "success", "text": text}]}, status=_ACCEPTED)


def _put_version(call: Call) -> Response:
    name = call.path["branch"]
    pacticipant, version, _ = ensure_version(call)
    created = name not in version.branches
    branches.add_branch(call.connection, pacticipant, version, name, now=call.now)
    document = branch_version_document(call, require_version(call), name)
    return hal(document, status=201 if created else 200)


def _get_version(call: Call) -> Response:
    version, name = require_version(call), call.path["branch"]
    if name not in version.branches:
        raise not_found(f"Version {version.number} on branch {name}")
    return hal(branch_version_document(call, version, name))


def _remove_version(call: Call) -> Response:
    version, name = require_version(call), call.path["branch"]
    if not branches.remove_from_branch(call.connection, version, name):
        raise not_found(f"Version {version.number} on branch {name}")
    return no_content()


_BRANCHES = "/pacticipants/{pacticipant}/branches"
_VERSION = f"{_BRANCHES}/{{branch}}/versions/{{version}}"

ROUTES: list[Route] = [
    reads(_BRANCHES, _all, filters=("q", *PAGING)),
    writes("DELETE", _BRANCHES, _delete_all, filters=("exclude[]",)),
    reads(f"{_BRANCHES}/{{branch}}", _get),
    writes("DELETE", f"{_BRANCHES}/{{branch}}", _delete),
    reads(_VERSION, _get_version),
    writes("PUT", _VERSION, _put_version),
    writes("DELETE", _VERSION, _remove_version),
]
