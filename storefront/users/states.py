"""Provider states of the users API: each writes rows to the database, for recording and for verification.

They are idempotent.
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from storefront.framework.states import rows
from storefront.users.repository import UnknownUserError, UserRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["STATES"]

_NAME = "Ada Lovelace"


@contextmanager
def _users() -> Iterator[UserRepository]:
    """Open a transaction on the states' database."""
    with rows() as session:
        yield UserRepository(session)


def a_user_exists(*, id: str, email: str | None = None, name: str = _NAME) -> None:  # noqa: A002 -- the wire's name
    """A user has this id, name and e-mail address (by default <id>@example.com), and no posts.

    Other users with the id or the e-mail address are deleted.
    """
    with _users() as users:
        _put(users, id, email=email, name=name)


def no_user_exists(*, id: str) -> None:  # noqa: A002 -- as above
    """No user has this id."""
    with _users() as users:
        _remove(users, id)


def no_user_has_the_email(*, email: str) -> None:
    """No user has this e-mail address."""
    with _users() as users:
        _free(users, email)


def a_user_with_posts_exists(
    *,
    id: str,  # noqa: A002 -- as above
    posts: int = 2,
    email: str | None = None,
    name: str = _NAME,
) -> None:
    """As "a user exists", with this number of posts: "Post 1", "Post 2" and so on, in this order."""
    with _users() as users:
        _put(users, id, email=email, name=name)
        for number in range(1, posts + 1):
            users.publish(author_id=id, title=f"Post {number}", content=f"Content of post {number}")


STATES: Mapping[str, Callable[..., object]] = {
    "a user exists": a_user_exists,
    "no user exists": no_user_exists,
    "no user has the e-mail": no_user_has_the_email,
    "a user with posts exists": a_user_with_posts_exists,
}


def _put(users: UserRepository, user_id: str, *, email: str | None, name: str) -> None:
    email = email or f"{user_id}@example.com"
    _remove(users, user_id)
    _free(users, email)
    users.add(email=email, name=name, user_id=user_id)


def _free(users: UserRepository, email: str) -> None:
    for user in users.find(email):
        users.remove(str(user.id))


def _remove(users: UserRepository, user_id: str) -> None:
    with suppress(UnknownUserError):
        users.remove(user_id)
