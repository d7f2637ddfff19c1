"""PostgreSQL: the server that STOREFRONT_DATABASE_URL names, or an embedded one, and databases on it."""

from __future__ import annotations

import os
import secrets
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

from storefront.embedded_postgresql import DATABASE_PREFIX, embedded_server_url

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Database", "database_url", "server_url", "temporary_database"]

_VARIABLE = "STOREFRONT_DATABASE_URL"
_HERE = Path(__file__).parent
_CONNECT_SECONDS = 5
_SCHEMES = frozenset({"postgresql", "postgres"})  # libpq accepts both


class Database:
    """A database and its connection pool; safe to share between threads.

    Args:
        url: Its URL.
    """

    def __init__(self, url: URL) -> None:
        self.engine = create_engine(url, pool_size=10, max_overflow=20, pool_pre_ping=True)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Open a session that commits at the end and rolls back on an exception."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    def upgrade(self, revision: str = "head") -> None:
        """Apply migrations up to `revision`."""
        with self.engine.begin() as connection:
            config = _migrations()
            config.attributes["connection"] = connection
            command.upgrade(config, revision)

    def downgrade(self, revision: str = "base") -> None:
        """Revert migrations down to `revision`."""
        with self.engine.begin() as connection:
            config = _migrations()
            config.attributes["connection"] = connection
            command.downgrade(config, revision)

    def close(self) -> None:
        """Close the pool's connections."""
        self.engine.dispose()


def database_url(text: str, *, variable: str) -> URL:
    """Parse the database URL in an environment variable.

    Args:
        text: Its value.
        variable: Its name, for the error message.

    Raises:
        BadInputError: It is not a PostgreSQL URL.
    """
    try:
        url = make_url(text)
    except (ArgumentError, ValueError) as error:
        raise _unusable("it is not a URL", variable=variable) from error
    if url.get_backend_name() not in _SCHEMES:
        raise _unusable(f"it is a URL of {url.get_backend_name()}", variable=variable)
    return url.set(drivername="postgresql+psycopg")


def server_url() -> URL:
    """Return the URL of a database on a running server: STOREFRONT_DATABASE_URL, or the embedded server's.

    The embedded server starts at the first call, is shared by all processes of this checkout, and stops with
    the last of them.

    Raises:
        BadInputError: The variable is not a PostgreSQL URL, or no server listens there, or the embedded
            server doesn't start.
    """
    configured_url = os.environ.get(_VARIABLE)
    if not configured_url:
        return database_url(embedded_server_url(), variable=_VARIABLE)
    url = database_url(configured_url, variable=_VARIABLE)
    _check(url)
    return url


@contextmanager
def temporary_database() -> Iterator[Database]:
    """Create a database with all migrations applied, and drop it at the end."""
    server = server_url()
    name = f"{DATABASE_PREFIX}{secrets.token_hex(6)}"
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
        with psycopg.connect(_plain(url), connect_timeout=_CONNECT_SECONDS) as connection:
            may = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            )
            may_create = may.fetchone() == (True,)
    except psycopg.OperationalError as error:
        why = f"no server responds ({str(error).strip().splitlines()[-1]})"
        raise _unusable(why, variable=_VARIABLE) from error
    if not may_create:
        raise _unusable(f"the user {url.username} may not create databases", variable=_VARIABLE)


def _unusable(why: str, *, variable: str) -> BadInputError:
    return BadInputError(
        why,
        where=variable,
        remedy="write postgresql://user@host:port/database of a running server, or unset it for an embedded one",
    )


def _plain(url: URL) -> str:
    return url.set(drivername="postgresql").render_as_string(hide_password=False)


def _migrations() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_HERE / "migrations"))
    return config
