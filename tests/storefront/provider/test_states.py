"""The provider states: real rows, the same however often they are set up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from pactape.errors import BadInputError, ProviderStateError
from pactape.exchange import ProviderState
from pactape.provider_states import set_up
from sqlalchemy import select

from storefront.database import temporary_database
from storefront.framework import states
from storefront.framework.states import bound
from storefront.users.states import STATES
from storefront.users.tables import User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storefront.database import Database

ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
BEA = "5f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
CASES: dict[str, tuple[dict[str, Any], list[tuple[str, str, list[str]]]]] = {
    "a user exists": ({"id": ADA}, [(ADA, f"{ADA}@example.com", [])]),
    "no user exists": ({"id": ADA}, []),
    "no user has the e-mail": ({"email": "ADA@example.com"}, []),
    "a user with posts exists": ({"id": ADA}, [(ADA, f"{ADA}@example.com", ["Post 1", "Post 2"])]),
}


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    with temporary_database() as database:
        yield database


@pytest.fixture(autouse=True)
def _empty_database(database: Database) -> Iterator[None]:
    """An empty database that the states are bound to."""
    with database.transaction() as session:
        for user in session.scalars(select(User)):
            session.delete(user)
    with bound(database):
        yield


def people(database: Database) -> list[tuple[str, str, list[str]]]:
    with database.transaction() as session:
        users = session.scalars(select(User).order_by(User.email))
        return [(str(user.id), user.email, [post.title for post in user.posts]) for user in users]


def test_every_state_has_a_case() -> None:
    assert CASES.keys() == STATES.keys()


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_set_up(database: Database, name: str) -> None:
    parameters, expected = CASES[name]
    STATES[name](**parameters)
    assert people(database) == expected


@pytest.mark.parametrize("name", STATES)
def test_a_state_set_up_twice_leaves_what_it_leaves_once(database: Database, name: str) -> None:
    parameters, expected = CASES[name]
    STATES[name](**parameters)
    STATES[name](**parameters)
    assert people(database) == expected


@pytest.mark.parametrize("name", STATES)
def test_a_state_is_set_up_whatever_was_there(database: Database, name: str) -> None:
    STATES["a user with posts exists"](id=ADA, posts=3, email="ada@example.com")
    parameters, expected = CASES[name]
    STATES[name](**parameters)
    assert people(database) == expected


def test_a_state_takes_its_e_mail_address_from_the_user_who_has_it(database: Database) -> None:
    STATES["a user exists"](id=ADA, email="ada@example.com")
    STATES["a user exists"](id=BEA, email="Ada@example.com")
    assert people(database) == [(BEA, "Ada@example.com", [])]


def test_a_state_leaves_others_alone(database: Database) -> None:
    STATES["a user exists"](id=ADA, email="ada@example.com")
    STATES["no user exists"](id=BEA)
    assert people(database) == [(ADA, "ada@example.com", [])]


def test_state_handlers_of_another_process_use_the_database_of_the_variable(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(states, "_databases", [])
    url = database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("STOREFRONT_STATES_DATABASE_URL", url)
    STATES["a user exists"](id=ADA, email="ada@example.com")
    assert people(database) == [(ADA, "ada@example.com", [])]


@pytest.mark.parametrize(
    ("url", "message"), [("", "provider states need a database"), ("sqlite://", "it is a URL of sqlite")]
)
def test_without_a_usable_database_the_error_names_the_variable(
    monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    monkeypatch.setattr(states, "_databases", [])
    monkeypatch.setenv("STOREFRONT_STATES_DATABASE_URL", url)
    with pytest.raises(BadInputError, match=f"STOREFRONT_STATES_DATABASE_URL: {message}"):
        STATES["a user exists"](id=ADA)


def test_an_invalid_id_is_refused_with_the_state() -> None:
    with pytest.raises(ProviderStateError, match="'a user exists' failed: ValueError"):
        set_up(ProviderState(name="a user exists", parameters={"id": "7"}), STATES)
