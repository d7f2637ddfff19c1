"""Users and posts in the database, with its refusals as domain errors."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from storefront.users.tables import Post, User

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

__all__ = ["DuplicateEmailError", "UnknownUserError", "UserRepository"]

_DEFAULT_LOCALE = "en-GB"


class UnknownUserError(LookupError):
    """There is no such user."""


class DuplicateEmailError(ValueError):
    """Another user has this e-mail address."""


class UserRepository:
    """Users and posts, within one transaction.

    Args:
        session: The transaction's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, user_id: str) -> User:
        """The user with this id.

        Raises:
            UnknownUserError: There is none.
        """
        return self._get(user_id, lock=False)

    def find(self, email: str) -> Sequence[User]:
        """The users with this e-mail address, whatever its case: one or none."""
        return self._session.scalars(select(User).where(func.lower(User.email) == func.lower(email))).all()

    def add(
        self, *, email: str, name: str, locale: str = _DEFAULT_LOCALE, user_id: str | None = None
    ) -> User:
        """Create a user.

        Raises:
            DuplicateEmailError: The e-mail address is taken.
        """
        now = _now()
        key = uuid.UUID(user_id) if user_id else uuid.uuid4()
        user = User(id=key, email=email, name=name, locale=locale, created_at=now, updated_at=now)
        self._session.add(user)
        self._flush()
        return user

    def change(self, user_id: str, changes: Mapping[str, str]) -> User:
        """Change a user.

        Args:
            user_id: Who.
            changes: New values of "email", "name" and "locale"; with none of them the user stays as it is.

        Raises:
            UnknownUserError: There is no such user.
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
            UnknownUserError: There is no such user.
        """
        key = _uuid(user_id)
        gone = self._session.scalars(delete(User).where(User.id == key).returning(User.id)).all()
        if not gone:
            raise UnknownUserError(f"there is no user {user_id}")

    def publish(self, *, author_id: str, title: str, content: str) -> Post:
        """Create a post.

        Raises:
            UnknownUserError: There is no such author.
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
        except IntegrityError as error:
            if "users_email_key" in str(error.orig):
                raise DuplicateEmailError("another user has this e-mail address") from error
            raise


def _now() -> datetime:
    return datetime.now(UTC).replace(microsecond=0)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
