"""Loads the contracts that selectors choose from, with a few queries whose cost doesn't grow with history."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, literal, select

from pactape.broker.rules.candidates import Candidate, InEnvironment
from pactape.broker.rules.selection_scope import ConsumerDefaults
from pactape.broker.store.database import tables as t
from pactape.broker.store.pacts.published import latest_publications, publications_of_versions
from pactape.broker.store.placements import current_placements

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection, Select

    from pactape.broker.records import Placement, Publication
    from pactape.broker.rules.selection_scope import SelectionScope

__all__ = ["candidates_in", "consumer_defaults"]

_Heads = dict[int, set[str]]


def consumer_defaults(connection: Connection, provider: str) -> list[ConsumerDefaults]:
    """Return the properties that decide the default selectors, for each consumer of a provider, by name."""
    consumers = t.pacticipants
    on_main = select(t.branch_versions.c.version_id).join(
        t.branches, t.branches.c.id == t.branch_versions.c.branch_id
    )
    on_main = on_main.where(
        t.branches.c.pacticipant_id == consumers.c.id, t.branches.c.name == consumers.c.main_branch
    )
    with_main_tag = select(t.tags.c.version_id).where(
        t.tags.c.pacticipant_id == consumers.c.id, t.tags.c.name == consumers.c.main_branch
    )
    query = (
        select(consumers.c.name, consumers.c.main_branch, on_main.exists(), with_main_tag.exists())
        .where(consumers.c.id.in_(_consumers_of(provider)))
        .order_by(consumers.c.name)
    )
    return [
        ConsumerDefaults(name=name, main_branch=main, on_main_branch=bool(is_on), tagged_main=bool(has_tag))
        for name, main, is_on, has_tag in connection.execute(query)
    ]


def candidates_in(connection: Connection, provider: str, scope: SelectionScope) -> list[Candidate]:
    """Return the contracts with a provider in a scope, with the properties of their consumer versions."""
    branch_heads = _branch_heads(connection, provider, scope)
    tag_heads = _tag_heads(connection, provider, scope)
    version_tags = _version_tags(connection, provider, scope)
    placements = _placements(connection, provider) if scope.environments else {}
    latest = latest_publications(connection, provider=provider) if scope.latest else []
    version_ids = {
        *branch_heads,
        *tag_heads,
        *version_tags,
        *placements,
        *(publication.version_id for publication in latest),
    }
    publications = publications_of_versions(connection, versions=version_ids, providers=[provider])
    mains = _main_branches(connection, {publication.consumer for publication in publications})
    latest_ids = {(publication.consumer, publication.version_id) for publication in latest}
    return [
        Candidate(
            publication=publication,
            main_branch=mains[publication.consumer],
            head_of_branches=frozenset(branch_heads.get(publication.version_id, ())),
            head_of_tags=frozenset(tag_heads.get(publication.version_id, ())),
            tags=frozenset(version_tags.get(publication.version_id, ())),
            environments=_environments(placements, publication),
            latest=(publication.consumer, publication.version_id) in latest_ids,
        )
        for publication in publications
    ]


def _consumers_of(provider: str) -> Select[Any]:
    providers = t.pacticipants.alias("providers")
    return (
        select(t.integrations.c.consumer_id)
        .join(providers, providers.c.id == t.integrations.c.provider_id)
        .where(providers.c.name == provider)
    )


def _branch_heads(connection: Connection, provider: str, scope: SelectionScope) -> _Heads:
    if not (scope.every_branch or scope.main_branches or scope.branches):
        return {}
    head = select(func.max(t.branch_versions.c.version_id)).where(
        t.branch_versions.c.branch_id == t.branches.c.id
    )
    query = select(head.scalar_subquery(), t.branches.c.name).join(
        t.pacticipants, t.pacticipants.c.id == t.branches.c.pacticipant_id
    )
    query = query.where(t.branches.c.pacticipant_id.in_(_consumers_of(provider)))
    if not scope.every_branch:
        is_main = t.branches.c.name == t.pacticipants.c.main_branch
        is_named = t.branches.c.name.in_(scope.branches)
        query = query.where(is_main | is_named if scope.main_branches else is_named)
    return _by_version(connection.execute(query))


def _tag_heads(connection: Connection, provider: str, scope: SelectionScope) -> _Heads:
    owners = _consumers_of(provider)
    if scope.every_tag:
        query = (
            select(func.max(t.tags.c.version_id), t.tags.c.name)
            .where(t.tags.c.pacticipant_id.in_(owners))
            .group_by(t.tags.c.pacticipant_id, t.tags.c.name)
        )
        return _by_version(connection.execute(query))
    heads: _Heads = {}
    for name in sorted(scope.tags):
        head = select(func.max(t.tags.c.version_id)).where(
            t.tags.c.pacticipant_id == t.pacticipants.c.id, t.tags.c.name == name
        )
        query = select(head.scalar_subquery(), literal(name)).where(t.pacticipants.c.id.in_(owners))
        for version_id, tags in _by_version(connection.execute(query)).items():
            heads.setdefault(version_id, set()).update(tags)
    return heads


def _version_tags(connection: Connection, provider: str, scope: SelectionScope) -> _Heads:
    if not scope.whole_tags:
        return {}
    query = select(t.tags.c.version_id, t.tags.c.name).where(
        and_(t.tags.c.pacticipant_id.in_(_consumers_of(provider)), t.tags.c.name.in_(scope.whole_tags))
    )
    return _by_version(connection.execute(query))


def _by_version(rows: Iterable[Any]) -> _Heads:
    names: _Heads = defaultdict(set)
    for version_id, name in rows:
        if version_id is not None:
            names[version_id].add(name)
    return dict(names)


def _placements(connection: Connection, provider: str) -> dict[int, list[Placement]]:
    placements: dict[int, list[Placement]] = defaultdict(list)
    for placement in current_placements(connection, owners=_consumers_of(provider)):
        placements[placement.version_id].append(placement)
    return dict(placements)


def _environments(
    placements: dict[int, list[Placement]], publication: Publication
) -> tuple[InEnvironment, ...]:
    return tuple(
        InEnvironment(
            environment=placement.environment.name,
            production=placement.environment.production,
            kind=placement.kind,
        )
        for placement in placements.get(publication.version_id, ())
    )


def _main_branches(connection: Connection, names: set[str]) -> dict[str, str | None]:
    query = select(t.pacticipants.c.name, t.pacticipants.c.main_branch).where(
        t.pacticipants.c.name.in_(names)
    )
    return {row.name: row.main_branch for row in connection.execute(query)} if names else {}
