"""Locks that a writing transaction takes by name, on the database that needs them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

if TYPE_CHECKING:
    from sqlalchemy import Connection

__all__ = ["WRITERS", "lock"]

#: The advisory lock that exclusive writers hold alone and all others share.
WRITERS = 7_410_001
_KEYED = 7_410_002

_LOCK = select(
    func.pg_advisory_xact_lock_shared(WRITERS),
    func.pg_advisory_xact_lock(_KEYED, func.hashtext(bindparam("key"))),
)


def lock(connection: Connection, kind: str, name: object) -> None:
    """Keep others that lock the same thing waiting until the transaction ends.

    SQLite has one writer at a time anyway. On PostgreSQL it is an advisory lock, and every statement that follows
    sees what the transactions before it have committed.

    Args:
        connection: A writing transaction that is not exclusive.
        kind: What is locked: "consumer", "content".
        name: Which one.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(_LOCK, {"key": f"{kind}:{name}"})
