"""The database: migrations, constraints, and the two ways to a server."""

from __future__ import annotations

import os
import secrets
from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pactape.errors import BadInputError
from psycopg import sql
from sqlalchemy import inspect, make_url, text

from storefront.database import server_url, temporary_database
from storefront.users.repository import DuplicateEmailError, UserRepository
from storefront.users.tables import Base

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storefront.database import Database


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with temporary_database() as database:
        yield database


def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    with database.engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    assert differences == []


def test_the_migrations_lead_all_the_way_down_and_up_again() -> None:
    with temporary_database() as own:
        own.downgrade()
        below = set(inspect(own.engine).get_table_names())
        own.upgrade()
        above = set(inspect(own.engine).get_table_names())
    assert (below, above) == ({"alembic_version"}, {"alembic_version", *Base.metadata.tables})


def test_a_migration_keeps_the_posts_that_are_there() -> None:
    with temporary_database() as own:
        a_user = "INSERT INTO users VALUES (gen_random_uuid(), 'a@example.com', 'Ada', 'en-GB', now(), now())"
        a_post = (
            "INSERT INTO posts (id, author_id, title, content, published_at)"
            " SELECT gen_random_uuid(), id, 'Kept', 'Text', now() FROM users"
        )
        own.downgrade("0001")
        with own.engine.begin() as connection:
            connection.execute(text(a_user))
            connection.execute(text(a_post))
        own.upgrade()
        with own.transaction() as session:
            assert [post.title for post in UserRepository(session).find("a@example.com")[0].posts] == ["Kept"]


def test_a_temporary_database_is_dropped_at_the_end() -> None:
    with temporary_database() as own:
        name = own.engine.url.database
    with psycopg.connect(
        server_url().set(drivername="postgresql").render_as_string(hide_password=False)
    ) as server:
        row = server.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone()
    assert row == (0,)


def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as session:
            UserRepository(session).add(email="undone@example.com", name="Undone")
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    with database.transaction() as session:
        assert UserRepository(session).find("undone@example.com") == []


def test_the_database_itself_refuses_an_e_mail_address_twice(database: Database) -> None:
    with database.transaction() as session:
        UserRepository(session).add(email="twice@example.com", name="One")
    with pytest.raises(DuplicateEmailError), database.transaction() as session:
        UserRepository(session).add(email="TWICE@example.com", name="Two")


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "it is not a URL"),
        ("sqlite:///file.db", "it is a URL of sqlite"),
        ("postgresql://ada:lovelace@127.0.0.1:port/none", "it is not a URL"),
        ("postgresql://ada:lovelace@127.0.0.1:1/none", "no server responds"),
    ],
)
def test_a_server_that_cannot_be_used_is_refused_with_the_variable(
    monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    monkeypatch.setenv("STOREFRONT_DATABASE_URL", url)
    with pytest.raises(BadInputError, match=f"STOREFRONT_DATABASE_URL: {message}") as refused:
        server_url()
    assert "lovelace" not in str(refused.value)


@pytest.fixture
def named_server(required_services: bool, monkeypatch: pytest.MonkeyPatch) -> str:  # noqa: FBT001 -- a fixture
    """A PostgreSQL server, named by the variable."""
    url = os.environ.get("STOREFRONT_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    try:
        psycopg.connect(url, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        if required_services:
            raise
        pytest.skip(f"no PostgreSQL server at {make_url(url)!r}: {error}")
    monkeypatch.setenv("STOREFRONT_DATABASE_URL", url)
    return url


def test_the_server_in_the_variable_is_used(named_server: str) -> None:
    with temporary_database() as own:
        assert (own.engine.url.host, own.engine.url.port) == (
            make_url(named_server).host,
            make_url(named_server).port,
        )


def test_a_user_who_may_not_create_databases_is_refused(
    named_server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    role = f"storefront_{secrets.token_hex(4)}"
    with psycopg.connect(named_server, autocommit=True) as server:
        server.execute(sql.SQL("CREATE ROLE {} LOGIN PASSWORD 'plain'").format(sql.Identifier(role)))
        poor = (
            make_url(named_server).set(username=role, password="plain").render_as_string(hide_password=False)
        )
        monkeypatch.setenv("STOREFRONT_DATABASE_URL", poor)
        try:
            with pytest.raises(BadInputError, match=f"the user {role} may not create databases"):
                server_url()
        finally:
            server.execute(sql.SQL("DROP ROLE {}").format(sql.Identifier(role)))


def test_without_a_server_in_the_variable_an_embedded_one_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("STOREFRONT_DATABASE_URL", raising=False)
    with temporary_database() as own, own.engine.connect() as connection:
        version = connection.execute(text("SHOW server_version_num")).scalar_one()
    assert (own.engine.url.host, int(version) >= 160000) == (None, True)
