"""Opens a broker's database by its location."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pactape.broker.store.database.sqlite import SqliteDatabase

if TYPE_CHECKING:
    from pactape.broker.store.database.base import Database

__all__ = ["is_address", "open_database"]


def is_address(location: Path | str) -> bool:
    """Return whether a location is a database URL rather than a file.

    Example:
        >>> is_address("postgresql+psycopg://localhost/broker"), is_address("broker.sqlite")
        (True, False)
    """
    return isinstance(location, str) and "://" in location


def open_database(location: Path | str) -> Database:
    """Open a SQLite file or a PostgreSQL database, and create or migrate its tables.

    Raises:
        BadInputError: The URL is invalid, or its driver is not installed.
        OutputError: The database can't be used.
    """
    if not is_address(location):
        return SqliteDatabase(Path(location))
    from pactape.broker.store.database.postgresql import PostgresqlDatabase  # noqa: PLC0415 -- optional

    return PostgresqlDatabase(str(location))
