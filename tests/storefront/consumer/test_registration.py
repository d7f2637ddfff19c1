"""The users API as a registration needs it: recorded once, replayed ever since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape_clients.errors import ConflictError

if TYPE_CHECKING:
    from storefront.registration import RegistrationClient

ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"

pytestmark = pytest.mark.cassette


@pytest.mark.given("no user has the e-mail", email="grace@example.com")
def test_registers_a_user_with_a_password(registration: RegistrationClient) -> None:
    user = registration.create_user(email="grace@example.com", password="password123", name="Grace Hopper")
    assert (user.email, user.name) == ("grace@example.com", "Grace Hopper")


@pytest.mark.given("a user exists", id=ADA, email="ada@example.com", name="Ada Lovelace")
@pytest.mark.cassette(contract=False)  # the web front end's own search asks the same
def test_learns_that_an_e_mail_address_is_taken(registration: RegistrationClient) -> None:
    assert registration.check_email_exists("ada@example.com") is True


@pytest.mark.given("a user exists", id=ADA, email="ada@example.com", name="Ada Lovelace")
def test_is_refused_the_registration_of_a_user_who_exists(registration: RegistrationClient) -> None:
    with pytest.raises(ConflictError):
        registration.create_user(email="ada@example.com", password="password123", name="Ada Lovelace")
