"""Pacticipants and their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert  # SQLite understands it, too

from pactape.broker.records import Pacticipant
from pactape.broker.store.database import tables as t

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from sqlalchemy import BindParameter, Connection, Row, ScalarSelect, Select

__all__ = [
    "add_label",
    "all_labels",
    "all_pacticipants",
    "count_pacticipants",
    "delete_pacticipant",
    "ensure_pacticipant",
    "ensure_pacticipants",
    "find_pacticipant",
    "identity_of",
    "label_created_at",
    "labels_of",
    "missing_names",
    "remove_label",
    "update_pacticipant",
]


def find_pacticipant(connection: Connection, name: str) -> Pacticipant | None:
    """Return the pacticipant with exactly this name."""
    row = connection.execute(_NAMED, {"name": name}).first()
    return None if row is None else _pacticipant(row)


def identity_of(name: str | BindParameter[str]) -> ScalarSelect[int]:
    """Return a subquery for the id of the pacticipant with a name."""
    return select(t.pacticipants.c.id).where(t.pacticipants.c.name == name).scalar_subquery()


# The queries of every publication are built once: building a statement takes longer than running it.
_NAMED = select(t.pacticipants).where(t.pacticipants.c.name == bindparam("name"))


def all_pacticipants(
    connection: Connection,
    *,
    part: str = "",
    label: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[Pacticipant]:
    """Return pacticipants sorted by name, ignoring case.

    Args:
        connection: The transaction.
        part: A text that the names must contain, ignoring case.
        label: A label that they must have.
        limit: The most to return; None means all.
        offset: How many to skip first.
    """
    query = _filter(select(t.pacticipants), part, label)
    query = query.order_by(func.lower(t.pacticipants.c.name), t.pacticipants.c.name)
    return [_pacticipant(row) for row in connection.execute(query.limit(limit).offset(offset))]


def count_pacticipants(connection: Connection, *, part: str = "", label: str | None = None) -> int:
    """Return the number of pacticipants with a part of a name and a label."""
    query = _filter(select(func.count()).select_from(t.pacticipants), part, label)
    return int(connection.scalars(query).one())


def _filter(query: Select[Any], part: str, label: str | None) -> Select[Any]:
    if part:
        query = query.where(t.pacticipants.c.name.icontains(part, autoescape=True))
    if label is not None:
        pacticipant_ids = select(t.labels.c.pacticipant_id).where(t.labels.c.name == label)
        query = query.where(t.pacticipants.c.id.in_(pacticipant_ids))
    return query


def ensure_pacticipant(connection: Connection, name: str, *, now: str) -> Pacticipant:
    """Return the pacticipant with this name, creating it if needed."""
    return ensure_pacticipants(connection, [name], now=now)[name]


def ensure_pacticipants(connection: Connection, names: Iterable[str], *, now: str) -> dict[str, Pacticipant]:
    """Return the pacticipants with these names, creating missing ones.

    They are created in the order of their names: transactions that create the same pacticipants wait for each
    other, and different orders would cause a deadlock.
    """
    pacticipants = {}
    for name in sorted(set(names)):
        pacticipant = find_pacticipant(connection, name)
        if pacticipant is None:
            connection.execute(_ADD, {"name": name, "display_name": name, "created_at": now})
            pacticipant = _pacticipant(connection.execute(_NAMED, {"name": name}).one())
        pacticipants[name] = pacticipant
    return pacticipants


_ADD = upsert(t.pacticipants).on_conflict_do_nothing()


def missing_names(connection: Connection, names: Collection[str]) -> list[str]:
    """Return the names without a pacticipant, in order."""
    query = select(t.pacticipants.c.name).where(t.pacticipants.c.name.in_(names))
    existing_names = set(connection.scalars(query))
    return sorted(set(names) - existing_names)


def update_pacticipant(connection: Connection, identity: int, values: dict[str, Any]) -> None:
    """Set display_name, main_branch, repository_url, repository_name or repository_namespace."""
    if values:
        connection.execute(update(t.pacticipants).where(t.pacticipants.c.id == identity).values(values))


def delete_pacticipant(connection: Connection, identity: int) -> None:
    """Delete a pacticipant with all its versions, contracts and results."""
    connection.execute(delete(t.pacticipants).where(t.pacticipants.c.id == identity))


def labels_of(connection: Connection, identity: int) -> list[str]:
    """Return a pacticipant's labels, sorted by name."""
    query = select(t.labels.c.name).where(t.labels.c.pacticipant_id == identity).order_by(t.labels.c.name)
    return list(connection.scalars(query))


def all_labels(connection: Connection) -> list[str]:
    """Return the labels of all pacticipants, sorted by name."""
    return list(connection.scalars(select(t.labels.c.name).distinct().order_by(t.labels.c.name)))


def label_created_at(connection: Connection, identity: int, name: str) -> str | None:
    """Return when a pacticipant was given a label; None if it isn't known."""
    query = select(t.labels.c.created_at)
    return connection.scalar(query.where(t.labels.c.pacticipant_id == identity, t.labels.c.name == name))


def add_label(connection: Connection, identity: int, name: str, *, now: str) -> None:
    """Give a pacticipant a label, unless it has the label already."""
    label = {"pacticipant_id": identity, "name": name, "created_at": now}
    connection.execute(upsert(t.labels).values(label).on_conflict_do_nothing())


def remove_label(connection: Connection, identity: int, name: str) -> bool:
    """Remove a label from a pacticipant; return False if it doesn't have it."""
    return bool(
        connection.execute(
            delete(t.labels).where(t.labels.c.pacticipant_id == identity, t.labels.c.name == name)
        ).rowcount
    )


def _pacticipant(row: Row[Any]) -> Pacticipant:
    return Pacticipant(**row._mapping)  # noqa: SLF001 -- public in SQLAlchemy
