"""Provider states of the users API: each puts real rows into the database, while recording and verifying alike.

Setting up a state twice leaves what setting it up once does.
"""

from __future__ import annotations

import os
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from pactape.errors import BadInputError
from sqlalchemy import make_url

from storefront.database import Database
from storefront.users.repository import UnknownUserError, UserRepository

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = ["STATES", "bound"]

_VARIABLE = "STOREFRONT_STATES_DATABASE_URL"
_databases: list[Database] = []


@contextmanager
def bound(database: Database) -> Iterator[None]:
    """Have the handlers work on `database` while the context lasts."""
    _databases.append(database)
    try:
        yield
    finally:
        _databases.remove(database)


def _database() -> Database:
    if not _databases:
        _databases.append(_named_database())
    return _databases[-1]


def _named_database() -> Database:
    """The database of a users API that another process runs."""
    url = os.environ.get(_VARIABLE)
    if not url:
        raise BadInputError(
            "the provider states have no database to work on",
            where=_VARIABLE,
            remedy="set it to what `python -m storefront` says, or run the users API in this process",
        )
    return Database(make_url(url))


def a_user_exists(*, id: str, email: str | None = None, name: str = "Ada Lovelace") -> None:  # noqa: A002 -- the wire's name
    """Exactly one user has this id, and nobody else the e-mail address."""
    email = email or f"{id}@example.com"
    with _database().transaction() as session:
        users = UserRepository(session)
        _remove(users, id)
        for user in users.find(email):
            users.remove(str(user.id))
        users.add(email=email, name=name, user_id=id)


def no_user_exists(*, id: str) -> None:  # noqa: A002 -- as above
    """Nobody has this id."""
    with _database().transaction() as session:
        _remove(UserRepository(session), id)


def no_user_has_the_email(*, email: str) -> None:
    """Nobody has this e-mail address."""
    with _database().transaction() as session:
        users = UserRepository(session)
        for user in users.find(email):
            users.remove(str(user.id))


def a_user_with_posts_exists(*, id: str, posts: int) -> None:  # noqa: A002 -- as above
    """A user has this id and that many posts, one a day until today."""
    a_user_exists(id=id)
    first = datetime.now(UTC).replace(microsecond=0) - timedelta(days=posts)
    with _database().transaction() as session:
        users = UserRepository(session)
        for number in range(1, posts + 1):
            users.publish(
                author_id=id,
                title=f"Post {number}",
                content=f"Content of post {number}",
                at=first + timedelta(days=number),
            )


STATES: Mapping[str, Callable[..., object]] = {
    "a user exists": a_user_exists,
    "no user exists": no_user_exists,
    "no user has the e-mail": no_user_has_the_email,
    "a user with posts exists": a_user_with_posts_exists,
}


def _remove(users: UserRepository, user_id: str) -> None:
    with suppress(UnknownUserError):
        users.remove(user_id)
