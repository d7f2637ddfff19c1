"""The client of the reference users API: what a concrete client looks like."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import msgspec

from pactape_clients.rest import RestClient

__all__ = ["User", "UserApiClient"]

#: Seconds that a user is kept.
_TTL = 300.0


class User(msgspec.Struct, frozen=True, rename="camel"):
    """A user, as far as this client reads one.

    Args:
        id: A UUID.
        email: Unique, whatever its case.
        name: As it is shown.
        created_at: With its time zone.
    """

    id: str
    email: str
    name: str
    created_at: datetime


class _Users(msgspec.Struct, frozen=True):
    items: tuple[User, ...]


class UserApiClient(RestClient):
    """Users over REST, with token refresh; single users are cached for 300 seconds.

    Example:
        >>> from pactape_clients.auth import ClientCredentials
        >>> tokens = ClientCredentials(
        ...     "https://users.example.com/oauth/token", client_id="web", client_secret="…"
        ... )
        >>> users = UserApiClient("https://users.example.com", tokens=tokens)
    """

    def get_user(self, user_id: str) -> User:
        """The user with this id; a cached one costs neither a request nor a token.

        Raises:
            NotFoundError: There is none.
        """
        user = self.cached_get("/users/{id}", key=_key(user_id), ttl=_TTL, path={"id": user_id}, returns=User)
        return cast("User", user)

    def find_users(self, *, email: str) -> tuple[User, ...]:
        """The users with this e-mail address: one or none."""
        users = self.get("/users", query={"email": email}, returns=_Users)
        return cast("_Users", users).items

    def create_user(self, *, email: str, name: str) -> User:
        """Create a user.

        Raises:
            ConflictError: The e-mail address is taken.
            UnprocessableError: The e-mail address or the name is not valid.
        """
        return cast("User", self.post("/users", json={"email": email, "name": name}, returns=User))

    def update_user(self, user_id: str, *, name: str) -> User:
        """Give the user another name.

        Raises:
            NotFoundError: There is none.
        """
        try:
            user = self.patch("/users/{id}", path={"id": user_id}, json={"name": name}, returns=User)
        finally:
            self.forget(_key(user_id))
        return cast("User", user)

    def delete_user(self, user_id: str) -> None:
        """Delete the user.

        Raises:
            NotFoundError: There is none.
        """
        try:
            self.delete("/users/{id}", path={"id": user_id})
        finally:
            self.forget(_key(user_id))


def _key(user_id: str) -> str:
    return f"user:{user_id}"
