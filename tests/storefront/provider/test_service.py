"""The users API, running: what one call gives, and what it leaves."""

from __future__ import annotations

import requests

from storefront.database import temporary_database
from storefront.users.repository import UserRepository
from storefront.users.service import UsersService, running_users_api
from storefront.users.states import a_user_exists

ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"


def test_a_database_that_is_handed_over_is_served_and_stays() -> None:
    with temporary_database() as own:
        with running_users_api(database=own) as service:
            requests.post(
                f"{service.url}/users",
                json={"email": "ada@example.com", "name": "Ada"},
                headers=service.authorization(),
                timeout=10,
            )
        with own.transaction() as session:
            assert [user.name for user in UserRepository(session).find("ada@example.com")] == ["Ada"]


def test_states_work_on_the_service_that_was_started_last(users_service: UsersService) -> None:
    with running_users_api() as latest:
        a_user_exists(id=ADA, email="latest@example.com")
        results = [
            requests.get(
                f"{service.url}/users?email=latest@example.com", headers=service.authorization(), timeout=10
            ).json()["items"]
            for service in (users_service, latest)
        ]
    assert [len(items) for items in results] == [0, 1]


def test_a_service_shows_no_secret(users_service: UsersService) -> None:
    representations = f"{users_service!r} {users_service}"
    assert (users_service.client_secret in representations, users_service.url in representations) == (
        False,
        True,
    )
