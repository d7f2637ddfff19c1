"""Versions of pacticipants: one, the latest, those of a branch, a tag or an environment."""

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
    tag_documents,
    version_url,
)
from pactape.broker.http.protocol.messages import Problem, Response, hal, no_content, not_found
from pactape.broker.http.protocol.paging import page_of
from pactape.broker.http.protocol.routing import PAGING, Route, reads, writes
from pactape.broker.store import branches, versions
from pactape.broker.store.environments import all_environments, find_environment
from pactape.broker.store.pacticipants import ensure_pacticipant
from pactape.broker.store.pacts.published import publications_of_versions
from pactape.broker.store.placements import current_placements

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Pacticipant, Version

__all__ = ["ROUTES", "branch_version_document", "ensure_version", "known_version", "version_document"]

_CREATED = 201


def known_version(call: Call) -> Version:
    """Return the version that the path names.

    Raises:
        Problem: 404, there is none.
    """
    name, number = call.path["pacticipant"], call.path["version"]
    found = versions.find_version(call.connection, name, number)
    if found is None:
        raise not_found(f"Version {number} of {name}")
    return found


def ensure_version(call: Call, *, build_url: str | None = None) -> tuple[Pacticipant, Version, bool]:
    """Return the pacticipant and the version that the path names, and whether the version was made now."""
    pacticipant = ensure_pacticipant(call.connection, call.path["pacticipant"], now=call.now)
    version, created = versions.ensure_version(
        call.connection, pacticipant, call.path["version"], now=call.now, build_url=build_url
    )
    return pacticipant, version, created


def version_document(call: Call, version: Version) -> dict[str, Any]:
    """Return a version as the API shows it."""
    name, number = version.pacticipant, version.number
    return {
        "number": number,
        "buildUrl": version.build_url,
        "createdAt": moment(version.created_at),
        "_embedded": {
            "branchVersions": [branch_version_document(call, version, branch) for branch in version.branches],
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


def branch_version_document(call: Call, version: Version, branch: str) -> dict[str, Any]:
    """Return a version on a branch as the API shows it."""
    here = call.url("pacticipants", version.pacticipant, "branches", branch, "versions", version.number)
    latest = versions.head_of_branch(call.connection, version.pacticipant, branch)
    return {
        "name": branch,
        "latest": latest is not None and latest.id == version.id,
        "_links": {"self": link(here, title="Branch version")},
    }


def _get(call: Call) -> Response:
    return hal(version_document(call, known_version(call)))


def _all(call: Call) -> Response:
    name = known_pacticipant(call).name
    page = page_of(call, total=versions.count_versions(call.connection, name))
    found = versions.versions_of(call.connection, name, limit=page.size, offset=page.offset)
    return _listed(call, found, {"page": page.document()}, page.links(call.url(*call.request.segments)))


def _of_branch(call: Call) -> Response:
    pacticipant, branch = known_pacticipant(call), call.path["branch"]
    if not branches.has_branch(call.connection, pacticipant.id, branch):
        raise not_found(f"Branch {branch} of {pacticipant.name}")
    page = page_of(call, total=versions.count_on_branch(call.connection, pacticipant.name, branch))
    found = versions.versions_on_branch(
        call.connection, pacticipant.name, branch, limit=page.size, offset=page.offset
    )
    links = page.links(call.url(*call.request.segments))
    links["pb:branch"] = link(branch_url(call, pacticipant.name, branch), title="Branch", name=branch)
    return _listed(call, found, {"page": page.document()}, links)


def _of_tag(call: Call) -> Response:
    name, tag = known_pacticipant(call).name, call.path["tag"]
    page = page_of(call, total=versions.count_with_tag(call.connection, name, tag))
    found = versions.versions_with_tag(call.connection, name, tag, limit=page.size, offset=page.offset)
    return _listed(call, found, {"page": page.document()}, page.links(call.url(*call.request.segments)))


def _of_environment(call: Call) -> Response:
    name = known_pacticipant(call).name
    environment = find_environment(call.connection, call.path["environment"])
    if environment is None:
        raise not_found(f"Environment {call.path['environment']}")
    placed = current_placements(call.connection, environment=environment, pacticipant=name)
    found = versions.versions_by_id(call.connection, {each.version_id for each in placed})
    latest_first = sorted(found.values(), key=lambda each: -each.id)
    page = page_of(call, total=len(latest_first))
    shown = latest_first[page.offset : page.offset + page.size]
    return _listed(call, shown, {"page": page.document()}, page.links(call.url(*call.request.segments)))


def _listed(call: Call, found: list[Version], more: dict[str, Any], links: dict[str, Any]) -> Response:
    listed = [link(version_url(call, each.pacticipant, each.number), name=each.number) for each in found]
    documents = [version_document(call, each) for each in found]
    return hal({"_embedded": {"versions": documents}, **more, "_links": {**links, "pb:versions": listed}})


def _latest(call: Call) -> Response:
    found = versions.latest_version(call.connection, known_pacticipant(call).name)
    if found is None:
        raise not_found(f"A version of {call.path['pacticipant']}")
    return hal(version_document(call, found))


def _latest_tagged(call: Call) -> Response:
    tag = call.path["tag"]
    found = versions.versions_with_tag(call.connection, known_pacticipant(call).name, tag, limit=1)
    if not found:
        raise not_found(f"A version of {call.path['pacticipant']} with tag {tag}")
    return hal(version_document(call, found[0]))


def _latest_on_branch(call: Call) -> Response:
    found = versions.head_of_branch(call.connection, known_pacticipant(call).name, call.path["branch"])
    if found is None:
        raise not_found(f"A version of {call.path['pacticipant']} from branch {call.path['branch']}")
    return hal(version_document(call, found))


def _put(call: Call) -> Response:
    body = call.json()
    build_url = body.get("buildUrl")
    if build_url is not None and not isinstance(build_url, str):
        raise Problem(400, "buildUrl must be a string", errors={"buildUrl": ["must be a string"]})
    on_branches, tags = _names(body, "branch"), _names(body, "tags")
    pacticipant, version, created = ensure_version(call, build_url=build_url)
    for name in on_branches:
        version = branches.add_branch(call.connection, pacticipant, version, name, now=call.now)
    for name in tags:
        version = branches.add_tag(call.connection, pacticipant, version, name, now=call.now)
    return hal(version_document(call, known_version(call)), status=_CREATED if created else 200)


def _names(body: dict[str, Any], key: str) -> list[str]:
    value = body.get(key)
    values = [] if value is None else value if isinstance(value, list) else [value]
    names: list[Any] = [each.get("name") if isinstance(each, dict) else each for each in values]
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise Problem(400, f"{key} must hold names", errors={key: ["must hold names that aren't blank"]})
    return names


def _delete(call: Call) -> Response:
    versions.delete_version(call.connection, known_version(call))
    return no_content()


_PACTICIPANT = "/pacticipants/{pacticipant}"
_VERSION = f"{_PACTICIPANT}/versions/{{version}}"
_BRANCH = f"{_PACTICIPANT}/branches/{{branch}}"

ROUTES: list[Route] = [
    reads(f"{_PACTICIPANT}/versions", _all, filters=PAGING),
    reads(_VERSION, _get),
    writes("PUT", _VERSION, _put),
    writes("PATCH", _VERSION, _put),
    writes("DELETE", _VERSION, _delete),
    reads(f"{_PACTICIPANT}/latest-version", _latest),
    reads(f"{_PACTICIPANT}/latest-version/{{tag}}", _latest_tagged),
    reads(f"{_BRANCH}/latest-version", _latest_on_branch),
    reads(f"{_BRANCH}/versions", _of_branch, filters=PAGING),
    reads(f"{_PACTICIPANT}/tags/{{tag}}/versions", _of_tag, filters=PAGING),
    reads(f"{_PACTICIPANT}/environments/{{environment}}/versions", _of_environment, filters=PAGING),
]
