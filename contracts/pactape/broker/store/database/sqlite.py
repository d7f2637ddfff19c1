"""The broker's data in one SQLite file: durable, with one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import ExitStack, closing, contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event
from sqlalchemy.exc import DatabaseError

from pactape.broker.store.database import schema
from pactape.broker.store.database.base import Database
from pactape.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection, Engine

__all__ = ["SqliteDatabase"]

_BUSY_MILLISECONDS = 20_000


class SqliteDatabase(Database):
    """One SQLite file in WAL mode; when `writing()` ends, its changes are on the disk.

    Args:
        path: The file; it and its folder are created if missing.

    Raises:
        OutputError: The file can't be opened, isn't a broker's, or was written by a newer Pactape.
    """

    shared = False

    def __init__(self, path: Path) -> None:
        self.path = path
        self.shown = str(path)
        self._one_writer = threading.Lock()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            _refuse_others(path)
            self._engine = _engine(path)
            with ExitStack() as on_failure:
                on_failure.callback(self.close)
                self._prepare()
                on_failure.pop_all()
        except (OSError, DatabaseError, sqlite3.DatabaseError) as error:
            raise OutputError(
                f"can't be used as a broker's database ({getattr(error, 'orig', error)})",
                where=path,
                remedy="name a new file or one that a broker wrote, in a folder you can write to",
            ) from error

    def _prepare(self) -> None:
        with self.writing() as connection:
            version = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
            if version > schema.SCHEMA:
                raise OutputError(
                    f"was written by a newer Pactape (schema {version}, this one supports {schema.SCHEMA})",
                    where=self.path,
                    remedy="upgrade pactape",
                )
            if version == 0:
                schema.create(connection)
            else:
                schema.migrate(connection, from_version=version)
            if version != schema.SCHEMA:
                connection.exec_driver_sql(f"PRAGMA user_version = {schema.SCHEMA}")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a consistent view of the data, without waiting for writers."""
        with self._engine.connect() as connection, _transaction(connection, "BEGIN"):
            yield connection

    @contextmanager
    def writing(self, *, exclusive: bool = True) -> Iterator[Connection]:  # noqa: ARG002 -- a file has one writer
        """Open a transaction that changes the data; it is durable when the block ends."""
        with (
            self._one_writer,
            self._engine.connect() as connection,
            _transaction(connection, "BEGIN IMMEDIATE"),
        ):
            yield connection

    def close(self) -> None:
        """Close the file."""
        self._engine.dispose()


def _refuse_others(path: Path) -> None:
    """Create a file that only its owner can read, as webhooks may contain credentials, or check the existing file.

    Raises:
        OutputError: It is another program's database; it has not been changed.
    """
    path.touch(mode=0o600)
    if not path.stat().st_size:
        return
    with closing(sqlite3.connect(path, timeout=_BUSY_MILLISECONDS / 1000)) as connection:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        other = connection.execute("SELECT name FROM sqlite_master").fetchone()
    if other is not None and not version:
        raise OutputError(
            f"is another program's database (it contains {other[0]})", where=path, remedy="name a new file"
        )


def _engine(path: Path) -> Engine:
    engine = create_engine(
        f"sqlite:///{path}",
        isolation_level="AUTOCOMMIT",  # transactions are begun explicitly below, with SQLite's BEGIN IMMEDIATE
        connect_args={"check_same_thread": False},
        hide_parameters=True,  # they may be a webhook's credentials, and errors are logged
    )
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: Any, _record: object) -> None:
    connection.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")  # in WAL mode, NORMAL may lose the last commits
    connection.execute("PRAGMA foreign_keys = ON")


@contextmanager
def _transaction(connection: Connection, begin: str) -> Iterator[None]:
    connection.exec_driver_sql(begin)
    try:
        yield
    except BaseException:
        connection.exec_driver_sql("ROLLBACK")
        raise
    connection.exec_driver_sql("COMMIT")
