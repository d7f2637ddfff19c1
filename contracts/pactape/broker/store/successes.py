"""Successes: the provider's branches and tags on which a content was verified, with the first time.

They are computed from results, branches and tags, in a table whose size doesn't grow with the builds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import case, delete, func, literal, select, union_all
from sqlalchemy.dialects.postgresql import insert as upsert  # SQLite understands it, too

from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Select
    from sqlalchemy.dialects.postgresql import Insert

    from pactape.broker.records import Version

__all__ = ["contents_verified_by", "note_new_name", "note_success", "recount"]

_COLUMNS = ["content_id", "kind", "name", "wip", "first_at"]


def note_success(connection: Connection, content_id: int, version: Version, *, wip: bool, now: str) -> None:
    """Record that a provider version has verified a content, for each of its branches and tags."""
    names = [
        ("any", ""),
        *(("branch", name) for name in version.branches),
        *(("tag", tag.name) for tag in version.tags),
    ]
    rows = [
        {"content_id": content_id, "kind": kind, "name": name, "wip": wip, "first_at": now}
        for kind, name in names
    ]
    connection.execute(_keeping_the_earliest(upsert(t.successes)), rows)


def note_new_name(connection: Connection, version: Version, *, kind: str, name: str, now: str) -> None:
    """Record the earlier successes of a version for its new branch or tag; a new version has none."""
    if version.created_at == now:
        return
    successes = (
        select(
            t.results.c.content_id,
            literal(kind),
            literal(name),
            t.results.c.wip,
            func.min(t.results.c.executed_at),
        )
        .where(t.results.c.provider_version_id == version.id, t.results.c.success)
        .group_by(t.results.c.content_id, t.results.c.wip)
    )
    connection.execute(_keeping_the_earliest(upsert(t.successes).from_select(_COLUMNS, successes)))


def contents_verified_by(connection: Connection, versions: Collection[int] | Select[Any]) -> set[int]:
    """Return the contents that provider versions have successfully verified."""
    query = select(t.results.c.content_id).where(
        t.results.c.provider_version_id.in_(versions), t.results.c.success
    )
    return set(connection.scalars(query.distinct()))


def recount(connection: Connection, contents: Collection[int]) -> None:
    """Recompute the successes of contents, after versions, branches or tags were deleted."""
    if not contents:
        return
    connection.execute(delete(t.successes).where(t.successes.c.content_id.in_(contents)))
    results = t.results
    by_branch = select(results.c.content_id, literal("branch"), t.branches.c.name).join(
        t.branch_versions, t.branch_versions.c.version_id == results.c.provider_version_id
    )
    by_branch = by_branch.join(t.branches, t.branches.c.id == t.branch_versions.c.branch_id)
    by_tag = select(results.c.content_id, literal("tag"), t.tags.c.name).join(
        t.tags, t.tags.c.version_id == results.c.provider_version_id
    )
    plain = select(results.c.content_id, literal("any"), literal(""))
    queries = [
        query.add_columns(results.c.wip, func.min(results.c.executed_at))
        .where(results.c.success, results.c.content_id.in_(contents))
        .group_by(results.c.content_id, results.c.wip, *names)
        for query, names in ((plain, []), (by_branch, [t.branches.c.name]), (by_tag, [t.tags.c.name]))
    ]
    connection.execute(upsert(t.successes).from_select(_COLUMNS, union_all(*queries)))


def _keeping_the_earliest(statement: Insert) -> Insert:
    new = statement.excluded.first_at
    return statement.on_conflict_do_update(
        index_elements=["content_id", "kind", "name", "wip"],
        set_={"first_at": case((new < t.successes.c.first_at, new), else_=t.successes.c.first_at)},
    )
