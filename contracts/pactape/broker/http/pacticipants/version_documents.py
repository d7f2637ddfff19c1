"""API documents of versions: with branches, tags, contracts, and current and past environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from pactape.broker.http.protocol.links import (
    branch_url,
    branch_version_brief,
    curies,
    link,
    moment,
    pact_title,
    pact_url,
    pacticipant_url,
    placement_links,
    tag_documents,
    version_url,
)
from pactape.broker.records import Environment, Placement, Publication, Version
from pactape.broker.store.environments import all_environments
from pactape.broker.store.heads import Heads, heads_among
from pactape.broker.store.pacts.published import publications_of_versions
from pactape.broker.store.placements import placements_of

if TYPE_CHECKING:
    from pactape.broker.http.protocol.messages import Call

__all__ = ["branch_version_document", "version_document", "version_documents"]


class _Surroundings(msgspec.Struct, frozen=True):
    """The related data in the documents of versions, read for all versions at once.

    Args:
        environments: Every environment.
        placements: Current and past placements, by version id.
        publications: Contracts, by version id.
        heads: The branches and tags whose latest version is among the versions.
    """

    environments: list[Environment]
    placements: dict[int, list[Placement]]
    publications: dict[int, list[Publication]]
    heads: Heads


def version_document(call: Call, version: Version) -> dict[str, Any]:
    """Return the API document of a version."""
    return version_documents(call, [version])[0]


def version_documents(call: Call, page_versions: list[Version]) -> list[dict[str, Any]]:
    """Return the API documents of the versions of one page."""
    connection, ids = call.connection, [page_version.id for page_version in page_versions]
    placements: dict[int, list[Placement]] = {}
    for placement in placements_of(connection, ids, with_ended=True):
        placements.setdefault(placement.version_id, []).append(placement)
    publications: dict[int, list[Publication]] = {}
    for publication in publications_of_versions(connection, versions=ids):
        publications.setdefault(publication.version_id, []).append(publication)
    around = _Surroundings(
        all_environments(connection), placements, publications, heads_among(connection, ids)
    )
    return [_document(call, page_version, around) for page_version in page_versions]


def _document(call: Call, version: Version, around: _Surroundings) -> dict[str, Any]:
    on_branches = [
        branch_version_brief(call, version, name, is_latest=(version.id, name) in around.heads.branches)
        for name in version.branches
    ]
    return {
        "number": version.number,
        "buildUrl": version.build_url,
        "createdAt": moment(version.created_at),
        "_embedded": {
            "branches": on_branches,
            "branchVersions": on_branches,
            "tags": tag_documents(call, version),
        },
        "_links": {
            **_links(call, version),
            **_recording_links(call, version, around.environments),
            **placement_links(call, around.placements.get(version.id, ())),
            "pb:pact-versions": [
                link(pact_url(call, publication), title="Pact", name=pact_title(publication))
                for publication in around.publications.get(version.id, ())
            ],
            "curies": curies(call, "version"),
        },
    }


def _links(call: Call, version: Version) -> dict[str, Any]:
    name, number = version.pacticipant, version.number
    self_url = version_url(call, name, number)
    return {
        "self": link(self_url, title="Version", name=number),
        "pb:pacticipant": link(pacticipant_url(call, name), title="Pacticipant", name=name),
        "pb:tag": link(f"{self_url}/tags/{{tag}}", title="A tag of this version", templated=True),
        "pb:latest-verification-results-where-pacticipant-is-consumer": link(
            call.url("verification-results", "consumer", name, "version", number, "latest"),
            title="Latest verification results of this consumer version",
        ),
    }


def _recording_links(call: Call, version: Version, environments: list[Environment]) -> dict[str, Any]:
    segments = ("pacticipants", version.pacticipant, "versions", version.number)
    return {
        f"pb:record-{action}": [
            link(
                call.url(*segments, f"{kind}-versions", "environment", environment.uuid),
                title=f"Record {action} to {environment.display_name}",
                name=environment.name,
            )
            for environment in environments
        ]
        for action, kind in (("deployment", "deployed"), ("release", "released"))
    }


def branch_version_document(call: Call, version: Version, branch: str) -> dict[str, Any]:
    """Return the API document of a version on a branch."""
    heads = heads_among(call.connection, [version.id])
    document = branch_version_brief(call, version, branch, is_latest=(version.id, branch) in heads.branches)
    document["createdAt"] = moment(version.created_at)
    document["_links"] |= {
        "pb:branch": link(branch_url(call, version.pacticipant, branch), title="Branch", name=branch),
        "pb:version": link(
            version_url(call, version.pacticipant, version.number), title="Version", name=version.number
        ),
    }
    return document
