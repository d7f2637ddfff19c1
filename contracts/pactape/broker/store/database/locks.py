"""Named locks of writing transactions, for databases that need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import String, bindparam, func, select

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["MIGRATION", "lock", "lock_alone"]

# An advisory lock is valid for a whole database; its key contains the schema's name, so that brokers in different
# schemas don't wait for each other.
_SCHEMA = func.hashtext(func.current_schema())
_WRITERS = 7_410_001  # exclusive writers hold it alone; all others share it
_KEYED = 7_410_002
#: The kind of the lock that a process holds while it creates or migrates tables.
MIGRATION = 7_410_000

_LOCK = select(
    func.pg_advisory_xact_lock_shared(_WRITERS, _SCHEMA),
    func.pg_advisory_xact_lock(
        _KEYED, func.hashtext(func.current_schema() + ":" + bindparam("name", type_=String))
    ),
)


def lock_alone(connection: Connection, kind: int = _WRITERS) -> None:
    """Take a lock, waiting for other transactions of this schema, and hold it until the transaction ends."""
    connection.execute(select(func.pg_advisory_xact_lock(kind, _SCHEMA)))


def lock(connection: Connection, pacticipant: str) -> None:
    """Make others that write versions of the same pacticipant wait until the transaction ends.

    SQLite has one writer at a time anyway. On PostgreSQL it is an advisory lock, and every statement that follows
    sees what earlier transactions have committed.

    Args:
        connection: A writing transaction that is not exclusive.
        pacticipant: The pacticipant whose versions, with their branches, contracts and results, are written.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"name": pacticipant})
