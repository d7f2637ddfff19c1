"""Versions of pacticipants: one, the latest, or those of a branch, a tag or an environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.lookups import require_pacticipant
from pactape.broker.http.pacticipants.version_documents import version_document, version_documents
from pactape.broker.http.protocol.links import branch_url, link, pacticipant_url, version_url
from pactape.broker.http.protocol.messages import Problem, Response, hal, no_content, not_found
from pactape.broker.http.protocol.paging import page_of
from pactape.broker.http.protocol.routing import PAGING, Route, reads, writes
from pactape.broker.store import branches, versions
from pactape.broker.store.environments import find_environment
from pactape.broker.store.pacticipants import ensure_pacticipant

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Pacticipant, Version

__all__ = ["ROUTES", "ensure_version", "require_version"]

_CREATED = 201


def require_version(call: Call) -> Version:
    """Return the version in the path.

    Raises:
        Problem: 404, it doesn't exist.
    """
    name, number = call.path["pacticipant"], call.path["version"]
    version = versions.find_version(call.connection, name, number)
    if version is None:
        raise not_found(f"Version {number} of {name}")
    return version


def ensure_version(call: Call, *, build_url: str | None = None) -> tuple[Pacticipant, Version, bool]:
    """Return the pacticipant and version of the path, creating them if needed, and whether the version is new."""
    pacticipant = ensure_pacticipant(call.connection, call.path["pacticipant"], now=call.now)
    version, created = versions.ensure_version(
        call.connection, pacticipant, call.path["version"], now=call.now, build_url=build_url
    )
    return pacticipant, version, created


def _get(call: Call) -> Response:
    return hal(version_document(call, require_version(call)))


def _all(call: Call) -> Response:
    name = require_pacticipant(call).name
    page = page_of(call, total=versions.count_versions(call.connection, name))
    page_versions = versions.versions_of(call.connection, name, limit=page.size, offset=page.offset)
    return _list_response(
        call, page_versions, {"page": page.document()}, page.links(call.url(*call.request.segments))
    )


def _of_branch(call: Call) -> Response:
    pacticipant, branch = require_pacticipant(call), call.path["branch"]
    if branches.find_branch(call.connection, pacticipant.id, branch) is None:
        raise not_found(f"Branch {branch} of {pacticipant.name}")
    page = page_of(call, total=versions.count_on_branch(call.connection, pacticipant.name, branch))
    page_versions = versions.versions_on_branch(
        call.connection, pacticipant.name, branch, limit=page.size, offset=page.offset
    )
    links = page.links(call.url(*call.request.segments))
    links["pb:branch"] = link(branch_url(call, pacticipant.name, branch), title="Branch", name=branch)
    return _list_response(call, page_versions, {"page": page.document()}, links)


def _of_tag(call: Call) -> Response:
    name, tag = require_pacticipant(call).name, call.path["tag"]
    page = page_of(call, total=versions.count_with_tag(call.connection, name, tag))
    if page.total == 0:
        raise not_found(f"A version of {name} with tag {tag}")
    page_versions = versions.versions_with_tag(
        call.connection, name, tag, limit=page.size, offset=page.offset
    )
    return _list_response(
        call, page_versions, {"page": page.document()}, page.links(call.url(*call.request.segments))
    )


def _of_environment(call: Call) -> Response:
    """Respond with every version that is or was in an environment, as the official broker does."""
    name = require_pacticipant(call).name
    environment = find_environment(call.connection, call.path["environment"])
    if environment is None:
        raise not_found(f"Environment {call.path['environment']}")
    connection, identity = call.connection, environment.id
    total = versions.count_placed(connection, pacticipant=name, environment=identity)
    page = page_of(call, total=total)
    page_versions = versions.placed_versions(
        connection, pacticipant=name, environment=identity, limit=page.size, offset=page.offset
    )
    return _list_response(
        call, page_versions, {"page": page.document()}, page.links(call.url(*call.request.segments))
    )


def _list_response(
    call: Call, page_versions: list[Version], more: dict[str, Any], links: dict[str, Any]
) -> Response:
    version_links = [
        link(
            version_url(call, page_version.pacticipant, page_version.number),
            title=page_version.number,
            name=page_version.number,
        )
        for page_version in page_versions
    ]
    name = call.path["pacticipant"]
    more_links = {
        "pb:pacticipant": link(pacticipant_url(call, name), title=name),
        "pb:versions": version_links,
        "versions": version_links,
    }
    documents = version_documents(call, page_versions)
    return hal({"_embedded": {"versions": documents}, **more, "_links": {**links, **more_links}})


def _latest(call: Call) -> Response:
    version = versions.latest_version(call.connection, require_pacticipant(call).name)
    if version is None:
        raise not_found(f"A version of {call.path['pacticipant']}")
    return hal(version_document(call, version))


def _latest_tagged(call: Call) -> Response:
    tag = call.path["tag"]
    latest_versions = versions.versions_with_tag(
        call.connection, require_pacticipant(call).name, tag, limit=1
    )
    if not latest_versions:
        raise not_found(f"A version of {call.path['pacticipant']} with tag {tag}")
    return hal(version_document(call, latest_versions[0]))


def _latest_on_branch(call: Call) -> Response:
    head = versions.head_of_branch(call.connection, require_pacticipant(call).name, call.path["branch"])
    if head is None:
        raise not_found(f"A version of {call.path['pacticipant']} from branch {call.path['branch']}")
    return hal(version_document(call, head))


def _put(call: Call) -> Response:
    body = call.json()
    build_url = body.get("buildUrl")
    if build_url is not None and not isinstance(build_url, str):
        raise Problem(400, "buildUrl must be a string", errors={"buildUrl": ["must be a string"]})
    on_branches, tags = _names(body, "branch"), _names(body, "tags")
    pacticipant, version, created = ensure_version(call, build_url=build_url)
    for name in on_branches:
        version = branches.add_branch(call.connection, pacticipant, version, name, now=call.now)
    if "tags" in body:
        for tag in version.tags:
            if tag.name not in tags:
                branches.delete_tag(call.connection, version, tag.name)
    for name in tags:
        version = branches.add_tag(call.connection, pacticipant, version, name, now=call.now)
    return hal(version_document(call, require_version(call)), status=_CREATED if created else 200)


def _names(body: dict[str, Any], key: str) -> list[str]:
    value = body.get(key)
    values = [] if value is None else value if isinstance(value, list) else [value]
    names: list[Any] = [value.get("name") if isinstance(value, dict) else value for value in values]
    if not all(isinstance(name, str) and name.strip() for name in names):
        raise Problem(
            400, f"{key} must contain names", errors={key: ["must contain names that aren't blank"]}
        )
    return names


def _delete(call: Call) -> Response:
    versions.delete_version(call.connection, require_version(call))
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
