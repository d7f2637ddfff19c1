"""Environments, and which versions are deployed or released to them."""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from pactape.broker.records import Environment, Placement
from pactape.broker.store import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row, Select

    from pactape.broker.records import Version

__all__ = [
    "add_environment",
    "all_environments",
    "current_placements",
    "delete_environment",
    "end_placement",
    "find_environment",
    "find_environment_named",
    "find_placement",
    "place",
    "update_environment",
    "versions_in_use",
]


def add_environment(
    connection: Connection,
    *,
    name: str,
    display_name: str,
    production: bool,
    contacts: list[Any],
    now: str,
) -> Environment:
    """Make an environment."""
    values: dict[str, Any] = {
        "uuid": str(uuid.uuid4()),
        "name": name,
        "display_name": display_name,
        "production": production,
        "contacts": msgspec.json.encode(contacts).decode(),
        "created_at": now,
        "updated_at": now,
    }
    identity = connection.execute(insert(t.environments).values(values)).lastrowid
    return Environment(**{**values, "id": identity, "contacts": contacts})


def update_environment(connection: Connection, environment: Environment, values: dict[str, Any]) -> None:
    """Set name, display_name, production, contacts or updated_at."""
    if "contacts" in values:
        values = {**values, "contacts": msgspec.json.encode(values["contacts"]).decode()}
    connection.execute(update(t.environments).where(t.environments.c.id == environment.id).values(values))


def delete_environment(connection: Connection, environment: Environment) -> None:
    """Remove an environment with its deployments and releases."""
    connection.execute(delete(t.environments).where(t.environments.c.id == environment.id))


def all_environments(connection: Connection) -> list[Environment]:
    """Every environment, by name."""
    return [
        _environment(row)
        for row in connection.execute(select(t.environments).order_by(t.environments.c.name))
    ]


def find_environment(connection: Connection, identity: str) -> Environment | None:
    """The environment with this UUID."""
    row = connection.execute(select(t.environments).where(t.environments.c.uuid == identity)).first()
    return None if row is None else _environment(row)


def find_environment_named(connection: Connection, name: str) -> Environment | None:
    """The environment of this name."""
    row = connection.execute(select(t.environments).where(t.environments.c.name == name)).first()
    return None if row is None else _environment(row)


def place(
    connection: Connection,
    version: Version,
    environment: Environment,
    *,
    kind: str,
    instance: str | None,
    now: str,
) -> Placement:
    """Record a deployment ("deployed") or a release ("released").

    A deployment ends the one that the same instance of the pacticipant had there; recording what is so
    already gives the placement that is there.
    """
    for current in current_placements(
        connection, environment=environment, kind=kind, pacticipant=version.pacticipant
    ):
        if current.instance == instance and current.version_id == version.id:
            return current
        if kind == "deployed" and current.instance == instance:
            end_placement(connection, current.uuid, now=now)
    identity = str(uuid.uuid4())
    connection.execute(
        insert(t.placements).values(
            uuid=identity,
            kind=kind,
            version_id=version.id,
            environment_id=environment.id,
            instance=instance,
            created_at=now,
            ended_at=None,
        )
    )
    return Placement(
        uuid=identity,
        kind=kind,
        version_id=version.id,
        pacticipant=version.pacticipant,
        version=version.number,
        environment=environment,
        instance=instance,
        created_at=now,
        ended_at=None,
    )


def end_placement(connection: Connection, identity: str, *, now: str) -> None:
    """Record that a version is no longer there."""
    connection.execute(update(t.placements).where(t.placements.c.uuid == identity).values(ended_at=now))


def find_placement(connection: Connection, identity: str) -> Placement | None:
    """The deployment or release with this UUID, whether it has ended or not."""
    row = connection.execute(_placements().where(t.placements.c.uuid == identity)).first()
    return None if row is None else _placement(row, _by_id(connection))


def current_placements(
    connection: Connection,
    *,
    environment: Environment | None = None,
    kind: str | None = None,
    pacticipant: str | None = None,
    version_id: int | None = None,
) -> list[Placement]:
    """What is deployed or released now, narrowed to what is given; the earliest first."""
    query = _current()
    if environment is not None:
        query = query.where(t.placements.c.environment_id == environment.id)
    if kind is not None:
        query = query.where(t.placements.c.kind == kind)
    if pacticipant is not None:
        query = query.where(t.pacticipants.c.name == pacticipant)
    if version_id is not None:
        query = query.where(t.placements.c.version_id == version_id)
    found = connection.execute(query).all()
    environments = _by_id(connection) if found else {}
    return [_placement(row, environments) for row in found]


def versions_in_use(connection: Connection, pacticipant_id: int) -> set[int]:
    """The ids of a pacticipant's versions that are deployed or released now, wherever."""
    return set(connection.scalars(_in_use(), {"pacticipant": pacticipant_id}))


@cache
def _in_use() -> Select[Any]:
    return (
        select(t.placements.c.version_id)
        .join(t.versions, t.versions.c.id == t.placements.c.version_id)
        .where(t.placements.c.ended_at.is_(None), t.versions.c.pacticipant_id == bindparam("pacticipant"))
    )


@cache
def _current() -> Select[Any]:
    return _placements().where(t.placements.c.ended_at.is_(None)).order_by(t.placements.c.id)


@cache
def _placements() -> Select[Any]:
    return (
        select(
            t.placements.c.uuid,
            t.placements.c.kind,
            t.placements.c.version_id,
            t.pacticipants.c.name.label("pacticipant"),
            t.versions.c.number.label("version"),
            t.placements.c.environment_id,
            t.placements.c.instance,
            t.placements.c.created_at,
            t.placements.c.ended_at,
        )
        .join(t.versions, t.versions.c.id == t.placements.c.version_id)
        .join(t.pacticipants, t.pacticipants.c.id == t.versions.c.pacticipant_id)
    )


def _by_id(connection: Connection) -> dict[int, Environment]:
    return {environment.id: environment for environment in all_environments(connection)}


def _placement(row: Row[Any], environments: dict[int, Environment]) -> Placement:
    values = dict(row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it
    return Placement(environment=environments[values.pop("environment_id")], **values)


def _environment(row: Row[Any]) -> Environment:
    values = {**row._mapping, "contacts": msgspec.json.decode(row.contacts)}  # noqa: SLF001 -- as above
    return Environment(**values)
