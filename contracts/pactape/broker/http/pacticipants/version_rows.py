"""Versions in rows of the matrix and the dashboard: with branches, tags and current environments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.broker.http.protocol.links import (
    branch_version_brief,
    environment_brief,
    link,
    tag_documents,
    version_url,
)
from pactape.broker.store.heads import Heads, heads_among
from pactape.broker.store.placements import placements_of
from pactape.broker.store.versions import versions_by_id

if TYPE_CHECKING:
    from collections.abc import Collection

    from pactape.broker.http.protocol.messages import Call
    from pactape.broker.records import Environment, Version

__all__ = ["version_rows"]


def version_rows(call: Call, identities: Collection[int]) -> dict[int, dict[str, Any]]:
    """Return the documents of versions in rows, by version id; all are read at once."""
    heads = heads_among(call.connection, identities)
    environments: dict[int, dict[str, Environment]] = {}
    for placement in placements_of(call.connection, identities):
        environments.setdefault(placement.version_id, {})[placement.environment.uuid] = placement.environment
    return {
        identity: _document(call, version, heads, list(environments.get(identity, {}).values()))
        for identity, version in versions_by_id(call.connection, identities).items()
    }


def _document(call: Call, version: Version, heads: Heads, environments: list[Environment]) -> dict[str, Any]:
    head_branches = [name for name in version.branches if (version.id, name) in heads.branches]
    on_branches = [
        branch_version_brief(call, version, name, is_latest=name in head_branches)
        for name in version.branches
    ]
    return {
        "number": version.number,
        "branch": version.branches[-1] if version.branches else None,
        "headBranchNames": head_branches,
        "branches": on_branches,
        "branchVersions": on_branches,
        "environments": [environment_brief(call, environment) for environment in environments],
        "tags": [
            {**document, "latest": (version.id, document["name"]) in heads.tags}
            for document in tag_documents(call, version)
        ],
        "_links": {"self": link(version_url(call, version.pacticipant, version.number))},
    }
