"""Distinguishes a database that is briefly unavailable from one that rejects a statement or a value."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, OperationalError

if TYPE_CHECKING:
    from sqlalchemy.exc import DBAPIError

__all__ = ["is_unavailable", "is_unstorable"]

#: SQLSTATE classes: no connection, transaction conflict, no resources, shutting down or starting up.
_PASSING = frozenset({"08", "40", "53", "57"})
_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def is_unstorable(error: DBAPIError) -> bool:
    """Return whether a value can't be stored: a text with a NUL character, or a number that is too large.

    Args:
        error: The exception of SQLAlchemy.
    """
    return isinstance(error, DataError)


def is_unavailable(error: DBAPIError) -> bool:
    """Return whether a later attempt may succeed: the server restarts, recovers or is full, or a file is locked.

    Args:
        error: The exception of SQLAlchemy.
    """
    if error.connection_invalidated:
        return True
    original = error.orig
    if isinstance(original, sqlite3.Error):
        return getattr(original, "sqlite_errorcode", 0) & 0xFF in _BUSY
    state = getattr(original, "sqlstate", None)  # a refused connection has no SQLSTATE
    return isinstance(error, OperationalError) and (state is None or state[:2] in _PASSING)
