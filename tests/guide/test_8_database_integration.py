"""The guide's section "Database Integration with Test Containers", on a PostgreSQL database of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from storefront.users.accounts import UserService
from storefront.users.repository import DuplicateEmailError, InvalidProfileError, ProfileData

if TYPE_CHECKING:
    from storefront.database import Database


class TestGivenUserServiceWithRealDatabaseWhenTestingWithRealDatabase:
    """GIVEN UserService with real database, WHEN testing with real database."""

    @pytest.fixture(autouse=True)
    def given(self, own_database: Database) -> None:
        with own_database.transaction() as session:
            session.execute(text("TRUNCATE TABLE users, user_profiles CASCADE"))
        self.service = UserService(own_database)

    def test_then_should_persist_and_retrieve_user_data_correctly(self) -> None:
        """THEN should persist and retrieve user data correctly."""
        created = self.service.create_user(email="integration@test.com", name="Integration Test User", age=30)
        assert created.id
        assert (created.email, created.name, created.age) == (
            "integration@test.com",
            "Integration Test User",
            30,
        )

        assert self.service.get_user(created.id) == created

        updated = self.service.update_user(created.id, name="Updated Name")
        assert updated.name == "Updated Name"

        assert self.service.get_user(created.id).name == "Updated Name"

    def test_then_should_handle_database_constraints(self) -> None:
        """THEN should handle database constraints."""
        self.service.create_user(email="duplicate@test.com", name="First User")

        with pytest.raises(DuplicateEmailError, match=r"(?i)duplicate.*email"):
            self.service.create_user(email="duplicate@test.com", name="First User")

    def test_then_should_handle_transactions_correctly(self) -> None:
        """THEN should handle transactions correctly."""
        too_long = ProfileData(bio="x" * 1000)

        with pytest.raises(InvalidProfileError):
            self.service.create_user_with_profile(
                too_long, email="transaction@test.com", name="Transaction User"
            )

        assert self.service.search_users({"email": "transaction@test.com"}) == []
