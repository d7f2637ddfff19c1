"""Branches and tags: putting versions on them, and since when they are used."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import Integer, bindparam, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert  # which SQLite understands, too

from pactape.broker.records import Tag
from pactape.broker.store.database import tables as t
from pactape.broker.store.pacticipants import update_pacticipant
from pactape.broker.store.successes import contents_verified_by, note_new_name, recount

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from pactape.broker.records import Pacticipant, Version

__all__ = [
    "add_branch",
    "add_tag",
    "branch_names",
    "delete_branch",
    "delete_tag",
    "first_version_on_branch",
    "first_version_with_tag",
    "has_branch",
    "remove_from_branch",
]


def first_version_on_branch(connection: Connection, pacticipant: str, branch: str) -> str | None:
    """Return when the first version on a branch was created; None when the branch has none."""
    found: str | None = connection.scalar(
        select(t.versions.c.created_at).where(
            t.versions.c.id
            == select(func.min(t.branch_versions.c.version_id))
            .join(t.branches, t.branches.c.id == t.branch_versions.c.branch_id)
            .join(t.pacticipants, t.pacticipants.c.id == t.branches.c.pacticipant_id)
            .where(t.pacticipants.c.name == pacticipant, t.branches.c.name == branch)
            .scalar_subquery()
        )
    )
    return found


def first_version_with_tag(connection: Connection, pacticipant: str, tag: str) -> str | None:
    """Return when a tag was first given; None when no version has it."""
    found: str | None = connection.scalar(
        select(func.min(t.tags.c.created_at))
        .join(t.pacticipants, t.pacticipants.c.id == t.tags.c.pacticipant_id)
        .where(t.pacticipants.c.name == pacticipant, t.tags.c.name == tag)
    )
    return found


def branch_names(
    connection: Connection, identity: int, *, part: str = "", limit: int | None = None, offset: int = 0
) -> list[str]:
    """Return the names of a pacticipant's branches that contain a text, in either case."""
    query = (
        select(t.branches.c.name).where(t.branches.c.pacticipant_id == identity).order_by(t.branches.c.name)
    )
    if part:
        query = query.where(t.branches.c.name.icontains(part, autoescape=True))
    return list(connection.scalars(query.limit(limit).offset(offset)))


def has_branch(connection: Connection, identity: int, name: str) -> bool:
    """Return whether a pacticipant has a branch."""
    return connection.scalar(_BRANCH, {"owner": identity, "name": name}) is not None


def add_branch(
    connection: Connection, pacticipant: Pacticipant, version: Version, name: str, *, now: str
) -> Version:
    """Put a version on a branch and return the version with it.

    A branch with a usual name becomes the main branch of a pacticipant that has none.
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
    """Make a branch or tag of a usual main name the main branch of a pacticipant that has none."""
    if pacticipant.main_branch is None and name in _MAIN_BRANCHES:
        update_pacticipant(connection, pacticipant.id, {"main_branch": name})


_ADD_BRANCH = upsert(t.branches).on_conflict_do_nothing()
_BRANCH = select(t.branches.c.id).where(
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
    """Delete a branch; its versions and their contracts stay. False when there is no such branch."""
    owner = select(t.pacticipants.c.id).where(t.pacticipants.c.name == pacticipant).scalar_subquery()
    found = connection.scalar(
        select(t.branches.c.id).where(t.branches.c.name == name, t.branches.c.pacticipant_id == owner)
    )
    if found is None:
        return False
    on_branch = select(t.branch_versions.c.version_id).where(t.branch_versions.c.branch_id == found)
    touched = contents_verified_by(connection, on_branch)
    connection.execute(delete(t.branches).where(t.branches.c.id == found))
    recount(connection, touched)
    return True


def remove_from_branch(connection: Connection, version: Version, name: str) -> bool:
    """Take a version from a branch; False when it isn't on it."""
    ids = select(t.branches.c.id).join(t.pacticipants, t.pacticipants.c.id == t.branches.c.pacticipant_id)
    ids = ids.where(t.pacticipants.c.name == version.pacticipant, t.branches.c.name == name)
    gone = connection.execute(
        delete(t.branch_versions).where(
            t.branch_versions.c.version_id == version.id, t.branch_versions.c.branch_id.in_(ids)
        )
    )
    recount(connection, contents_verified_by(connection, [version.id]))
    return bool(gone.rowcount)


def add_tag(
    connection: Connection, pacticipant: Pacticipant, version: Version, name: str, *, now: str
) -> Version:
    """Give a version a tag and return the version with it.

    As the official broker does by default, the first tag of a version without a branch, given within ten seconds
    of the version's creation, is its branch, too.
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
    """Take a tag from a version; False when it had none of that name."""
    gone = connection.execute(delete(t.tags).where(t.tags.c.version_id == version.id, t.tags.c.name == name))
    recount(connection, contents_verified_by(connection, [version.id]))
    return bool(gone.rowcount)
