"""Branches and tags, and the times of their first use."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Integer, bindparam, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert  # SQLite understands it, too

from pactape.broker.records import Branch, Tag
from pactape.broker.store.database import tables as t
from pactape.broker.store.pacticipants import update_pacticipant
from pactape.broker.store.successes import contents_verified_by, note_new_name, recount

if TYPE_CHECKING:
    from sqlalchemy import Connection, Select

    from pactape.broker.records import Pacticipant, Version

__all__ = [
    "add_branch",
    "add_tag",
    "branches_of",
    "count_branches",
    "delete_branch",
    "delete_tag",
    "find_branch",
    "first_version_on_branch",
    "first_version_with_tag",
    "remove_from_branch",
]


def first_version_on_branch(connection: Connection, pacticipant: str, branch: str) -> str | None:
    """Return when the first version on a branch was created; None if the branch has no version."""
    created_at: str | None = connection.scalar(
        select(t.versions.c.created_at).where(
            t.versions.c.id
            == select(func.min(t.branch_versions.c.version_id))
            .join(t.branches, t.branches.c.id == t.branch_versions.c.branch_id)
            .join(t.pacticipants, t.pacticipants.c.id == t.branches.c.pacticipant_id)
            .where(t.pacticipants.c.name == pacticipant, t.branches.c.name == branch)
            .scalar_subquery()
        )
    )
    return created_at


def first_version_with_tag(connection: Connection, pacticipant: str, tag: str) -> str | None:
    """Return when a tag was first given; None if no version has it."""
    created_at: str | None = connection.scalar(
        select(func.min(t.tags.c.created_at))
        .join(t.pacticipants, t.pacticipants.c.id == t.tags.c.pacticipant_id)
        .where(t.pacticipants.c.name == pacticipant, t.tags.c.name == tag)
    )
    return created_at


def branches_of(
    connection: Connection, identity: int, *, part: str = "", limit: int | None = None, offset: int = 0
) -> list[Branch]:
    """Return a pacticipant's branches whose names contain a text (ignoring case), the newest first."""
    query = _with_part(select(t.branches.c.name, t.branches.c.created_at), identity, part)
    query = query.order_by(t.branches.c.id.desc()).limit(limit).offset(offset)
    return [Branch(name=row.name, created_at=row.created_at) for row in connection.execute(query)]


def count_branches(connection: Connection, identity: int, *, part: str = "") -> int:
    """Return how many branches of a pacticipant have a text in their names."""
    query = _with_part(select(func.count()).select_from(t.branches), identity, part)
    return int(connection.scalars(query).one())


def _with_part(query: Select[Any], identity: int, part: str) -> Select[Any]:
    query = query.where(t.branches.c.pacticipant_id == identity)
    return query.where(t.branches.c.name.icontains(part, autoescape=True)) if part else query


def find_branch(connection: Connection, identity: int, name: str) -> Branch | None:
    """Return a pacticipant's branch of this name."""
    row = connection.execute(_BRANCH, {"owner": identity, "name": name}).first()
    return None if row is None else Branch(name=row.name, created_at=row.created_at)


def add_branch(
    connection: Connection, pacticipant: Pacticipant, version: Version, name: str, *, now: str
) -> Version:
    """Put a version on a branch and return the updated version.

    A branch with a common main name becomes the main branch of a pacticipant that has none.
    """
    where = {"owner": pacticipant.id, "branch": name, "version": version.id}
    if connection.scalar(_JOIN_BRANCH, where) is None and name not in version.branches:
        values = {"pacticipant_id": pacticipant.id, "name": name, "created_at": now}
        connection.execute(_ADD_BRANCH, values)
        connection.scalar(_JOIN_BRANCH, where)
    _set_main_branch(connection, pacticipant, name)
    if name in version.branches:
        return version
    note_new_name(connection, version, kind="branch", name=name, now=now)
    return msgspec.structs.replace(version, branches=(*version.branches, name))


def _set_main_branch(connection: Connection, pacticipant: Pacticipant, name: str) -> None:
    """Make a branch or tag with a common main name the main branch of a pacticipant that has none."""
    if pacticipant.main_branch is None and name in _MAIN_BRANCHES:
        update_pacticipant(connection, pacticipant.id, {"main_branch": name})


_ADD_BRANCH = upsert(t.branches).on_conflict_do_nothing()
_BRANCH = select(t.branches.c.name, t.branches.c.created_at).where(
    t.branches.c.pacticipant_id == bindparam("owner"), t.branches.c.name == bindparam("name")
)
_JOIN_BRANCH = (
    upsert(t.branch_versions)
    .from_select(
        ["branch_id", "version_id"],
        select(t.branches.c.id, cast(bindparam("version"), Integer)).where(
            t.branches.c.pacticipant_id == bindparam("owner"), t.branches.c.name == bindparam("branch")
        ),
    )
    .on_conflict_do_nothing()
    .returning(t.branch_versions.c.branch_id)
)
_MAIN_BRANCHES = ("develop", "main", "master")


def delete_branch(connection: Connection, pacticipant: str, name: str) -> bool:
    """Delete a branch; its versions and their contracts stay. Return False if it doesn't exist."""
    owner = select(t.pacticipants.c.id).where(t.pacticipants.c.name == pacticipant).scalar_subquery()
    branch_id = connection.scalar(
        select(t.branches.c.id).where(t.branches.c.name == name, t.branches.c.pacticipant_id == owner)
    )
    if branch_id is None:
        return False
    on_branch = select(t.branch_versions.c.version_id).where(t.branch_versions.c.branch_id == branch_id)
    content_ids = contents_verified_by(connection, on_branch)
    connection.execute(delete(t.branches).where(t.branches.c.id == branch_id))
    recount(connection, content_ids)
    return True


def remove_from_branch(connection: Connection, version: Version, name: str) -> bool:
    """Remove a version from a branch; return False if it isn't on the branch."""
    ids = select(t.branches.c.id).join(t.pacticipants, t.pacticipants.c.id == t.branches.c.pacticipant_id)
    ids = ids.where(t.pacticipants.c.name == version.pacticipant, t.branches.c.name == name)
    deletion = connection.execute(
        delete(t.branch_versions).where(
            t.branch_versions.c.version_id == version.id, t.branch_versions.c.branch_id.in_(ids)
        )
    )
    recount(connection, contents_verified_by(connection, [version.id]))
    return bool(deletion.rowcount)


def add_tag(
    connection: Connection, pacticipant: Pacticipant, version: Version, name: str, *, now: str
) -> Version:
    """Give a version a tag and return the updated version.

    If a version without a branch gets its first tag within ten seconds of its creation, the tag also becomes its
    branch; this is the official broker's default.
    """
    if not version.tags and not version.branches and _is_recent(version.created_at, now):
        version = add_branch(connection, pacticipant, version, name, now=now)
    if any(tag.name == name for tag in version.tags):
        return version
    values = {"pacticipant_id": pacticipant.id, "version_id": version.id, "name": name, "created_at": now}
    connection.execute(_ADD_TAG, values)
    _set_main_branch(connection, pacticipant, name)
    note_new_name(connection, version, kind="tag", name=name, now=now)
    return msgspec.structs.replace(version, tags=(*version.tags, Tag(name=name, created_at=now)))


def _is_recent(created_at: str, now: str) -> bool:
    age = datetime.fromisoformat(now) - datetime.fromisoformat(created_at)
    return age <= timedelta(seconds=_FIRST_TAG_SECONDS)


_FIRST_TAG_SECONDS = 10
_ADD_TAG = upsert(t.tags).on_conflict_do_nothing()


def delete_tag(connection: Connection, version: Version, name: str) -> bool:
    """Remove a tag from a version; return False if it doesn't have it."""
    deletion = connection.execute(
        delete(t.tags).where(t.tags.c.version_id == version.id, t.tags.c.name == name)
    )
    recount(connection, contents_verified_by(connection, [version.id]))
    return bool(deletion.rowcount)
