"""The guide's section "Component Integration Testing", against the running users API and notifications."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape_clients import ClientCredentials

from storefront.clients import NotificationClient
from storefront.notifications.states import nobody_was_notified
from storefront.registration import FormValidator, RegistrationClient, RegistrationForm, UserRegistrationFlow
from storefront.users.states import a_user_exists, no_user_has_the_email

if TYPE_CHECKING:
    from tests.guide.conftest import Watched

EXISTING = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"


def form(email: str, *, confirm: str = "password123") -> RegistrationForm:
    return RegistrationForm(email=email, password="password123", confirm_password=confirm, name="Test User")


class TestGivenUserRegistrationFlowIntegrationWhenUserSubmitsValidRegistrationForm:
    """GIVEN UserRegistrationFlow integration, WHEN user submits valid registration form."""

    @pytest.fixture(autouse=True)
    def given(self, watched: Watched) -> None:
        self.watched = watched
        storefront, urls = watched.storefront, watched.urls()
        web = ("storefront-web", storefront.issuer.clients["storefront-web"])
        self.notifications = NotificationClient(
            urls["notifications"],
            tokens=ClientCredentials(
                f"{storefront.urls['identity']}/oauth/token", client_id=web[0], client_secret=web[1]
            ),
        )
        users = storefront.users
        tokens = ClientCredentials(
            f"{users.url}/oauth/token", client_id=users.client_id, client_secret=users.client_secret
        )
        self.flow = UserRegistrationFlow(
            RegistrationClient(urls["users"], tokens=tokens), self.notifications, FormValidator()
        )
        no_user_has_the_email(email="test@example.com")
        a_user_exists(id=EXISTING, email="existing@example.com")
        for recipient in ("test@example.com", "existing@example.com"):
            nobody_was_notified(recipient=recipient)

    def messages_to(self, recipient: str) -> list[tuple[str, dict[str, str]]]:
        self.watched.calls.clear()
        return [(message.kind, message.content) for message in self.notifications.messages_to(recipient)]

    def test_then_should_complete_full_registration_workflow(self) -> None:
        """THEN should complete full registration workflow."""
        result = self.flow.register(form("test@example.com"))

        assert self.watched.requests_made() == ["GET /users", "POST /users", "POST /messages"]
        assert self.watched.body_of("POST /users") == {
            "email": "test@example.com",
            "password": "password123",
            "name": "Test User",
        }
        assert result.success is True
        assert result.user is not None
        assert (result.user.email, result.user.name) == ("test@example.com", "Test User")
        assert self.messages_to("test@example.com") == [
            ("success", {"message": "Registration successful! Welcome, Test User!"})
        ]

    def test_then_should_handle_email_already_exists_scenario(self) -> None:
        """THEN should handle email already exists scenario."""
        result = self.flow.register(form("existing@example.com"))

        assert self.watched.requests_made() == ["GET /users", "POST /messages"]
        assert result.success is False
        assert self.messages_to("existing@example.com") == [
            ("error", {"message": "Email already exists. Please use a different email."})
        ]

    def test_then_should_ask_nobody_about_a_form_that_is_not_valid(self) -> None:
        """The form is validated first: validateForm says what is wrong, and nothing is called."""
        result = self.flow.register(form("test@example.com", confirm="password124"))

        assert self.watched.requests_made() == []
        assert (result.success, result.errors) == (False, {"confirmPassword": "write the same password"})
