"""The broker's data in PostgreSQL: several processes and machines share it."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from pactape.broker.store.database import schema
from pactape.broker.store.database.base import Database
from pactape.broker.store.database.locks import WRITERS
from pactape.errors import BadInputError, MissingExtraError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

__all__ = ["PostgresqlDatabase"]

_MIGRATION = 7_410_000
_CONNECTIONS = 12  # the server's ten threads, the webhooks and one to spare


class PostgresqlDatabase(Database):
    """A PostgreSQL database; several brokers may use it at once.

    Args:
        address: postgresql+psycopg://user:password@host:port/name; libpq's variables fill in what is missing.

    Raises:
        BadInputError: The address can't be read.
        MissingExtraError: psycopg is not installed.
        OutputError: The database can't be reached, holds another program's tables, or comes from a newer Pactape.
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
        connection.execute(
            select(func.pg_advisory_xact_lock(_MIGRATION))
        )  # one process migrates, the others wait
        found = _schema_of(connection)
        if found is None:
            self._refuse_others(connection)
            connection.execute(text("CREATE TABLE pactape_schema (version integer NOT NULL)"))
            connection.execute(
                text("INSERT INTO pactape_schema VALUES (:version)"), {"version": schema.SCHEMA}
            )
            schema.create(connection)
        elif found > schema.SCHEMA:
            raise OutputError(
                f"was written by a newer Pactape (schema {found}, this one knows {schema.SCHEMA})",
                where=self.shown,
                remedy="upgrade pactape",
            )
        elif found < schema.SCHEMA:
            schema.migrate(connection, found=found)
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
                f"is another program's database (it holds {other})",
                where=self.shown,
                remedy="name an empty database",
            )

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one consistent view of the data; it never waits for a writer."""
        with self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self, *, exclusive: bool = True) -> Iterator[Connection]:
        """Open a transaction that changes the data; it is durable when the block ends."""
        with self._engine.begin() as connection:
            if exclusive:
                connection.execute(_ALONE)
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


_ALONE = select(func.pg_advisory_xact_lock(WRITERS))


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
        import psycopg  # noqa: F401, PLC0415 -- SQLAlchemy loads it by the address, and says less when it is missing
    except ImportError as error:
        raise MissingExtraError("postgresql", "a broker's database on PostgreSQL") from error
    return create_engine(
        url,
        pool_size=_CONNECTIONS,
        pool_pre_ping=True,  # the server may have been restarted
        hide_parameters=True,  # they may be a webhook's credentials, and errors are logged
    )


def _schema_of(connection: Connection) -> int | None:
    if connection.scalar(text("SELECT to_regclass('pactape_schema')")) is None:
        return None
    found: int = connection.scalars(text("SELECT version FROM pactape_schema")).one()
    return found
