"""Copies of the database: made while it is in use, and put back with their content checked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from pactape.broker.store.database.sqlite import SCHEMA
from pactape.errors import BadInputError, OutputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["back_up", "restore"]


def back_up(database: Path, target: Path) -> None:
    """Copy a broker's database, which may be in use, to `target`, which then is complete or isn't there.

    Raises:
        BadInputError: There is no such database, or it is damaged.
        OutputError: The target exists already or can't be written.
    """
    if not database.is_file():
        raise BadInputError(
            "there is no database to copy", where=database, remedy="name the broker's file with --database"
        )
    _copy(database, target)


def restore(source: Path, database: Path) -> None:
    """Put a backup in the place of a database that isn't there.

    Raises:
        BadInputError: There is no such backup, it is damaged, or a newer Pactape wrote it.
        OutputError: The database exists already or can't be written.
    """
    if not source.is_file():
        raise BadInputError("there is no such backup", where=source, remedy="name a file that `backup` wrote")
    _copy(source, database, newest=SCHEMA)


def _copy(source: Path, target: Path, *, newest: int | None = None) -> None:
    if target.exists():
        raise OutputError(
            "exists already",
            where=target,
            remedy="move it away (with its -wal and -shm files), or name another file",
        )
    unfinished = target.with_name(f".{target.name}.unfinished")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished.unlink(missing_ok=True)
        unfinished.touch(mode=0o600)  # webhooks may hold credentials
        _copy_checked(source, unfinished, newest=newest)
        unfinished.replace(target)
    except OSError as error:
        raise OutputError(
            f"can't be written ({error})",
            where=target,
            remedy="name a folder with room that you can write to",
        ) from error
    except sqlite3.Error as error:
        raise BadInputError(
            f"can't be read as a broker's database ({error})", where=source, remedy="name a whole backup"
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def _copy_checked(source: Path, target: Path, *, newest: int | None) -> None:
    with closing(sqlite3.connect(source)) as reader, closing(sqlite3.connect(target)) as writer:
        reader.execute("SELECT count(*) FROM publications").fetchone()
        (schema,) = reader.execute("PRAGMA user_version").fetchone()
        if not schema:
            raise sqlite3.DatabaseError("it is another program's database")
        if newest is not None and schema > newest:
            raise sqlite3.DatabaseError(
                f"a newer Pactape wrote it (schema {schema}, this one knows {newest}): upgrade pactape"
            )
        reader.backup(writer)
        answer = writer.execute("PRAGMA integrity_check").fetchone()[0]
        if answer != "ok":
            raise sqlite3.DatabaseError(answer)
