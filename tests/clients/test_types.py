"""What type checkers know of results: each `assert_type` fails in `make lint` when it isn't so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

import msgspec
import pytest
import responses
from pactape_clients import GraphQLClient, RestClient
from pactape_clients.errors import DecodeError
from pactape_clients.rest import ByLink, Caching

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "http://users.test"
QUERY = "query GetUser { user { id } }"
MUTATION = "mutation AddUser { user { id } }"


class User(msgspec.Struct):
    id: str


class Found(msgspec.Struct):
    user: User


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(f"{URL}/users/1", json={"id": "1"})
        mock.get(f"{URL}/users", json=[{"id": "1"}])
        mock.post(f"{URL}/users", json={"id": "1"})
        mock.put(f"{URL}/users/1", json={"id": "1"})
        mock.patch(f"{URL}/users/1", json={"id": "1"})
        mock.delete(f"{URL}/users/1", status=204)
        mock.post(f"{URL}/graphql", json={"data": {"user": {"id": "1"}}})
        yield mock


@pytest.fixture
def client(server: responses.RequestsMock) -> RestClient:  # noqa: ARG001 -- it answers
    return RestClient(URL)


@pytest.fixture
def graphql(server: responses.RequestsMock) -> GraphQLClient:  # noqa: ARG001 -- it answers
    return GraphQLClient(f"{URL}/graphql")


def test_a_read_is_of_the_type_that_it_returns(client: RestClient) -> None:
    assert assert_type(client.get("/users/1", returns=User), User) == User("1")


def test_a_read_of_a_list_is_of_that_list(client: RestClient) -> None:
    assert assert_type(client.get("/users", returns=list[User]), list[User]) == [User("1")]


def test_a_read_without_a_type_accepts_any(client: RestClient) -> None:
    assert assert_type(client.get("/users/1"), Any) == {"id": "1"}


def test_a_read_may_be_of_a_union(client: RestClient) -> None:
    assert client.get("/users/1", returns=User | None) == User("1")


@pytest.mark.parametrize("keeps", [None, Caching(key="user:1", ttl=60)])
def test_a_cached_read_is_of_the_same_type(client: RestClient, keeps: Caching | None) -> None:
    assert assert_type(client.get("/users/1", returns=User, caching=keeps), User) == User("1")


def test_writes_are_of_the_types_that_they_return(client: RestClient) -> None:
    post_result = assert_type(client.post("/users", json={}, returns=User), User)
    put_result = assert_type(client.put("/users/1", json={}, returns=User), User)
    patched = assert_type(client.patch("/users/1", json={}, returns=User), User)
    assert [post_result, put_result, patched] == [User("1")] * 3


def test_a_deletion_without_a_type_has_none(client: RestClient) -> None:
    assert assert_type(client.delete("/users/1"), Any) is None


def test_an_empty_body_is_none_for_a_type_that_may_be_none(client: RestClient) -> None:
    assert client.delete("/users/1", returns=User | None) is None


def test_an_empty_body_is_not_a_user(client: RestClient) -> None:
    with pytest.raises(DecodeError, match="DELETE /users/1: the response doesn't fit the model at"):
        assert_type(client.delete("/users/1", returns=User), User)


def test_pages_are_of_the_type_that_they_return(client: RestClient) -> None:
    pages = client.paginate("/users", by=ByLink(), returns=list[User])
    assert next(assert_type(pages, "Iterator[list[User]]")) == [User("1")]


def test_a_declared_cached_read_is_of_its_type(client: RestClient) -> None:
    route = client.cached_route("/users/{id}", returns=User, caching=Caching(key="user:{id}", ttl=60))
    assert assert_type(route.of("1"), User) == User("1")


@pytest.mark.parametrize("ttl", [0, 60])
def test_a_query_is_of_the_type_that_it_returns(graphql: GraphQLClient, ttl: float) -> None:
    assert assert_type(graphql.query(QUERY, returns=Found, ttl=ttl), Found) == Found(User("1"))


def test_a_mutation_is_of_the_type_that_it_returns(graphql: GraphQLClient) -> None:
    assert assert_type(graphql.mutate(MUTATION, returns=Found), Found) == Found(User("1"))


def test_a_query_without_a_type_accepts_any(graphql: GraphQLClient) -> None:
    assert assert_type(graphql.query(QUERY), Any) == {"user": {"id": "1"}}
