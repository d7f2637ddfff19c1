"""Backups of a SQLite database: they can be made while it is in use, and are checked before they are restored."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from pactape.broker.store.database.schema import SCHEMA
from pactape.errors import BadInputError, OutputError

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["back_up", "restore"]

_JOURNALS = ("-wal", "-shm", "-journal")
_FULL = ("disk is full", "No space left", "disk I/O error")


def back_up(database: Path, target: Path) -> None:
    """Copy a broker's database, which may be in use, to `target`; an incomplete copy is never left there.

    Raises:
        BadInputError: The database doesn't exist, or is damaged.
        OutputError: The target exists already or can't be written.
    """
    if not database.is_file():
        raise BadInputError(
            "the database to back up doesn't exist",
            where=database,
            remedy="name the broker's file with --database",
        )
    _refuse_existing(target)
    _copy(database, target)


def restore(source: Path, database: Path) -> None:
    """Restore a backup to a database that doesn't exist.

    Raises:
        BadInputError: The backup doesn't exist, is damaged, or was written by a newer Pactape.
        OutputError: The database or a journal file exists already, or can't be written.
    """
    if not source.is_file():
        raise BadInputError(
            "the backup doesn't exist", where=source, remedy="name a file that `backup` wrote"
        )
    _refuse_existing(database)
    _refuse_journals(database)
    _copy(source, database, newest=SCHEMA)


def _refuse_existing(target: Path) -> None:
    if target.exists():
        raise OutputError("exists already", where=target, remedy="move it away, or name another file")


def _refuse_journals(database: Path) -> None:
    """Refuse to restore beside the journal of another database: SQLite would apply it to the backup."""
    journals = [
        journal
        for journal in (database.with_name(database.name + end) for end in _JOURNALS)
        if journal.exists()
    ]
    if journals:
        raise OutputError(
            "remains from another database, and SQLite would apply it to the restored one",
            where=", ".join(map(str, journals)),
            remedy="make sure that no broker runs, and move it away",
        )


def _copy(source: Path, target: Path, *, newest: int | None = None) -> None:
    temporary = target.with_name(f".{target.name}.unfinished")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary.unlink(missing_ok=True)
        temporary.touch(mode=0o600)  # webhooks may contain credentials
        _copy_checked(source, temporary, newest=newest)
        temporary.replace(target)
    except OSError as error:
        raise _write_error(target, error) from error
    except sqlite3.Error as error:
        if any(text in str(error) for text in _FULL):
            raise _write_error(target, error) from error
        raise BadInputError(
            f"can't be read as a broker's database ({error})", where=source, remedy="name a complete backup"
        ) from error
    finally:
        for end in ("", *_JOURNALS):
            temporary.with_name(temporary.name + end).unlink(missing_ok=True)


def _write_error(target: Path, error: Exception) -> OutputError:
    return OutputError(
        f"can't be written ({error})",
        where=target,
        remedy="name a writable folder with free space",
    )


def _copy_checked(source: Path, target: Path, *, newest: int | None) -> None:
    with closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as reader:
        reader.execute("SELECT count(*) FROM publications").fetchone()
        (schema_version,) = reader.execute("PRAGMA user_version").fetchone()
        if not schema_version:
            raise sqlite3.DatabaseError("it is another program's database")
        if newest is not None and schema_version > newest:
            raise sqlite3.DatabaseError(
                f"it was written by a newer Pactape (schema {schema_version}, this one supports {newest}): "
                "upgrade pactape"
            )
        _check_integrity(reader)
        with closing(sqlite3.connect(target)) as writer:
            reader.backup(writer)
            _check_integrity(writer)
            writer.execute("PRAGMA journal_mode = DELETE")  # a backup is a single file


def _check_integrity(connection: sqlite3.Connection) -> None:
    (result,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
    if result != "ok":
        raise sqlite3.DatabaseError(str(result))
