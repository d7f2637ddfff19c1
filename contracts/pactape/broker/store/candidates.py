"""All that the selectors ask of a provider's contracts, gathered in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select

from pactape.broker.rules.candidates import Candidate, InEnvironment
from pactape.broker.store.database import tables as t
from pactape.broker.store.pacticipants import all_pacticipants
from pactape.broker.store.pacts import publications_of_parties
from pactape.broker.store.placements import current_placements

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from pactape.broker.records import Placement

__all__ = ["candidates_of"]


def candidates_of(connection: Connection, provider: str) -> list[Candidate]:
    """Every published contract with a provider, with where its consumer version stands."""
    publications = publications_of_parties(connection, provider=provider)
    main_branches = {each.name: each.main_branch for each in all_pacticipants(connection)}
    branches = _names_by_version(connection, _BRANCHES)
    branch_heads = _names_by_version(connection, _BRANCH_HEADS)
    tag_heads = _names_by_version(connection, _TAG_HEADS)
    tags = _names_by_version(connection, _TAGS)
    environments: dict[int, list[InEnvironment]] = defaultdict(list)
    for placement in current_placements(connection):
        environments[placement.version_id].append(_in_environment_record(placement))
    latest: dict[str, int] = {}
    for publication in publications:
        latest[publication.consumer] = max(latest.get(publication.consumer, 0), publication.version_id)
    return [
        Candidate(
            publication=publication,
            main_branch=main_branches[publication.consumer],
            branches=branches[publication.version_id],
            head_of_branches=branch_heads[publication.version_id],
            head_of_tags=tag_heads[publication.version_id],
            tags=tags[publication.version_id],
            environments=tuple(environments.get(publication.version_id, ())),
            latest=latest[publication.consumer] == publication.version_id,
        )
        for publication in publications
    ]


_BRANCH_HEADS = (
    select(func.max(t.branch_versions.c.version_id), t.branches.c.name)
    .join(t.branches, t.branches.c.id == t.branch_versions.c.branch_id)
    .group_by(t.branches.c.id)
)
_TAG_HEADS = (
    select(func.max(t.tags.c.version_id), t.tags.c.name)
    .join(t.versions, t.versions.c.id == t.tags.c.version_id)
    .group_by(t.versions.c.pacticipant_id, t.tags.c.name)
)
_BRANCHES = select(t.branch_versions.c.version_id, t.branches.c.name).join(
    t.branches, t.branches.c.id == t.branch_versions.c.branch_id
)
_TAGS = select(t.tags.c.version_id, t.tags.c.name)


def _names_by_version(connection: Connection, query: Select[Any]) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for identity, name in connection.execute(query):
        found[identity].add(name)
    return defaultdict(frozenset, {identity: frozenset(names) for identity, names in found.items()})


def _in_environment_record(placement: Placement) -> InEnvironment:
    return InEnvironment(
        environment=placement.environment.name,
        production=placement.environment.production,
        kind=placement.kind,
    )
