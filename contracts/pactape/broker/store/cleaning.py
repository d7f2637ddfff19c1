"""Cleaning: which versions are kept, and deleting the others with their contracts and results.

The selectors are those of the official broker's clean task: tag, branch, latest, deployed, released, max_age,
main_branch, environment and pacticipant; a version that matches any of them is kept.
"""

from __future__ import annotations

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

__all__ = ["DEFAULT_KEEP", "Cleaned", "KeepSelector", "clean", "read_keep_selectors"]

_BATCH = 500
_FIELDS = {"pacticipant_name": "pacticipant", "environment_name": "environment"}


class KeepSelector(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which versions are kept; all that is given must hold.

    Args:
        pacticipant: The name of the only pacticipant that it concerns.
        tag: A tag that the version has; True means any.
        branch: A branch that it is on; True means any.
        main_branch: Whether it must be on its pacticipant's main branch.
        latest: Whether it must be the latest of its tag, branch or pacticipant.
        max_age: How many days old it may be.
        deployed: Whether it must be deployed now.
        released: Whether it must be released and supported now.
        environment: The environment that it must be deployed or released to.
    """

    pacticipant: str | None = None
    tag: str | bool | None = None
    branch: str | bool | None = None
    main_branch: bool | None = None
    latest: bool | None = None
    max_age: int | None = None
    deployed: bool | None = None
    released: bool | None = None
    environment: str | None = None


DEFAULT_KEEP = (
    KeepSelector(tag=True, latest=True),
    KeepSelector(branch=True, latest=True),
    KeepSelector(latest=True),
    KeepSelector(deployed=True),
    KeepSelector(released=True),
    KeepSelector(max_age=90),
)


class Cleaned(msgspec.Struct, frozen=True, kw_only=True):
    """What cleaning deletes and keeps.

    Args:
        deleted: How many versions of each pacticipant.
        kept: How many versions of each pacticipant.
        counts: How many rows of each table were deleted; empty for a dry run.
    """

    deleted: dict[str, int]
    kept: dict[str, int]
    counts: dict[str, int]


def read_keep_selectors(value: Any) -> tuple[KeepSelector, ...]:
    """Read selectors from JSON: a list of objects, with the official names in snake case.

    Raises:
        ValueError: It isn't such a list, or a selector says nothing.

    Example:
        >>> read_keep_selectors([{"branch": "main", "latest": True}])[0].branch
        'main'
    """
    if not isinstance(value, list) or not value:
        raise ValueError("the selectors must be a list with at least one object")
    selectors = []
    for index, each in enumerate(value):
        if not isinstance(each, dict) or not any(each.values()):
            raise ValueError(f"selector {index + 1} must be an object that says what to keep")
        named = {_FIELDS.get(name, name): item for name, item in each.items()}
        try:
            selectors.append(msgspec.convert(named, KeepSelector))
        except msgspec.ValidationError as error:
            raise ValueError(f"selector {index + 1}: {error}") from None
    return tuple(selectors)


def clean(
    connection: Connection, keep: Sequence[KeepSelector], *, now: datetime, limit: int | None, dry_run: bool
) -> Cleaned:
    """Delete the versions that no selector keeps, the oldest first, and what belongs to them.

    Args:
        connection: A writing transaction; a reading one is enough for a dry run.
        keep: What to keep; the latest contract of each integration is always kept.
        now: The time now.
        limit: How many versions to delete at most; None means all.
        dry_run: Whether to count only.
    """
    kept = union(*(_matching(each, now) for each in keep), *_always_kept()).subquery()
    doomed = (
        select(t.versions.c.id).where(t.versions.c.id.not_in(select(kept.c.id))).order_by(t.versions.c.id)
    )
    ids = list(connection.scalars(doomed.limit(limit)))
    before = _versions_by_owner(connection)
    deleted = _owners_of(connection, ids)
    counts = {} if dry_run else _delete(connection, ids)
    remaining = {name: count - deleted.get(name, 0) for name, count in before.items()}
    return Cleaned(deleted=deleted, kept={k: v for k, v in remaining.items() if v}, counts=counts)


def _delete(connection: Connection, ids: list[int]) -> dict[str, int]:
    tables = (t.versions, t.publications, t.contents, t.results, t.branches)
    before = {table.name: _count(connection, table) for table in tables}
    for start in range(0, len(ids), _BATCH):
        delete_versions(connection, ids[start : start + _BATCH])
    published = select(t.publications.c.id).where(t.publications.c.content_id == t.contents.c.id)
    connection.execute(delete(t.contents).where(~published.exists()))
    used = select(t.branch_versions.c.version_id).where(t.branch_versions.c.branch_id == t.branches.c.id)
    connection.execute(delete(t.branches).where(~used.exists()))
    return {table.name: before[table.name] - _count(connection, table) for table in tables}


def _count(connection: Connection, table: Any) -> int:
    return int(connection.scalars(select(func.count()).select_from(table)).one())


def _always_kept() -> list[Select[Any]]:
    """Return the consumer versions with the latest contract of each integration."""
    inner, outer = t.publications.alias("inner_publications"), t.integrations
    latest = (
        select(func.max(inner.c.version_id))
        .where(inner.c.provider_id == outer.c.provider_id, inner.c.consumer_id == outer.c.consumer_id)
        .scalar_subquery()
    )
    return [select(latest.label("id")).select_from(outer)]


def _matching(selector: KeepSelector, now: datetime) -> Select[Any]:
    query = select(t.versions.c.id.label("id"))
    if selector.pacticipant is not None:
        query = query.where(t.versions.c.pacticipant_id == _named(selector.pacticipant))
    if selector.max_age is not None:
        since = text_of(now - timedelta(days=selector.max_age))
        query = query.where(t.versions.c.created_at >= since)
    if selector.deployed or selector.released or selector.environment:
        query = query.where(t.versions.c.id.in_(_placed(selector)))
    query = _on_branch(query, selector)
    query = _tagged(query, selector)
    if selector.latest and not (selector.tag or selector.branch or selector.main_branch):
        newest = select(func.max(t.versions.c.id)).group_by(t.versions.c.pacticipant_id)
        query = query.where(t.versions.c.id.in_(newest))
    return query


def _named(name: str) -> Any:
    return select(t.pacticipants.c.id).where(t.pacticipants.c.name == name).scalar_subquery()


def _placed(selector: KeepSelector) -> Select[Any]:
    query = select(t.placements.c.version_id).where(t.placements.c.ended_at.is_(None))
    kinds = [
        kind for kind, given in (("deployed", selector.deployed), ("released", selector.released)) if given
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


def _tagged(query: Select[Any], selector: KeepSelector) -> Select[Any]:
    if not selector.tag:
        return query
    version = func.max(t.tags.c.version_id) if selector.latest else t.tags.c.version_id
    tagged = select(version)
    if isinstance(selector.tag, str):
        tagged = tagged.where(t.tags.c.name == selector.tag)
    if selector.latest:
        tagged = tagged.group_by(t.tags.c.pacticipant_id, t.tags.c.name)
    return query.where(t.versions.c.id.in_(tagged))


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
