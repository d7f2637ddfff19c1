"""Users and posts in the database; constraint violations become domain errors."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.exc import DataError, IntegrityError

from storefront.users.passwords import hashed, matches
from storefront.users.search import FoundUser, SearchCriteria, search_query
from storefront.users.tables import Post, Profile, User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from sqlalchemy.orm import Session

__all__ = ["DuplicateEmailError", "InvalidProfileError", "ProfileData", "UnknownUserError", "UserRepository"]

_DEFAULT_LOCALE = "en-GB"


class UnknownUserError(LookupError):
    """The user doesn't exist."""


class DuplicateEmailError(ValueError):
    """Another user has this e-mail address."""


class InvalidProfileError(ValueError):
    """The profile violates a constraint: for example, its bio is too long."""


class ProfileData(msgspec.Struct, frozen=True, kw_only=True):
    """A user's profile.

    Args:
        bio: At most 500 characters.
        location: At most 200 characters.
        picture: The URL of a picture, at most 2000 characters.
    """

    bio: str | None = None
    location: str | None = None
    picture: str | None = None


class UserRepository:
    """Users and posts within one transaction.

    Args:
        session: The transaction's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, user_id: str) -> User:
        """Return the user with this id.

        Raises:
            UnknownUserError: The user doesn't exist.
        """
        return self._get(user_id, lock=False)

    def find(self, email: str) -> Sequence[User]:
        """Return the users with this e-mail address, ignoring case: one or none."""
        return self._session.scalars(select(User).where(func.lower(User.email) == func.lower(email))).all()

    def search(self, criteria: SearchCriteria) -> list[FoundUser]:
        """Return the users that match the criteria."""
        rows = self._session.execute(search_query(criteria))
        return [FoundUser(**row._mapping) for row in rows]  # noqa: SLF001 -- SQLAlchemy's public name for it

    def add(
        self,
        *,
        email: str,
        name: str,
        locale: str = _DEFAULT_LOCALE,
        user_id: str | None = None,
        birth_date: date | None = None,
        password: str | None = None,
    ) -> User:
        """Create a user.

        Raises:
            DuplicateEmailError: The e-mail address is taken.
        """
        now = _now()
        user = User(
            id=uuid.UUID(user_id) if user_id else uuid.uuid4(),
            email=email,
            name=name,
            locale=locale,
            created_at=now,
            updated_at=now,
            birth_date=birth_date,
            password_hash=None if password is None else hashed(password),
            profile=None,
        )
        self._session.add(user)
        self._flush()
        return user

    def add_with_profile(self, profile: ProfileData, *, email: str, name: str) -> User:
        """Create a user with a profile: both, or neither.

        Raises:
            DuplicateEmailError: The e-mail address is taken.
            InvalidProfileError: The profile is not valid; no user is created.
        """
        with self._session.begin_nested():
            user = self.add(email=email, name=name)
            user.profile = Profile(id=uuid.uuid4(), **msgspec.structs.asdict(profile))
            self._flush()
        return user

    def password_matches(self, email: str, password: str) -> bool:
        """Return whether a user has this e-mail address and password."""
        user = next(iter(self.find(email)), None)
        return matches(password, user.password_hash if user else None)

    def change(self, user_id: str, changes: Mapping[str, str]) -> User:
        """Change a user.

        Args:
            user_id: The user's id.
            changes: New values of "email", "name" and "locale"; may be empty.

        Raises:
            UnknownUserError: The user doesn't exist.
            DuplicateEmailError: The e-mail address is taken.
        """
        user = self._get(user_id, lock=True)
        for name, value in changes.items():
            setattr(user, name, value)
        if changes:
            user.updated_at = _now()
        self._flush()
        return user

    def remove(self, user_id: str) -> None:
        """Delete a user and all posts.

        Raises:
            UnknownUserError: The user doesn't exist.
        """
        key = _uuid(user_id)
        deleted_ids = self._session.scalars(delete(User).where(User.id == key).returning(User.id)).all()
        if not deleted_ids:
            raise UnknownUserError(f"there is no user {user_id}")

    def publish(self, *, author_id: str, title: str, content: str) -> Post:
        """Create a post.

        Raises:
            UnknownUserError: The author doesn't exist.
        """
        author = self._get(author_id, lock=True)
        post = Post(id=uuid.uuid4(), author_id=author.id, title=title, content=content, published_at=_now())
        self._session.add(post)
        self._session.flush()
        return post

    def _get(self, user_id: str, *, lock: bool) -> User:
        key = _uuid(user_id)
        user = self._session.get(User, key, with_for_update=lock or None) if key else None
        if user is None:
            raise UnknownUserError(f"there is no user {user_id}")
        return user

    def _flush(self) -> None:
        try:
            self._session.flush()
        except (IntegrityError, DataError) as error:
            raise _refusal(error) or error from error


def _refusal(error: IntegrityError | DataError) -> ValueError | None:
    """Return the domain error of a constraint violation; None for one that isn't the caller's fault."""
    message = str(error.orig)
    if "users_email_key" in message:
        return DuplicateEmailError("duplicate email: another user has this e-mail address")
    if "user_profiles_bio_check" in message:
        return InvalidProfileError("the profile's bio has more than 500 characters")
    if isinstance(error, DataError) and "user_profiles" in str(error.statement):
        return InvalidProfileError("the profile has a text that is too long or holds the character NUL")
    return None


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
