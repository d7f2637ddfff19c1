"""Pacticipants and their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from pactape.broker.records import Pacticipant
from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from sqlalchemy import Connection, Row

__all__ = [
    "add_label",
    "all_pacticipants",
    "delete_pacticipant",
    "ensure_pacticipant",
    "find_pacticipant",
    "labels_of",
    "remove_label",
    "update_pacticipant",
]


def find_pacticipant(connection: Connection, name: str) -> Pacticipant | None:
    """The pacticipant of exactly this name."""
    row = connection.execute(_NAMED, {"name": name}).first()
    return None if row is None else _pacticipant(row)


# What every publication asks is built once: building a statement takes longer than running it.
_NAMED = select(t.pacticipants).where(t.pacticipants.c.name == bindparam("name"))


def all_pacticipants(connection: Connection) -> list[Pacticipant]:
    """Every pacticipant, by name."""
    return [
        _pacticipant(row)
        for row in connection.execute(select(t.pacticipants).order_by(t.pacticipants.c.name))
    ]


def ensure_pacticipant(connection: Connection, name: str, *, now: str) -> Pacticipant:
    """The pacticipant of this name, made when there is none."""
    found = find_pacticipant(connection, name)
    if found is not None:
        return found
    values = {"name": name, "display_name": name, "created_at": now}
    identity = connection.execute(insert(t.pacticipants).values(values)).lastrowid
    return Pacticipant(
        id=identity, name=name, display_name=name, main_branch=None, repository_url=None, created_at=now
    )


def update_pacticipant(connection: Connection, identity: int, values: dict[str, Any]) -> None:
    """Set display_name, main_branch or repository_url."""
    if values:
        connection.execute(update(t.pacticipants).where(t.pacticipants.c.id == identity).values(values))


def delete_pacticipant(connection: Connection, identity: int) -> None:
    """Remove a pacticipant with all its versions, contracts and results."""
    connection.execute(delete(t.pacticipants).where(t.pacticipants.c.id == identity))


def labels_of(connection: Connection, identity: int) -> list[str]:
    """A pacticipant's labels, by name."""
    query = select(t.labels.c.name).where(t.labels.c.pacticipant_id == identity).order_by(t.labels.c.name)
    return list(connection.scalars(query))


def add_label(connection: Connection, identity: int, name: str) -> None:
    """Give a pacticipant a label; it may have it already."""
    connection.execute(upsert(t.labels).values(pacticipant_id=identity, name=name).on_conflict_do_nothing())


def remove_label(connection: Connection, identity: int, name: str) -> bool:
    """Take a label from a pacticipant; False when it had none of that name."""
    return bool(
        connection.execute(
            delete(t.labels).where(t.labels.c.pacticipant_id == identity, t.labels.c.name == name)
        ).rowcount
    )


def _pacticipant(row: Row[Any]) -> Pacticipant:
    return Pacticipant(**row._mapping)  # noqa: SLF001 -- SQLAlchemy's public name for it
