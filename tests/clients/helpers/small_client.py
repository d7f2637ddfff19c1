"""Test helpers: a client with OAuth, cursor pages and a create."""

from collections.abc import Iterator

import msgspec
from pactape_clients import ClientCredentials, RestClient
from pactape_clients.rest import GENERATED, ByCursor


class User(msgspec.Struct, frozen=True):
    id: str
    name: str


class Page(msgspec.Struct, frozen=True):
    items: tuple[User, ...]
    next: str | None = None


class UsersClient(RestClient):
    def users(self) -> Iterator[User]:
        by = ByCursor(parameter="cursor", following=lambda page: page.next)
        return self.paginate("/users", by=by, returns=Page, items=lambda page: page.items)

    def create(self, name: str) -> User:
        return self.post("/users", json={"name": name}, returns=User, idempotency_key=GENERATED)


def connect(url: str, secret: str) -> UsersClient:
    tokens = ClientCredentials(f"{url}/token", client_id="web", client_secret=secret)
    return UsersClient(url, tokens=tokens)
