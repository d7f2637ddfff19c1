"""Heads: the latest versions of branches and tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import func, select

from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

__all__ = ["Heads", "heads_among"]


class Heads(msgspec.Struct, frozen=True):
    """The heads of branches and tags, as pairs of version id and name."""

    branches: frozenset[tuple[int, str]]
    tags: frozenset[tuple[int, str]]


def heads_among(connection: Connection, versions: Collection[int]) -> Heads:
    """Return the branches and tags whose head is among these versions."""
    if not versions:
        return Heads(frozenset(), frozenset())
    on_branch, tagged = t.branch_versions.alias(), t.tags.alias()
    last_on_branch = select(func.max(on_branch.c.version_id)).where(on_branch.c.branch_id == t.branches.c.id)
    branch_query = (
        select(t.branch_versions.c.version_id, t.branches.c.name)
        .join(t.branches, t.branches.c.id == t.branch_versions.c.branch_id)
        .where(
            t.branch_versions.c.version_id.in_(versions),
            t.branch_versions.c.version_id == last_on_branch.scalar_subquery(),
        )
    )
    last_with_tag = select(func.max(tagged.c.version_id)).where(
        tagged.c.pacticipant_id == t.tags.c.pacticipant_id, tagged.c.name == t.tags.c.name
    )
    tag_query = select(t.tags.c.version_id, t.tags.c.name).where(
        t.tags.c.version_id.in_(versions), t.tags.c.version_id == last_with_tag.scalar_subquery()
    )
    return Heads(
        branches=frozenset((row[0], row[1]) for row in connection.execute(branch_query)),
        tags=frozenset((row[0], row[1]) for row in connection.execute(tag_query)),
    )
