"""Cleaning: deletes the versions that no selector keeps, with their contracts and results."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, func, literal, select, union

from pactape.broker.store.database import tables as t
from pactape.broker.store.database.base import text_of
from pactape.broker.store.versions import delete_versions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Connection, Select

    from pactape.broker.store.database.base import Database
    from pactape.broker.store.keep_selectors import KeepSelector

__all__ = [
    "CleaningResult",
    "clean",
    "clean_in_batches",
    "unknown_names",
]

_BATCH = 500
_TRANSACTION = 2_000  # versions: a second or two at a company's size


class CleaningResult(msgspec.Struct, frozen=True, kw_only=True):
    """The numbers of deleted and kept rows.

    Args:
        deleted: The number of deleted versions of each pacticipant.
        kept: The number of kept versions of each pacticipant.
        counts: The number of deleted rows of each table; empty for a dry run.
    """

    deleted: dict[str, int]
    kept: dict[str, int]
    counts: dict[str, int]


def unknown_names(connection: Connection, keep: Sequence[KeepSelector]) -> list[str]:
    """Return the environments and pacticipants of selectors that don't exist, with suggestions.

    A misspelt environment would keep nothing, so versions that run there would be deleted.
    """
    descriptions = []
    for kind, table, names in (
        ("environment", t.environments, {keep_selector.environment for keep_selector in keep}),
        ("pacticipant", t.pacticipants, {keep_selector.pacticipant for keep_selector in keep}),
    ):
        requested_names = {name for name in names if name is not None}
        existing_names = set(
            connection.scalars(select(table.c.name).where(table.c.name.in_(requested_names)))
        )
        descriptions += [f"{kind} {name!r}" for name in sorted(requested_names - existing_names)]
    return descriptions


def clean(
    connection: Connection, keep: Sequence[KeepSelector], *, now: datetime, limit: int | None, dry_run: bool
) -> CleaningResult:
    """Delete the versions that no selector keeps, the oldest first, with their data.

    Args:
        connection: A writing transaction; for a dry run, a reading one is enough.
        keep: The keep-selectors; the latest contract of each integration and its last result are always kept.
        now: The time now.
        limit: The most versions to delete; None means all.
        dry_run: Whether to count only, without deleting.
    """
    kept_versions = union(
        *(_matching(keep_selector, now) for keep_selector in keep), *_always_kept()
    ).subquery()
    ids_query = (
        select(t.versions.c.id)
        .where(t.versions.c.id.not_in(select(kept_versions.c.id)))
        .order_by(t.versions.c.id)
    )
    ids = list(connection.scalars(ids_query.limit(limit)))
    before = _versions_by_owner(connection)
    deleted = _owners_of(connection, ids)
    counts = {} if dry_run else _delete(connection, ids)
    remaining = {name: count - deleted.get(name, 0) for name, count in before.items()}
    return CleaningResult(deleted=deleted, kept={k: v for k, v in remaining.items() if v}, counts=counts)


def clean_in_batches(
    database: Database, keep: Sequence[KeepSelector], *, now: datetime, limit: int | None
) -> CleaningResult:
    """Do the same as `clean`, in short transactions, so that a broker's requests are not blocked.

    Args:
        database: The database, which brokers may be serving.
        keep: The keep-selectors.
        now: The time now.
        limit: The most versions to delete; None means all.
    """
    deleted: Counter[str] = Counter()
    counts: Counter[str] = Counter()
    while True:
        remaining = None if limit is None else limit - deleted.total()
        size = _TRANSACTION if remaining is None else min(remaining, _TRANSACTION)
        with database.writing() as connection:
            part = clean(connection, keep, now=now, limit=size, dry_run=False)
        deleted.update(part.deleted)
        counts.update(part.counts)
        if not part.deleted or deleted.total() == limit:
            return CleaningResult(deleted=dict(deleted), kept=part.kept, counts=dict(counts))


def _delete(connection: Connection, ids: list[int]) -> dict[str, int]:
    tables = (t.versions, t.publications, t.contents, t.results, t.branches)
    before = {table.name: _count(connection, table) for table in tables}
    for start in range(0, len(ids), _BATCH):
        delete_versions(connection, ids[start : start + _BATCH])
    publications = select(t.publications.c.id).where(t.publications.c.content_id == t.contents.c.id)
    connection.execute(delete(t.contents).where(~publications.exists()))
    branch_versions = select(t.branch_versions.c.version_id).where(
        t.branch_versions.c.branch_id == t.branches.c.id
    )
    connection.execute(delete(t.branches).where(~branch_versions.exists()))
    return {table.name: before[table.name] - _count(connection, table) for table in tables}


def _count(connection: Connection, table: Any) -> int:
    return int(connection.scalars(select(func.count()).select_from(table)).one())


def _always_kept() -> list[Select[Any]]:
    """Return the consumer versions with the latest contract of each integration, and their last verifiers.

    An integration whose contracts were deleted has none: without the condition, its NULL would keep everything.
    """
    inner, outer = t.publications.alias("inner_publications"), t.integrations
    latest = (
        select(func.max(inner.c.version_id))
        .where(inner.c.provider_id == outer.c.provider_id, inner.c.consumer_id == outer.c.consumer_id)
        .scalar_subquery()
    )
    contracts = select(latest.label("id")).select_from(outer).where(latest.is_not(None))
    other = t.results.alias("other_results")
    last = select(func.max(other.c.number)).where(other.c.content_id == t.results.c.content_id)
    verifiers = (
        select(t.results.c.provider_version_id.label("id"))
        .join(t.publications, t.publications.c.content_id == t.results.c.content_id)
        .where(t.publications.c.version_id.in_(contracts), t.results.c.number == last.scalar_subquery())
    )
    return [contracts, verifiers]


def _matching(selector: KeepSelector, now: datetime) -> Select[Any]:
    query = select(t.versions.c.id.label("id"))
    if selector.pacticipant is not None:
        query = query.where(t.versions.c.pacticipant_id == _pacticipant_id(selector.pacticipant))
    if selector.max_age is not None:
        since = text_of(now - timedelta(days=selector.max_age))
        query = query.where(t.versions.c.created_at >= since)
    if selector.deployed or selector.released or selector.environment:
        query = query.where(t.versions.c.id.in_(_placed_versions(selector)))
    query = _on_branch(query, selector)
    query = _filter_by_tag(query, selector)
    if selector.latest and not (selector.tag or selector.branch or selector.main_branch):
        newest = select(func.max(t.versions.c.id)).group_by(t.versions.c.pacticipant_id)
        query = query.where(t.versions.c.id.in_(newest))
    return query


def _pacticipant_id(name: str) -> Any:
    return select(t.pacticipants.c.id).where(t.pacticipants.c.name == name).scalar_subquery()


def _placed_versions(selector: KeepSelector) -> Select[Any]:
    query = select(t.placements.c.version_id).where(t.placements.c.ended_at.is_(None))
    kinds = [
        kind for kind, flag in (("deployed", selector.deployed), ("released", selector.released)) if flag
    ]
    if kinds:
        query = query.where(t.placements.c.kind.in_(kinds))
    if selector.environment is not None:
        environment = select(t.environments.c.id).where(t.environments.c.name == selector.environment)
        query = query.where(t.placements.c.environment_id.in_(environment))
    return query


def _on_branch(query: Select[Any], selector: KeepSelector) -> Select[Any]:
    if not (selector.branch or selector.main_branch):
        return query
    version = func.max(t.branch_versions.c.version_id) if selector.latest else t.branch_versions.c.version_id
    on_branch = select(version).join(t.branches, t.branches.c.id == t.branch_versions.c.branch_id)
    if isinstance(selector.branch, str):
        on_branch = on_branch.where(t.branches.c.name == selector.branch)
    if selector.main_branch:
        on_branch = on_branch.join(t.pacticipants, t.pacticipants.c.id == t.branches.c.pacticipant_id)
        on_branch = on_branch.where(t.branches.c.name == t.pacticipants.c.main_branch)
    if selector.latest:
        on_branch = on_branch.group_by(t.branches.c.id)
    return query.where(t.versions.c.id.in_(on_branch))


def _filter_by_tag(query: Select[Any], selector: KeepSelector) -> Select[Any]:
    if not selector.tag:
        return query
    version = func.max(t.tags.c.version_id) if selector.latest else t.tags.c.version_id
    version_ids = select(version)
    if isinstance(selector.tag, str):
        version_ids = version_ids.where(t.tags.c.name == selector.tag)
    if selector.latest:
        version_ids = version_ids.group_by(t.tags.c.pacticipant_id, t.tags.c.name)
    return query.where(t.versions.c.id.in_(version_ids))


def _versions_by_owner(connection: Connection) -> dict[str, int]:
    query = (
        select(t.pacticipants.c.name, func.count())
        .join(t.versions, t.versions.c.pacticipant_id == t.pacticipants.c.id)
        .group_by(t.pacticipants.c.name)
        .order_by(t.pacticipants.c.name)
    )
    return {name: int(count) for name, count in connection.execute(query)}


def _owners_of(connection: Connection, ids: list[int]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for start in range(0, len(ids), _BATCH):
        query = select(t.pacticipants.c.name, func.count(literal(1))).join(
            t.versions, t.versions.c.pacticipant_id == t.pacticipants.c.id
        )
        query = query.where(t.versions.c.id.in_(ids[start : start + _BATCH])).group_by(t.pacticipants.c.name)
        for name, count in connection.execute(query):
            counts[name] = counts.get(name, 0) + int(count)
    return dict(sorted(counts.items()))
