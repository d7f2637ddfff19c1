"""The user service: each call runs in a separate transaction."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from storefront.users.ages import age_on, birth_date_of
from storefront.users.repository import ProfileData, UserRepository
from storefront.users.search import SearchCriteria

if TYPE_CHECKING:
    from storefront.database import Database
    from storefront.users.search import FoundUser
    from storefront.users.tables import User

__all__ = ["Account", "Profile", "UserService", "account_of"]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """A stored profile."""

    id: str
    bio: str | None = None
    location: str | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True, rename="camel", omit_defaults=True):
    """A user as this service returns it.

    Args:
        id: Its UUID.
        email: Its e-mail address.
        name: Its name.
        created_at: When the user was created.
        age: In years, today; None if unknown.
        profile: The user's profile, if there is one.
    """

    id: str
    email: str
    name: str
    created_at: datetime
    age: int | None = None
    profile: Profile | None = None


class UserService:
    """Users in the database.

    Args:
        database: With all migrations applied.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def create_user(self, *, email: str, name: str, age: int | None = None) -> Account:
        """Create a user.

        Args:
            email: A unique e-mail address.
            name: The user's name.
            age: In years; stored as the birth date of somebody who turns this age today.

        Raises:
            DuplicateEmailError: The e-mail address is taken.
        """
        birth_date = None if age is None else birth_date_of(_today(), age)
        with self._database.transaction() as session:
            return account_of(UserRepository(session).add(email=email, name=name, birth_date=birth_date))

    def create_user_with_profile(self, profile: ProfileData, *, email: str, name: str) -> Account:
        """Create a user with a profile: both, or neither.

        Raises:
            DuplicateEmailError: The e-mail address is taken.
            InvalidProfileError: The profile is not valid.
        """
        with self._database.transaction() as session:
            return account_of(UserRepository(session).add_with_profile(profile, email=email, name=name))

    def get_user(self, user_id: str) -> Account:
        """Return the user with this id.

        Raises:
            UnknownUserError: The user doesn't exist.
        """
        with self._database.transaction() as session:
            return account_of(UserRepository(session).get(user_id))

    def update_user(self, user_id: str, **changes: str) -> Account:
        """Change a user's "email", "name" or "locale".

        Raises:
            UnknownUserError: The user doesn't exist.
            DuplicateEmailError: The e-mail address is taken.
            TypeError: A name is not one of these.
        """
        unknown_fields = sorted(changes.keys() - {"email", "name", "locale"})
        if unknown_fields:
            raise TypeError(
                f"a user has no {', '.join(unknown_fields)} to change; email, name and locale can be"
            )
        with self._database.transaction() as session:
            return account_of(UserRepository(session).change(user_id, changes))

    def search_users(self, criteria: dict[str, Any]) -> list[FoundUser]:
        """Return the users that match the criteria; see `SearchCriteria`.

        Raises:
            InvalidSearchError: A criterion is unknown or its value is invalid.
        """
        with self._database.transaction() as session:
            return UserRepository(session).search(SearchCriteria.of(criteria))


def account_of(user: User) -> Account:
    """Return the account of a row, within its transaction."""
    profile = user.profile
    return Account(
        id=str(user.id),
        email=user.email,
        name=user.name,
        created_at=user.created_at.astimezone(UTC),
        age=None if user.birth_date is None else age_on(_today(), user.birth_date),
        profile=None
        if profile is None
        else Profile(id=str(profile.id), bio=profile.bio, location=profile.location),
    )


def _today() -> date:
    return datetime.now(UTC).date()
