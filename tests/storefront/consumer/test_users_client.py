"""The users API over REST, as the web front end needs it: recorded once, replayed ever since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape_clients.errors import ConflictError, NotFoundError, UnprocessableError

if TYPE_CHECKING:
    from pactape_clients import UserApiClient

ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
NOBODY = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.cassette


@pytest.mark.given("a user exists", id=ADA, email="ada@example.com", name="Ada Lovelace")
def test_gets_a_user(users: UserApiClient) -> None:
    user = users.get_user(ADA)
    assert (user.id, user.email, user.name) == (ADA, "ada@example.com", "Ada Lovelace")


@pytest.mark.given("a user exists", id=ADA, email="ada@example.com", name="Ada Lovelace")
@pytest.mark.cassette(contract=False)
def test_asks_neither_for_a_user_nor_for_a_token_while_the_user_is_cached(users: UserApiClient) -> None:
    # The recording holds one token request and one GET: a second one of either would have no answer.
    assert users.get_user(ADA) is users.get_user(ADA)


@pytest.mark.given("no user exists", id=NOBODY)
def test_learns_that_a_user_does_not_exist(users: UserApiClient) -> None:
    with pytest.raises(NotFoundError) as refusal:
        users.get_user(NOBODY)
    assert refusal.value.problem is not None


@pytest.mark.given("a user exists", id=ADA, email="ada@example.com", name="Ada Lovelace")
def test_finds_a_user_by_e_mail(users: UserApiClient) -> None:
    assert [user.id for user in users.find_users(email="ada@example.com")] == [ADA]


@pytest.mark.given("no user has the e-mail", email="nobody@example.com")
def test_finds_nobody_with_an_unknown_e_mail(users: UserApiClient) -> None:
    assert users.find_users(email="nobody@example.com") == ()


@pytest.mark.given("no user has the e-mail", email="grace@example.com")
def test_creates_a_user(users: UserApiClient) -> None:
    assert users.create_user(email="grace@example.com", name="Grace Hopper").name == "Grace Hopper"


@pytest.mark.given("a user exists", id=ADA, email="ada@example.com", name="Ada Lovelace")
def test_is_refused_a_user_whose_e_mail_is_taken(users: UserApiClient) -> None:
    with pytest.raises(ConflictError):
        users.create_user(email="ADA@example.com", name="Another Ada")


def test_is_refused_a_user_without_a_valid_e_mail(users: UserApiClient) -> None:
    with pytest.raises(UnprocessableError):
        users.create_user(email="nonsense", name="Grace Hopper")


@pytest.mark.given("a user exists", id=ADA, email="ada@example.com", name="Ada Lovelace")
def test_renames_a_user(users: UserApiClient) -> None:
    assert users.update_user(ADA, name="Ada King").name == "Ada King"


@pytest.mark.given("no user exists", id=NOBODY)
def test_cannot_rename_a_user_who_does_not_exist(users: UserApiClient) -> None:
    with pytest.raises(NotFoundError):
        users.update_user(NOBODY, name="Nobody")


@pytest.mark.given("a user exists", id=ADA, email="ada@example.com", name="Ada Lovelace")
def test_deletes_a_user(users: UserApiClient) -> None:
    users.delete_user(ADA)
