"""Versions of pacticipants, their branches and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.pacticipants.resource import known_pacticipant
from pactape.broker.http.protocol.links import (
    branch_url,
    environment_document,
    link,
    moment,
    pact_title,
    pact_url,
    pacticipant_brief,
    tag_documents,
    version_url,
)
from pactape.broker.http.protocol.messages import Call, Problem, Response, hal, no_content, not_found
from pactape.broker.http.protocol.paging import page_of
from pactape.broker.http.protocol.routing import Route, reads, writes
from pactape.broker.store import versions as stored_versions
from pactape.broker.store.environments import all_environments
from pactape.broker.store.pacticipants import ensure_pacticipant
from pactape.broker.store.pacts import publications_of_versions
from pactape.broker.store.placements import current_placements

if TYPE_CHECKING:
    from pactape.broker.records import Version

__all__ = ["ROUTES", "known_version"]

_CREATED = 201


def known_version(call: Call) -> Version:
    """The version that the path names.

    Raises:
        Problem: 404, there is none.
    """
    name, number = call.path["pacticipant"], call.path["version"]
    found = stored_versions.find_version(call.connection, name, number)
    if found is None:
        raise not_found(f"Version {number} of {name}")
    return found


def _document(call: Call, version: Version) -> dict[str, Any]:
    name, number = version.pacticipant, version.number
    return {
        "number": number,
        "buildUrl": version.build_url,
        "createdAt": moment(version.created_at),
        "_embedded": {
            "branchVersions": [_branch_version(call, version, branch) for branch in version.branches],
            "tags": tag_documents(call, version),
        },
        "_links": {
            "self": link(version_url(call, name, number), title="Version", name=number),
            "pb:pacticipant": link(call.url("pacticipants", name), title="Pacticipant", name=name),
            **_recording_links(call, version),
            "pb:pact-versions": [
                link(pact_url(call, each), title="Pact", name=pact_title(each))
                for each in publications_of_versions(call.connection, versions=[version.id])
            ],
        },
    }


def _recording_links(call: Call, version: Version) -> dict[str, Any]:
    here = ("pacticipants", version.pacticipant, "versions", version.number)
    environments = all_environments(call.connection)
    links: dict[str, Any] = {
        f"pb:record-{action}": [
            link(
                call.url(*here, f"{kind}-versions", "environment", each.uuid),
                title=f"Record {action} to {each.display_name}",
                name=each.name,
            )
            for each in environments
        ]
        for action, kind in (("deployment", "deployed"), ("release", "released"))
    }
    current = current_placements(call.connection, version_id=version.id)
    for kind, relation in (
        ("deployed", "pb:deployed-environments"),
        ("released", "pb:released-environments"),
    ):
        links[relation] = [
            {
                **environment_document(call, each.environment)["_links"]["self"],
                "currentlyDeployed": kind == "deployed",
            }
            for each in current
            if each.kind == kind
        ]
    return links


def _branch_version(call: Call, version: Version, branch: str) -> dict[str, Any]:
    here = call.url("pacticipants", version.pacticipant, "branches", branch, "versions", version.number)
    latest = stored_versions.head_of_branch(call.connection, version.pacticipant, branch)
    return {
        "name": branch,
        "latest": latest is not None and latest.id == version.id,
        "_links": {"self": link(here, title="Branch version")},
    }


def _get(call: Call) -> Response:
    return hal(_document(call, known_version(call)))


def _all(call: Call) -> Response:
    pacticipant = known_pacticipant(call)
    page = page_of(call, total=stored_versions.count_versions(call.connection, pacticipant.name))
    found = stored_versions.versions_of(
        call.connection, pacticipant.name, limit=page.size, offset=page.offset
    )
    return hal(
        {
            "_embedded": {"versions": [_document(call, each) for each in found]},
            "page": page.document(),
            "_links": {
                **page.links(call.url("pacticipants", pacticipant.name, "versions")),
                "pb:versions": [
                    link(version_url(call, pacticipant.name, each.number), name=each.number) for each in found
                ],
            },
        }
    )


def _latest(call: Call) -> Response:
    found = stored_versions.latest_version(call.connection, known_pacticipant(call).name)
    if found is None:
        raise not_found(f"A version of {call.path['pacticipant']}")
    return hal(_document(call, found))


def _latest_tagged(call: Call) -> Response:
    tag = call.path["tag"]
    found = stored_versions.versions_with_tag(call.connection, known_pacticipant(call).name, tag)
    if not found:
        raise not_found(f"A version of {call.path['pacticipant']} with tag {tag}")
    return hal(_document(call, found[0]))


def _latest_on_branch(call: Call) -> Response:
    found = stored_versions.head_of_branch(call.connection, known_pacticipant(call).name, call.path["branch"])
    if found is None:
        raise not_found(f"A version of {call.path['pacticipant']} from branch {call.path['branch']}")
    return hal(_document(call, found))


def _put(call: Call) -> Response:
    body = call.json()
    version, created = _ensure(call, build_url=body.get("buildUrl"))
    for name in _names(body, "branch"):
        stored_versions.add_branch(call.connection, known_pacticipant(call), version, name, now=call.now)
    for name in _names(body, "tags"):
        stored_versions.add_tag(call.connection, version, name, now=call.now)
    return hal(_document(call, known_version(call)), status=_CREATED if created else 200)


def _names(body: dict[str, Any], key: str) -> list[str]:
    value = body.get(key)
    values = [] if value is None else value if isinstance(value, list) else [value]
    names: list[Any] = [each.get("name") if isinstance(each, dict) else each for each in values]
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise Problem(400, f"{key} must hold names", errors={key: ["must hold names that aren't blank"]})
    return names


def _ensure(call: Call, *, build_url: str | None = None) -> tuple[Version, bool]:
    pacticipant = ensure_pacticipant(call.connection, call.path["pacticipant"], now=call.now)
    return stored_versions.ensure_version(
        call.connection, pacticipant, call.path["version"], now=call.now, build_url=build_url
    )


def _put_branch(call: Call) -> Response:
    name = call.path["branch"]
    version, _ = _ensure(call)
    created = name not in version.branches
    stored_versions.add_branch(call.connection, known_pacticipant(call), version, name, now=call.now)
    return hal(_branch_version(call, known_version(call), name), status=_CREATED if created else 200)


def _get_branch_version(call: Call) -> Response:
    version, name = known_version(call), call.path["branch"]
    if name not in version.branches:
        raise not_found(f"Version {version.number} on branch {name}")
    return hal(_branch_version(call, version, name))


def _branches(call: Call) -> Response:
    pacticipant = known_pacticipant(call)
    names = stored_versions.branch_names(call.connection, pacticipant.id)
    return hal(
        {
            "_embedded": {"branches": [_branch_document(call, pacticipant.name, name) for name in names]},
            "_links": {"self": link(call.url("pacticipants", pacticipant.name, "branches"))},
        }
    )


def _branch(call: Call) -> Response:
    pacticipant, name = known_pacticipant(call), call.path["branch"]
    if name not in stored_versions.branch_names(call.connection, pacticipant.id):
        raise not_found(f"Branch {name} of {pacticipant.name}")
    return hal(_branch_document(call, pacticipant.name, name))


def _branch_document(call: Call, pacticipant: str, name: str) -> dict[str, Any]:
    here = branch_url(call, pacticipant, name)
    return {
        "name": name,
        "_embedded": {"pacticipant": pacticipant_brief(call, pacticipant)},
        "_links": {
            "self": link(here, title="Branch"),
            "pb:latest-version": link(f"{here}/latest-version", title="Latest version on the branch"),
        },
    }


def _delete_branch(call: Call) -> Response:
    name, branch = call.path["pacticipant"], call.path["branch"]
    if not stored_versions.delete_branch(call.connection, name, branch):
        raise not_found(f"Branch {branch} of {name}")
    return no_content()


def _put_tag(call: Call) -> Response:
    name = call.path["tag"]
    version, _ = _ensure(call)
    created = name not in {tag.name for tag in version.tags}
    stored_versions.add_tag(call.connection, version, name, now=call.now)
    return hal(_tag_document(call, name), status=_CREATED if created else 200)


def _get_tag(call: Call) -> Response:
    return hal(_tag_document(call, call.path["tag"]))


def _tag_document(call: Call, name: str) -> dict[str, Any]:
    for document in tag_documents(call, known_version(call)):
        if document["name"] == name:
            return document
    raise not_found(f"Tag {name}")


def _delete_tag(call: Call) -> Response:
    if not stored_versions.delete_tag(call.connection, known_version(call), call.path["tag"]):
        raise not_found(f"Tag {call.path['tag']}")
    return no_content()


_PACTICIPANT = "/pacticipants/{pacticipant}"
_VERSION = f"{_PACTICIPANT}/versions/{{version}}"
_BRANCH = f"{_PACTICIPANT}/branches/{{branch}}"

ROUTES: list[Route] = [
    reads(f"{_PACTICIPANT}/versions", _all),
    reads(_VERSION, _get),
    writes("PUT", _VERSION, _put),
    writes("PATCH", _VERSION, _put),
    reads(f"{_PACTICIPANT}/latest-version", _latest),
    reads(f"{_PACTICIPANT}/latest-version/{{tag}}", _latest_tagged),
    reads(f"{_PACTICIPANT}/branches", _branches),
    reads(_BRANCH, _branch),
    writes("DELETE", _BRANCH, _delete_branch),
    reads(f"{_BRANCH}/latest-version", _latest_on_branch),
    reads(f"{_BRANCH}/versions/{{version}}", _get_branch_version),
    writes("PUT", f"{_BRANCH}/versions/{{version}}", _put_branch),
    reads(f"{_VERSION}/tags/{{tag}}", _get_tag),
    writes("PUT", f"{_VERSION}/tags/{{tag}}", _put_tag),
    writes("DELETE", f"{_VERSION}/tags/{{tag}}", _delete_tag),
]
