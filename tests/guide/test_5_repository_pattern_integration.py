"""The guide's section "Repository Pattern Integration", against PostgreSQL."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import event, func, select, text

from storefront.users.repository import InvalidProfileError, ProfileData, UserRepository
from storefront.users.search import SearchCriteria
from storefront.users.tables import Profile, User

if TYPE_CHECKING:
    from collections.abc import Iterator

    from storefront.database import Database

EMAIL, NAME = "test@example.com", "Test User"


class _GivenUserRepository:
    """GIVEN UserRepository integration."""

    @pytest.fixture(autouse=True)
    def given(self, own_database: Database) -> Iterator[None]:
        self.database = own_database
        with self.database.transaction() as session:
            session.execute(text("TRUNCATE TABLE users, user_profiles CASCADE"))
        self.told: list[str] = []
        engine = self.database.engine
        commands = {"begin": self._begin, "commit": self._commit, "rollback": self._rollback}
        for name, listener in commands.items():
            event.listen(engine, name, listener)
        event.listen(engine, "before_cursor_execute", self._execute)
        yield
        event.remove(engine, "before_cursor_execute", self._execute)
        for name, listener in commands.items():
            event.remove(engine, name, listener)

    def _begin(self, *_: object) -> None:
        self.told.append("begin")

    def _commit(self, *_: object) -> None:
        self.told.append("commit")

    def _rollback(self, *_: object) -> None:
        self.told.append("rollback")

    def _execute(self, _connection: object, _cursor: object, statement: str, *_: object) -> None:
        words = statement.split()
        if words[0] in {"INSERT", "SELECT"}:
            self.told.append(" ".join(words[:3]) if words[0] == "INSERT" else words[0])

    def rows(self) -> tuple[int, int]:
        """How many users and profiles there are."""
        with self.database.engine.connect() as connection:
            users, profiles = (select(func.count()).select_from(table) for table in (User, Profile))
            return connection.scalar(users) or 0, connection.scalar(profiles) or 0


class TestWhenCreatingUserWithProfileInTransaction(_GivenUserRepository):
    """WHEN creating user with profile in transaction."""

    def test_then_should_create_user_and_profile_atomically(self) -> None:
        """THEN should create user and profile atomically."""
        profile = ProfileData(bio="Test bio", location="Test City")

        with self.database.transaction() as session:
            result = UserRepository(session).add_with_profile(profile, email=EMAIL, name=NAME)

        assert self.told == ["begin", "INSERT INTO users", "INSERT INTO user_profiles", "commit"]
        assert result.profile is not None
        assert {
            "id": str(result.id),
            "email": result.email,
            "name": result.name,
            "profile": {
                "id": str(result.profile.id),
                "bio": result.profile.bio,
                "location": result.profile.location,
            },
        } == {
            "id": str(uuid.UUID(str(result.id))),
            "email": EMAIL,
            "name": NAME,
            "profile": {
                "id": str(uuid.UUID(str(result.profile.id))),
                "bio": "Test bio",
                "location": "Test City",
            },
        }
        assert self.rows() == (1, 1)

    def test_then_should_rollback_transaction_on_failure(self) -> None:
        """THEN should rollback transaction on failure."""
        profile = ProfileData(bio="Test bio" * 100)  # longer than the schema allows: the second insert fails

        with pytest.raises(InvalidProfileError, match="bio"), self.database.transaction() as session:
            UserRepository(session).add_with_profile(profile, email=EMAIL, name=NAME)

        assert self.told == ["begin", "INSERT INTO users", "INSERT INTO user_profiles", "rollback"]
        assert self.rows() == (0, 0)


class TestWhenSearchingUsersWithComplexQueries(_GivenUserRepository):
    """WHEN searching users with complex queries."""

    CRITERIA = SearchCriteria(
        name_pattern="John",
        location="New York",
        min_age=25,
        has_profile_picture=True,
        order_by="created_at",
        order="DESC",
        limit=10,
        offset=20,
    )

    def add(self, name: str, **other: Any) -> None:
        """A user whom the criteria fit, but for what `other` says."""
        today = datetime.now(UTC).date()
        born = other.get("born", today.replace(year=today.year - 40, day=1))
        picture = other.get("picture", "https://pictures.example.com/1.png")
        with self.database.transaction() as session:
            user = User(
                id=uuid.uuid4(),
                email=f"{uuid.uuid4()}@example.com",
                name=name,
                locale="en-GB",
                created_at=self.moment,
                updated_at=self.moment,
                birth_date=born,
            )
            self.moment += timedelta(minutes=1)
            user.profile = Profile(
                id=uuid.uuid4(), bio="Test bio", location=other.get("location", "New York"), picture=picture
            )
            session.add(user)

    def test_then_should_build_and_execute_complex_query(self) -> None:
        """THEN should build and execute complex query."""
        self.moment = datetime(2026, 1, 1, tzinfo=UTC)
        self.add("John Doe")
        self.add("Elizabeth St. John")
        for number in range(20):
            self.add(f"John Smith {number}")
        self.add("Jane Doe")
        self.add("John Elsewhere", location="New York City")
        self.add("John Young", born=datetime.now(UTC).date() - timedelta(days=365 * 24))
        self.add("John Ageless", born=None)
        self.add("John Unseen", picture=None)
        self.told.clear()

        with self.database.transaction() as session:
            result = UserRepository(session).search(self.CRITERIA)

        # Of the 22 whom all criteria fit, the newest first, the first 20 are left out.
        assert [user.name for user in result] == ["Elizabeth St. John", "John Doe"]
        assert self.told == ["begin", "SELECT", "commit"]
        assert [result[-1].created_at.date(), result[-1].bio, result[-1].location] == [
            date(2026, 1, 1),
            "Test bio",
            "New York",
        ]
