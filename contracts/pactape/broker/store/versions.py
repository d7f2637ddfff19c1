"""Versions of pacticipants, with their branches and tags."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from pactape.broker.records import Tag, Version
from pactape.broker.store.database import tables as t
from pactape.broker.store.pacticipants import update_pacticipant

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import BindParameter, Connection, Row, Select

    from pactape.broker.records import Pacticipant

__all__ = [
    "add_branch",
    "add_tag",
    "branch_names",
    "count_versions",
    "delete_branch",
    "delete_tag",
    "ensure_version",
    "find_version",
    "first_version_on_branch",
    "first_version_with_tag",
    "head_of_branch",
    "latest_version",
    "versions_by_id",
    "versions_of",
    "versions_on_branch",
    "versions_with_tag",
]


def ensure_version(
    connection: Connection, pacticipant: Pacticipant, number: str, *, now: str, build_url: str | None = None
) -> tuple[Version, bool]:
    """The version of this number and whether it was made now; a build URL replaces the one it had."""
    values = {"pacticipant_id": pacticipant.id, "number": number, "build_url": build_url, "created_at": now}
    identity = connection.scalar(_ADD_VERSION, values)
    if identity is not None:
        version = Version(
            id=identity, pacticipant=pacticipant.name, number=number, build_url=build_url, created_at=now
        )
        return version, True
    row = connection.execute(_numbered(), {"owner": pacticipant.id, "number": number}).one()
    if build_url is not None:
        connection.execute(update(t.versions).where(t.versions.c.id == row.id).values(build_url=build_url))
    return _decorated(connection, [row])[0], False


_ADD_VERSION = upsert(t.versions).on_conflict_do_nothing().returning(t.versions.c.id)


@cache
def _numbered() -> Select[Any]:
    return _versions().where(
        t.versions.c.pacticipant_id == bindparam("owner"), t.versions.c.number == bindparam("number")
    )


def find_version(connection: Connection, pacticipant: str, number: str) -> Version | None:
    """The version of this number."""
    return _one(
        connection, _versions().where(t.pacticipants.c.name == pacticipant, t.versions.c.number == number)
    )


def latest_version(connection: Connection, pacticipant: str) -> Version | None:
    """The version that came last."""
    return _one(connection, _latest(_versions().where(t.pacticipants.c.name == pacticipant)))


def versions_of(
    connection: Connection, pacticipant: str, *, limit: int = 100, offset: int = 0
) -> list[Version]:
    """A pacticipant's versions, the last one first; after `offset` of them, at most `limit`."""
    query = _versions().where(t.pacticipants.c.name == pacticipant).order_by(t.versions.c.id.desc())
    return _decorated(connection, connection.execute(query.limit(limit).offset(offset)))


def count_versions(connection: Connection, pacticipant: str) -> int:
    """How many versions a pacticipant has."""
    versions = _versions().where(t.pacticipants.c.name == pacticipant).subquery()
    return int(connection.execute(select(func.count()).select_from(versions)).scalar_one())


def versions_by_id(connection: Connection, identities: Collection[int]) -> dict[int, Version]:
    """The versions of these ids."""
    found = _decorated(connection, connection.execute(_versions().where(t.versions.c.id.in_(identities))))
    return {version.id: version for version in found}


def head_of_branch(connection: Connection, pacticipant: str, branch: str) -> Version | None:
    """The last version on a branch."""
    return _one(connection, _head(), {"pacticipant": pacticipant, "branch": branch})


@cache
def _head() -> Select[Any]:
    return _latest(_on_branch(bindparam("pacticipant"), bindparam("branch")))


def versions_on_branch(connection: Connection, pacticipant: str, branch: str) -> list[Version]:
    """All versions on a branch, the last one first."""
    query = _on_branch(pacticipant, branch).order_by(t.versions.c.id.desc())
    return _decorated(connection, connection.execute(query))


def versions_with_tag(connection: Connection, pacticipant: str, tag: str) -> list[Version]:
    """All versions with a tag, the last one first."""
    query = (
        _versions()
        .join(t.tags, t.tags.c.version_id == t.versions.c.id)
        .where(t.pacticipants.c.name == pacticipant, t.tags.c.name == tag)
        .order_by(t.versions.c.id.desc())
    )
    return _decorated(connection, connection.execute(query))


def first_version_on_branch(connection: Connection, pacticipant: str, branch: str) -> str | None:
    """When the first version on a branch came to be; None when the branch has none."""
    inner = _on_branch(pacticipant, branch).subquery()
    found: str | None = connection.scalar(select(func.min(inner.c.created_at)))
    return found


def first_version_with_tag(connection: Connection, pacticipant: str, tag: str) -> str | None:
    """When a tag was first given; None when no version has it."""
    query = (
        select(func.min(t.tags.c.created_at))
        .join(t.versions, t.versions.c.id == t.tags.c.version_id)
        .join(t.pacticipants, t.pacticipants.c.id == t.versions.c.pacticipant_id)
        .where(t.pacticipants.c.name == pacticipant, t.tags.c.name == tag)
    )
    found: str | None = connection.scalar(query)
    return found


def branch_names(connection: Connection, identity: int) -> list[str]:
    """The names of a pacticipant's branches."""
    query = (
        select(t.branches.c.name).where(t.branches.c.pacticipant_id == identity).order_by(t.branches.c.name)
    )
    return list(connection.scalars(query))


def add_branch(
    connection: Connection, pacticipant: Pacticipant, version: Version, name: str, *, now: str
) -> None:
    """Put a version on a branch; the first of a usual main name becomes the main branch."""
    identity = connection.scalar(_BRANCH, {"owner": pacticipant.id, "name": name})
    if identity is None:
        values = {"pacticipant_id": pacticipant.id, "name": name, "created_at": now}
        identity = connection.execute(insert(t.branches).values(values)).lastrowid
    connection.execute(_ADD_TO_BRANCH, {"branch_id": identity, "version_id": version.id})
    if pacticipant.main_branch is None and name in _MAIN_BRANCHES:
        update_pacticipant(connection, pacticipant.id, {"main_branch": name})


_ADD_TO_BRANCH = upsert(t.branch_versions).on_conflict_do_nothing()
_BRANCH = select(t.branches.c.id).where(
    t.branches.c.pacticipant_id == bindparam("owner"), t.branches.c.name == bindparam("name")
)
_MAIN_BRANCHES = ("develop", "main", "master")


def delete_branch(connection: Connection, pacticipant: str, name: str) -> bool:
    """Forget a branch; its versions and their contracts stay. False when there is no such branch."""
    owner = select(t.pacticipants.c.id).where(t.pacticipants.c.name == pacticipant).scalar_subquery()
    gone = connection.execute(
        delete(t.branches).where(t.branches.c.name == name, t.branches.c.pacticipant_id == owner)
    )
    return bool(gone.rowcount)


def add_tag(connection: Connection, version: Version, name: str, *, now: str) -> Version:
    """Give a version a tag and give the version with it; it may have it already."""
    connection.execute(
        upsert(t.tags).values(version_id=version.id, name=name, created_at=now).on_conflict_do_nothing()
    )
    known = any(tag.name == name for tag in version.tags)
    tags = version.tags if known else (*version.tags, Tag(name=name, created_at=now))
    return msgspec.structs.replace(version, tags=tags)


def delete_tag(connection: Connection, version: Version, name: str) -> bool:
    """Take a tag from a version; False when it had none of that name."""
    gone = connection.execute(delete(t.tags).where(t.tags.c.version_id == version.id, t.tags.c.name == name))
    return bool(gone.rowcount)


@cache
def _versions() -> Select[Any]:
    return select(
        t.versions.c.id,
        t.pacticipants.c.name.label("pacticipant"),
        t.versions.c.number,
        t.versions.c.build_url,
        t.versions.c.created_at,
    ).join(t.pacticipants, t.pacticipants.c.id == t.versions.c.pacticipant_id)


def _on_branch(pacticipant: str | BindParameter[str], branch: str | BindParameter[str]) -> Select[Any]:
    return (
        _versions()
        .join(t.branch_versions, t.branch_versions.c.version_id == t.versions.c.id)
        .join(t.branches, t.branches.c.id == t.branch_versions.c.branch_id)
        .where(
            t.pacticipants.c.name == pacticipant,
            t.branches.c.pacticipant_id == t.pacticipants.c.id,
            t.branches.c.name == branch,
        )
    )


def _latest(query: Select[Any]) -> Select[Any]:
    return query.order_by(t.versions.c.id.desc()).limit(1)


def _one(
    connection: Connection, query: Select[Any], values: Mapping[str, Any] | None = None
) -> Version | None:
    row = connection.execute(query, values).first()
    return None if row is None else _decorated(connection, [row])[0]


def _decorated(connection: Connection, rows: Iterable[Row[Any]]) -> list[Version]:
    found = list(rows)
    if not found:
        return []
    identities = [row.id for row in found]
    on_branches: dict[int, list[str]] = {}
    query = select(t.branch_versions.c.version_id, t.branches.c.name).join(t.branches)
    for identity, name in connection.execute(query.where(t.branch_versions.c.version_id.in_(identities))):
        on_branches.setdefault(identity, []).append(name)
    tagged: dict[int, list[Tag]] = {}
    for identity, name, created_at in connection.execute(
        select(t.tags).where(t.tags.c.version_id.in_(identities)).order_by(t.tags.c.created_at)
    ):
        tagged.setdefault(identity, []).append(Tag(name=name, created_at=created_at))
    return [
        Version(
            **row._mapping,  # noqa: SLF001 -- as above
            branches=tuple(on_branches.get(row.id, ())),
            tags=tuple(tagged.get(row.id, ())),
        )
        for row in found
    ]
