"""Versions of pacticipants, each with its branches and tags."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # SQLite understands it, too

from pactape.broker.records import Tag, Version
from pactape.broker.store.database import tables as t
from pactape.broker.store.pacticipants import identity_of
from pactape.broker.store.successes import contents_verified_by, recount

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import BindParameter, Connection, Row, Select

    from pactape.broker.records import Pacticipant

__all__ = [
    "count_on_branch",
    "count_placed",
    "count_versions",
    "count_with_tag",
    "delete_unpublished",
    "delete_version",
    "delete_versions",
    "ensure_version",
    "find_version",
    "head_of_branch",
    "latest_version",
    "placed_versions",
    "versions_by_id",
    "versions_of",
    "versions_on_branch",
    "versions_with_tag",
]


def ensure_version(
    connection: Connection, pacticipant: Pacticipant, number: str, *, now: str, build_url: str | None = None
) -> tuple[Version, bool]:
    """Return the version with this number, creating it if needed, and whether it is new; set its build URL."""
    values = {"pacticipant_id": pacticipant.id, "number": number, "build_url": build_url, "created_at": now}
    identity = connection.scalar(_ADD_VERSION, values)
    if identity is not None:
        version = Version(
            id=identity, pacticipant=pacticipant.name, number=number, build_url=build_url, created_at=now
        )
        return version, True
    row = connection.execute(_version_query(), {"owner": pacticipant.id, "number": number}).one()
    if build_url is not None:
        connection.execute(update(t.versions).where(t.versions.c.id == row.id).values(build_url=build_url))
    return _with_branches_and_tags(connection, [row])[0], False


_ADD_VERSION = upsert(t.versions).on_conflict_do_nothing().returning(t.versions.c.id)


@cache
def _version_query() -> Select[Any]:
    return _versions().where(
        t.versions.c.pacticipant_id == bindparam("owner"), t.versions.c.number == bindparam("number")
    )


def find_version(connection: Connection, pacticipant: str, number: str) -> Version | None:
    """Return the version with this number."""
    return _one(connection, _of(pacticipant).where(t.versions.c.number == number))


def latest_version(connection: Connection, pacticipant: str) -> Version | None:
    """Return the latest version."""
    return _one(connection, _latest(_of(pacticipant)))


def versions_of(
    connection: Connection, pacticipant: str, *, limit: int = 100, offset: int = 0
) -> list[Version]:
    """Return a pacticipant's versions, the latest first; at most `limit`, after skipping `offset`."""
    query = _of(pacticipant).order_by(t.versions.c.id.desc())
    return _with_branches_and_tags(connection, connection.execute(query.limit(limit).offset(offset)))


def count_versions(connection: Connection, pacticipant: str) -> int:
    """Return the number of versions of a pacticipant."""
    versions = _of(pacticipant).subquery()
    return int(connection.execute(select(func.count()).select_from(versions)).scalar_one())


def versions_by_id(connection: Connection, identities: Collection[int]) -> dict[int, Version]:
    """Return the versions with these ids."""
    versions = _with_branches_and_tags(
        connection, connection.execute(_versions().where(t.versions.c.id.in_(identities)))
    )
    return {version.id: version for version in versions}


def head_of_branch(connection: Connection, pacticipant: str, branch: str) -> Version | None:
    """Return the latest version on a branch."""
    return _one(connection, _head(), {"pacticipant": pacticipant, "branch": branch})


@cache
def _head() -> Select[Any]:
    on_branch = _on_branch(bindparam("pacticipant"), bindparam("branch"))
    return on_branch.order_by(t.branch_versions.c.version_id.desc()).limit(1)


def versions_on_branch(
    connection: Connection, pacticipant: str, branch: str, *, limit: int | None = None, offset: int = 0
) -> list[Version]:
    """Return the versions on a branch, the latest first."""
    query = _on_branch(pacticipant, branch).order_by(t.branch_versions.c.version_id.desc())
    return _with_branches_and_tags(connection, connection.execute(query.limit(limit).offset(offset)))


def versions_with_tag(
    connection: Connection, pacticipant: str, tag: str, *, limit: int | None = None, offset: int = 0
) -> list[Version]:
    """Return the versions with a tag, the latest first."""
    query = (
        _versions()
        .join(t.tags, t.tags.c.version_id == t.versions.c.id)
        .where(t.tags.c.pacticipant_id == identity_of(pacticipant), t.tags.c.name == tag)
        .order_by(t.tags.c.version_id.desc())
    )
    return _with_branches_and_tags(connection, connection.execute(query.limit(limit).offset(offset)))


def count_on_branch(connection: Connection, pacticipant: str, branch: str) -> int:
    """Return the number of versions on a branch."""
    return _count(connection, _on_branch(pacticipant, branch))


def count_with_tag(connection: Connection, pacticipant: str, tag: str) -> int:
    """Return the number of versions with a tag."""
    query = _versions().join(t.tags, t.tags.c.version_id == t.versions.c.id)
    return _count(
        connection, query.where(t.tags.c.pacticipant_id == identity_of(pacticipant), t.tags.c.name == tag)
    )


def placed_versions(
    connection: Connection, *, pacticipant: str, environment: int, limit: int, offset: int = 0
) -> list[Version]:
    """Return the versions that are or were in an environment, the latest first."""
    query = _placed(pacticipant, environment).order_by(t.versions.c.id.desc())
    return _with_branches_and_tags(connection, connection.execute(query.limit(limit).offset(offset)))


def count_placed(connection: Connection, *, pacticipant: str, environment: int) -> int:
    """Return the number of versions that are or were in an environment."""
    return _count(connection, _placed(pacticipant, environment))


def _placed(pacticipant: str, environment: int) -> Select[Any]:
    placed = select(t.placements.c.id).where(
        t.placements.c.version_id == t.versions.c.id, t.placements.c.environment_id == environment
    )
    return _of(pacticipant).where(placed.exists())


def _count(connection: Connection, query: Select[Any]) -> int:
    return int(connection.scalars(select(func.count()).select_from(query.subquery())).one())


def delete_version(connection: Connection, version: Version) -> None:
    """Delete a version with its contracts and results, and contents that are no longer published."""
    delete_versions(connection, [version.id])


def delete_versions(connection: Connection, identities: Collection[int]) -> None:
    """Delete versions with their contracts and results, and contents that are no longer published."""
    content_query = select(t.publications.c.content_id).where(t.publications.c.version_id.in_(identities))
    contents = set(connection.scalars(content_query.distinct()))
    verified_contents = contents_verified_by(connection, identities)
    connection.execute(delete(t.versions).where(t.versions.c.id.in_(identities)))
    delete_unpublished(connection, contents)
    remaining_contents = select(t.contents.c.id).where(t.contents.c.id.in_(verified_contents))
    recount(connection, set(connection.scalars(remaining_contents)) if verified_contents else set())


def delete_unpublished(connection: Connection, contents: Collection[int]) -> None:
    """Delete unpublished contents among the given ones, with their results."""
    publications = select(t.publications.c.id).where(t.publications.c.content_id == t.contents.c.id)
    connection.execute(delete(t.contents).where(t.contents.c.id.in_(contents), ~publications.exists()))


@cache
def _versions() -> Select[Any]:
    return select(
        t.versions.c.id,
        t.pacticipants.c.name.label("pacticipant"),
        t.versions.c.number,
        t.versions.c.build_url,
        t.versions.c.created_at,
    ).join(t.pacticipants, t.pacticipants.c.id == t.versions.c.pacticipant_id)


def _of(pacticipant: str) -> Select[Any]:
    """Return the query for a pacticipant's versions; a subquery makes PostgreSQL read the index in order."""
    return _versions().where(t.versions.c.pacticipant_id == identity_of(pacticipant))


def _on_branch(pacticipant: str | BindParameter[str], branch: str | BindParameter[str]) -> Select[Any]:
    identity = select(t.branches.c.id).where(
        t.branches.c.pacticipant_id == identity_of(pacticipant), t.branches.c.name == branch
    )
    return (
        _versions()
        .join(t.branch_versions, t.branch_versions.c.version_id == t.versions.c.id)
        .where(t.branch_versions.c.branch_id == identity.scalar_subquery())
    )


def _latest(query: Select[Any]) -> Select[Any]:
    return query.order_by(t.versions.c.id.desc()).limit(1)


def _one(
    connection: Connection, query: Select[Any], values: Mapping[str, Any] | None = None
) -> Version | None:
    row = connection.execute(query, values).first()
    return None if row is None else _with_branches_and_tags(connection, [row])[0]


_TAGS = select(t.tags.c.version_id, t.tags.c.name, t.tags.c.created_at)


def _with_branches_and_tags(connection: Connection, rows: Iterable[Row[Any]]) -> list[Version]:
    version_rows = list(rows)
    if not version_rows:
        return []
    identities = [row.id for row in version_rows]
    on_branches: dict[int, list[str]] = {}
    query = select(t.branch_versions.c.version_id, t.branches.c.name).join(t.branches)
    query = query.where(t.branch_versions.c.version_id.in_(identities)).order_by(t.branches.c.id)
    for identity, name in connection.execute(query):
        on_branches.setdefault(identity, []).append(name)
    tags: dict[int, list[Tag]] = {}
    for identity, name, created_at in connection.execute(
        _TAGS.where(t.tags.c.version_id.in_(identities)).order_by(t.tags.c.created_at)
    ):
        tags.setdefault(identity, []).append(Tag(name=name, created_at=created_at))
    return [
        Version(
            **row._mapping,  # noqa: SLF001 -- as above
            branches=tuple(on_branches.get(row.id, ())),
            tags=tuple(tags.get(row.id, ())),
        )
        for row in version_rows
    ]
