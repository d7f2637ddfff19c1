"""Environments that versions are deployed or released to."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import delete, insert, select, update

from pactape.broker.records import Environment
from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = [
    "add_environment",
    "all_environments",
    "delete_environment",
    "find_environment",
    "find_environment_by_name",
    "update_environment",
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
    """Create an environment."""
    values: dict[str, Any] = {
        "uuid": str(uuid.uuid4()),
        "name": name,
        "display_name": display_name,
        "production": production,
        "contacts": msgspec.json.encode(contacts).decode(),
        "created_at": now,
        "updated_at": now,
    }
    identity = connection.scalars(insert(t.environments).returning(t.environments.c.id), values).one()
    return Environment(**{**values, "id": identity, "contacts": contacts})


def update_environment(connection: Connection, environment: Environment, values: dict[str, Any]) -> None:
    """Set name, display_name, production, contacts or updated_at."""
    if "contacts" in values:
        values = {**values, "contacts": msgspec.json.encode(values["contacts"]).decode()}
    connection.execute(update(t.environments).where(t.environments.c.id == environment.id).values(values))


def delete_environment(connection: Connection, environment: Environment) -> None:
    """Delete an environment with its deployments and releases."""
    connection.execute(delete(t.environments).where(t.environments.c.id == environment.id))


def all_environments(connection: Connection) -> list[Environment]:
    """Return every environment, by name."""
    return [
        _environment(row)
        for row in connection.execute(select(t.environments).order_by(t.environments.c.name))
    ]


def find_environment(connection: Connection, identity: str) -> Environment | None:
    """Return the environment with this UUID."""
    row = connection.execute(select(t.environments).where(t.environments.c.uuid == identity)).first()
    return None if row is None else _environment(row)


def find_environment_by_name(connection: Connection, name: str) -> Environment | None:
    """Return the environment of this name."""
    row = connection.execute(select(t.environments).where(t.environments.c.name == name)).first()
    return None if row is None else _environment(row)


def _environment(row: Row[Any]) -> Environment:
    values = {**row._mapping, "contacts": msgspec.json.decode(row.contacts)}  # noqa: SLF001 -- SQLAlchemy's public name
    return Environment(**values)
