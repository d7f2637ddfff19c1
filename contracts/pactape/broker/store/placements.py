"""Placements: deployments and releases of versions to environments."""

from __future__ import annotations

import uuid
from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from pactape.broker.records import Placement
from pactape.broker.store.database import tables as t
from pactape.broker.store.environments import all_environments

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection, Row, Select

    from pactape.broker.records import Environment, Version

__all__ = [
    "current_placements",
    "end_placement",
    "find_placement",
    "place",
    "placements_of",
]


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

    A deployment ends the previous one of the same instance of the pacticipant. Recording an existing placement
    again returns it.
    """
    for current in current_placements(
        connection, environment=environment, kind=kind, pacticipant=version.pacticipant
    ):
        if current.instance == instance and current.version_id == version.id:
            return current
        if kind == "deployed" and current.instance == instance:
            end_placement(connection, current.uuid, now=now)
    placement = Placement(
        uuid=str(uuid.uuid4()),
        kind=kind,
        version_id=version.id,
        pacticipant=version.pacticipant,
        version=version.number,
        environment=environment,
        instance=instance,
        created_at=now,
        ended_at=None,
    )
    connection.execute(insert(t.placements).values(_columns(placement)))
    return placement


def _columns(placement: Placement) -> dict[str, Any]:
    names = ("uuid", "kind", "version_id", "instance", "created_at", "ended_at")
    return {
        **{name: getattr(placement, name) for name in names},
        "environment_id": placement.environment.id,
    }


def end_placement(connection: Connection, identity: str, *, now: str) -> None:
    """Record that a version is no longer in the environment."""
    connection.execute(update(t.placements).where(t.placements.c.uuid == identity).values(ended_at=now))


def find_placement(connection: Connection, identity: str) -> Placement | None:
    """Return the deployment or release with this UUID, current or ended."""
    row = connection.execute(_placements().where(t.placements.c.uuid == identity)).first()
    return None if row is None else _placement(row, _by_id(connection))


def current_placements(
    connection: Connection,
    *,
    environment: Environment | None = None,
    kind: str | None = None,
    pacticipant: str | Collection[str] | None = None,
    version_id: int | None = None,
    version: str | None = None,
    instance: str | None = None,
    owners: Select[Any] | None = None,
) -> list[Placement]:
    """Return the current deployments or releases that match the given conditions, the earliest first."""
    query = _current()
    if environment is not None:
        query = query.where(t.placements.c.environment_id == environment.id)
    if kind is not None:
        query = query.where(t.placements.c.kind == kind)
    if pacticipant is not None:
        names = [pacticipant] if isinstance(pacticipant, str) else pacticipant
        query = query.where(t.pacticipants.c.name.in_(names))
    if version_id is not None:
        query = query.where(t.placements.c.version_id == version_id)
    if version is not None:
        query = query.where(t.versions.c.number == version)
    if instance is not None:
        query = query.where(t.placements.c.instance == instance)
    if owners is not None:
        query = query.where(t.versions.c.pacticipant_id.in_(owners))
    rows = connection.execute(query).all()
    environments = _by_id(connection) if rows else {}
    return [_placement(row, environments) for row in rows]


def placements_of(
    connection: Connection, versions: Collection[int], *, with_ended: bool = False
) -> list[Placement]:
    """Return the current deployments and releases of versions, and optionally past ones, the earliest first."""
    if not versions:
        return []
    query = _placements().order_by(t.placements.c.id) if with_ended else _current()
    rows = connection.execute(query.where(t.placements.c.version_id.in_(versions))).all()
    environments = _by_id(connection) if rows else {}
    return [_placement(row, environments) for row in rows]


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
    values = dict(row._mapping)  # noqa: SLF001 -- public in SQLAlchemy
    return Placement(environment=environments[values.pop("environment_id")], **values)
