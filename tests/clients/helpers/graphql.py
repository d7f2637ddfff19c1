"""Test helpers: an API, its operations and its responses."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import responses

if TYPE_CHECKING:
    from collections.abc import Iterator


URL = "http://api.test/graphql"
GET_USER = "query GetUser($id: ID!) { user(id: $id) { id name } }"
GET_TAGGED = "query GetUser($id: ID!) { user(id: $id) { __typename id name } }"
RENAME = "mutation Rename($id: ID!) { rename(id: $id) { __typename id } }"
SDL = "type Query { user(id: ID!): User } type User { id: ID! name: String! }"
ADA = {"data": {"user": {"id": "user-1", "name": "Ada"}}}
REFUSAL = {
    "data": {"user": None},
    "errors": [{"message": "no such user", "path": ["user"], "extensions": {"code": "USER_NOT_FOUND"}}],
}


class User(msgspec.Struct, frozen=True):
    id: str
    name: str


class GetUser(msgspec.Struct, frozen=True):
    user: User


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def body(server: Any, index: int = -1) -> Any:
    return json.loads(server.calls[index].request.body)
