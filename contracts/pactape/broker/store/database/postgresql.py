"""The broker's data in PostgreSQL, which several processes and machines can share."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DisconnectionError, SQLAlchemyError

from pactape.broker.store.database import schema
from pactape.broker.store.database.base import Database
from pactape.broker.store.database.locks import MIGRATION, lock_alone
from pactape.errors import BadInputError, MissingExtraError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

__all__ = ["PostgresqlDatabase"]

_CONNECTIONS = 12  # the server's ten threads, the webhooks and a spare one
_USED = "pactape.used"  # the key of the time when a connection was returned to the pool
_IDLE_SECONDS = 1.0


class PostgresqlDatabase(Database):
    """A PostgreSQL database; several brokers may use it at once.

    Args:
        address: postgresql+psycopg://user:password@host:port/name; libpq's environment variables supply missing
            parts.

    Raises:
        BadInputError: The URL is invalid.
        MissingExtraError: psycopg is not installed.
        OutputError: The database can't be reached, contains another program's tables, or was written by a newer
            Pactape.
    """

    shared = True

    def __init__(self, address: str) -> None:
        url = _url(address)
        self.shown = url.render_as_string(hide_password=True)
        self._engine = _engine(url)
        self._reader = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with ExitStack() as on_failure:
            on_failure.callback(self.close)
            self._open()
            on_failure.pop_all()

    def _open(self) -> None:
        try:
            with self._engine.begin() as connection:
                self._prepare(connection)
        except SQLAlchemyError as error:
            raise OutputError(
                f"can't be used as a broker's database ({str(getattr(error, 'orig', error)).strip()})",
                where=self.shown,
                remedy="check that the server runs, that the database exists and that the user may create tables",
            ) from error

    def _prepare(self, connection: Connection) -> None:
        lock_alone(connection, MIGRATION)  # one process migrates; the others wait
        version = _schema_of(connection)
        if version is None:
            self._refuse_others(connection)
            connection.execute(text("CREATE TABLE pactape_schema (version integer NOT NULL)"))
            connection.execute(
                text("INSERT INTO pactape_schema VALUES (:version)"), {"version": schema.SCHEMA}
            )
            schema.create(connection)
        elif version > schema.SCHEMA:
            raise OutputError(
                f"was written by a newer Pactape (schema {version}, this one supports {schema.SCHEMA})",
                where=self.shown,
                remedy="upgrade pactape",
            )
        elif version < schema.SCHEMA:
            schema.migrate(connection, from_version=version)
            connection.execute(
                text("UPDATE pactape_schema SET version = :version"), {"version": schema.SCHEMA}
            )

    def _refuse_others(self, connection: Connection) -> None:
        other = connection.scalar(
            text(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() LIMIT 1"
            )
        )
        if other is not None:
            raise OutputError(
                f"is another program's database (it contains {other})",
                where=self.shown,
                remedy="name an empty database",
            )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open a consistent view of the data, without waiting for writers."""
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, exclusive: bool = True) -> Iterator[Connection]:
        """Open a transaction that changes the data; it is durable when the block ends."""
        with self._engine.begin() as connection:
            if exclusive:
                lock_alone(connection)
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise BadInputError(
            "--database is not a readable address", remedy="write postgresql+psycopg://user@host:5432/name"
        ) from None
    if url.drivername not in {"postgresql", "postgres", "postgresql+psycopg"}:
        raise BadInputError(
            f"--database has the unknown kind {url.drivername!r}",
            remedy="name a file, or an address that begins with postgresql+psycopg://",
        )
    return url.set(drivername="postgresql+psycopg")


def _engine(url: URL) -> Engine:
    try:
        import psycopg  # noqa: F401, PLC0415 -- SQLAlchemy loads it by the URL, and its own error is less clear
    except ImportError as error:
        raise MissingExtraError("postgresql", "a broker's database on PostgreSQL") from error
    engine = create_engine(
        url,
        pool_size=_CONNECTIONS,
        hide_parameters=True,  # they may be a webhook's credentials, and errors are logged
    )
    _check_idle_connections(engine)
    event.listen(engine, "connect", _expect_cheap_lookups)
    return engine


def _expect_cheap_lookups(connection: Any, _record: Any) -> None:
    """Make the server prefer a few hundred look-ups by key to reading a table with years of history.

    PostgreSQL's default is for disks whose heads move. A value that its owner has set is kept.
    """
    cursor = connection.cursor()
    cursor.execute(
        "SELECT set_config('random_page_cost', '1.1', false) FROM pg_settings "
        "WHERE name = 'random_page_cost' AND source = 'default'"
    )
    cursor.close()
    connection.commit()


def _check_idle_connections(engine: Engine) -> None:
    """Replace idle connections that the server has closed, as after a restart, before they are used.

    A recently used connection is not checked: a check would add a round trip to the ten of a publication.
    """

    def note_use(_connection: Any, record: Any) -> None:
        record.info[_USED] = time.monotonic()

    def check_connection(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get(_USED, 0) < _IDLE_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError("the server has closed the connection") from error

    event.listen(engine, "checkin", note_use)
    event.listen(engine, "checkout", check_connection)


def _schema_of(connection: Connection) -> int | None:
    if connection.scalar(text("SELECT to_regclass('pactape_schema')")) is None:
        return None
    version: int = connection.scalars(text("SELECT version FROM pactape_schema")).one()
    return version
