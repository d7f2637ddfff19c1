"""The client of the reference users API, as an example of a concrete client."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import msgspec

from pactape_clients.caller_code.boundary import public
from pactape_clients.caller_code.values import dict_of
from pactape_clients.rest import Caching, RestClient

if TYPE_CHECKING:
    from typing import Unpack

    from pactape_clients.rest import ClientOptions

__all__ = ["User", "UserApiClient"]

_CACHING = Caching(ttl=300.0, key="user:{id}", tags=("users",))


class User(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The fields of a user that this client reads.

    Args:
        id: A UUID.
        email: Unique, whatever its case.
        name: The display name.
        created_at: When the user was created, with a time zone.
    """

    id: str
    email: str
    name: str
    created_at: datetime


class _Found(msgspec.Struct, frozen=True):
    items: tuple[User, ...]


class UserApiClient(RestClient):
    """Users over REST. A read user is cached for 300 seconds, or until this client changes it.

    Every request, including reads, has `Content-Type: application/json`. Arguments as for `RestClient`.

    Example:
        >>> from pactape_clients.auth import ClientCredentials
        >>> tokens = ClientCredentials(
        ...     "https://users.example.test/oauth/token", client_id="web", client_secret="s3cret"
        ... )
        >>> UserApiClient("https://users.example.test", tokens=tokens)
        <UserApiClient https://users.example.test>
    """

    @public
    def __init__(self, base_url: str, **options: Unpack[ClientOptions]) -> None:
        own_headers = options.get("headers")
        options["headers"] = {
            "Content-Type": "application/json",
            **({} if own_headers is None else dict_of("headers", own_headers)),
        }
        super().__init__(base_url, **options)
        self._users = self.cached_route("/users/{id}", returns=User, caching=_CACHING)

    def get_user(self, user_id: str) -> User:
        """Return the user with this id; a cached one needs neither a request nor a token.

        Raises:
            NotFoundError: The user doesn't exist.
            ClientError: As for `RestClient.get`.
        """
        return self._users.of(user_id)

    def find_users(self, *, email: str) -> tuple[User, ...]:
        """Return the users with this e-mail address, at most one; never cached.

        Raises:
            ClientError: As for `RestClient.get`.
        """
        return self.get("/users", query={"email": email}, returns=_Found).items

    def create_user(self, *, email: str, name: str) -> User:
        """Create a user.

        Raises:
            ConflictError: The e-mail address is taken.
            UnprocessableError: The e-mail address or the name isn't acceptable.
            ClientError: As for `RestClient.get`.
        """
        return self.post("/users", json={"email": email, "name": name}, returns=User)

    def update_user(self, user_id: str, *, email: str | None = None, name: str | None = None) -> User:
        """Change a user; fields that are None are not changed.

        Raises:
            NotFoundError: The user doesn't exist.
            ConflictError: The e-mail address is taken.
            UnprocessableError: A value isn't acceptable.
            ClientError: As for `RestClient.get`.
        """
        changes = {"email": email, "name": name}
        json = {field: value for field, value in changes.items() if value is not None}
        return self.patch("/users/{id}", path={"id": user_id}, json=json, returns=User)

    def delete_user(self, user_id: str) -> None:
        """Delete a user.

        Raises:
            NotFoundError: The user doesn't exist.
            ClientError: As for `RestClient.get`.
        """
        self.delete("/users/{id}", path={"id": user_id})
