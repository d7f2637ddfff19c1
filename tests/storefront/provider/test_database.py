"""The database: migrations, states, and the two ways to a server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from pactape.errors import BadInputError
from sqlalchemy import inspect, select

from storefront.database import server_url, temporary_database
from storefront.users.repository import DuplicateEmailError, UserRepository
from storefront.users.states import STATES, bound
from storefront.users.tables import Base, User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storefront.database import Database

ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"


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


def test_a_temporary_database_is_dropped_at_the_end() -> None:
    with temporary_database() as own:
        name = own.engine.url.database
    with psycopg.connect(
        server_url().set(drivername="postgresql").render_as_string(hide_password=False)
    ) as server:
        found = server.execute("SELECT count(*) FROM pg_database WHERE datname = %s", [name]).fetchone()
    assert found == (0,)


def test_the_database_itself_refuses_an_e_mail_address_twice(database: Database) -> None:
    with database.transaction() as session:
        UserRepository(session).add(email="twice@example.com", name="One")
    with pytest.raises(DuplicateEmailError), database.transaction() as session:
        UserRepository(session).add(email="TWICE@example.com", name="Two")


STATE_PARAMETERS = {
    "a user exists": {"id": ADA, "email": "ada@example.com"},
    "no user exists": {"id": ADA},
    "no user has the e-mail": {"email": "ada@example.com"},
    "a user with posts exists": {"id": ADA, "posts": 2},
}


@pytest.mark.parametrize("name", STATES)
def test_a_state_set_up_twice_leaves_what_it_leaves_once(database: Database, name: str) -> None:
    def rows() -> list[tuple[str, str, int]]:
        with database.transaction() as session:
            people = session.scalars(select(User).order_by(User.id)).all()
            return [(str(user.id), user.email, len(user.posts)) for user in people]

    with bound(database):
        STATES[name](**STATE_PARAMETERS[name])
        once = rows()
        STATES[name](**STATE_PARAMETERS[name])
    assert rows() == once


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("nonsense", "it is not a URL"),
        ("sqlite:///file.db", "it names sqlite"),
        ("postgresql://127.0.0.1:1/none", "no server answers"),
    ],
)
def test_a_server_that_cannot_be_used_is_refused_with_the_variable(
    monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    monkeypatch.setenv("STOREFRONT_DATABASE_URL", url)
    with pytest.raises(BadInputError, match=f"STOREFRONT_DATABASE_URL: {message}"):
        server_url()


def test_the_server_that_the_variable_names_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    named = os.environ.get("STOREFRONT_DATABASE_URL", "postgresql://postgres@127.0.0.1:5432/postgres")
    try:
        psycopg.connect(named, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        if os.environ.get("PACTAPE_REQUIRE_SERVICES"):
            raise
        pytest.skip(f"no PostgreSQL server at {named}: {error}")
    monkeypatch.setenv("STOREFRONT_DATABASE_URL", named)
    with temporary_database() as own:
        assert own.engine.url.host == "127.0.0.1"
