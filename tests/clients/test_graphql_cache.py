"""GraphQL clients: cached results."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import responses
from pactape_clients import GraphQLClient, StaticToken
from pactape_clients.cache import TTLCache

from tests.clients.helpers.graphql import ADA, GET_TAGGED, GET_USER, RENAME, URL, GetUser, User, body

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> GraphQLClient:
    return GraphQLClient(URL)


class TestCache:
    def test_a_repeated_query_costs_no_call(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=ADA)
        for _ in range(2):
            client.query(GET_USER, {"id": "user-1"})
        assert len(server.calls) == 1

    def test_the_order_of_variables_does_not_matter(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json={"data": {}})
        document = "query Q($a: Int, $b: Int) { q(a: $a, b: $b) }"
        client.query(document, {"a": 1, "b": 2})
        client.query(document, {"b": 2, "a": 1})
        assert len(server.calls) == 1

    def test_two_models_of_one_query_each_get_their_own(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=ADA)
        results = [
            client.query(GET_USER, {"id": "1"}, returns=returns) for returns in (GetUser, None, GetUser)
        ]
        typed = GetUser(user=User("user-1", "Ada"))
        assert (results, len(server.calls)) == ([typed, ADA["data"], typed], 2)

    def test_two_documents_with_one_name_are_kept_apart(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=ADA)
        client.query(GET_USER, {"id": "user-1"})
        client.query(GET_TAGGED, {"id": "user-1"})
        assert len(server.calls) == 2

    def test_principals_are_kept_apart(self, server: Any) -> None:
        server.post(URL, json=ADA)
        cache = TTLCache()
        for name in ("ada", "bob"):
            GraphQLClient(URL, tokens=StaticToken(name), cache=cache).query(GET_USER, {"id": "user-1"})
        assert len(server.calls) == 2

    def test_a_caller_cannot_poison_a_kept_result(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=ADA)
        client.query(GET_USER, {"id": "user-1"})["user"]["name"] = "Eve"
        assert client.query(GET_USER, {"id": "user-1"}) == ADA["data"]

    def test_a_time_to_live_of_0_neither_keeps_nor_looks(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=ADA)
        for ttl in (300.0, 0.0, 0.0):
            client.query(GET_USER, {"id": "user-1"}, ttl=ttl)
        assert len(server.calls) == 3

    def test_each_query_has_its_time_to_live(self, server: Any, clock: Any) -> None:
        server.post(URL, json=ADA)
        client = GraphQLClient(URL, cache=TTLCache(timer=clock))
        client.query(GET_USER, {"id": "user-1"}, ttl=10)
        clock.pass_by(10)
        client.query(GET_USER, {"id": "user-1"}, ttl=10)
        assert len(server.calls) == 2

    @pytest.mark.parametrize(
        "mutate",
        [
            pytest.param(lambda c: c.mutate(RENAME, {"id": "1"}), id="returned entity"),
            pytest.param(lambda c: c.mutate(RENAME, {"id": "1"}, tags=("users",)), id="tag"),
            pytest.param(
                lambda c: c.mutate(RENAME, {"id": "1"}, invalidates="GetUser.*user-1"), id="pattern"
            ),
        ],
    )
    def test_a_mutation_forgets_what_it_makes_stale(
        self, server: Any, client: GraphQLClient, mutate: Callable[[GraphQLClient], object]
    ) -> None:
        user = {"__typename": "User", "id": "user-1", "name": "Ada"}
        server.post(URL, json={"data": {"user": user}}, match=[_operation("GetUser")])
        server.post(URL, json={"data": {"rename": user}}, match=[_operation("Rename")])
        client.query(GET_TAGGED, {"id": "user-1"}, tags=("users",))
        mutate(client)
        client.query(GET_TAGGED, {"id": "user-1"}, tags=("users",))
        assert [body(server, index)["operationName"] for index in range(3)] == [
            "GetUser",
            "Rename",
            "GetUser",
        ]

    def test_a_mutation_leaves_other_entities_alone(self, server: Any, client: GraphQLClient) -> None:
        other = {"__typename": "User", "id": "user-2", "name": "Bob"}
        server.post(URL, json={"data": {"user": other}}, match=[_operation("GetUser")])
        server.post(
            URL,
            json={"data": {"rename": {"__typename": "User", "id": "user-1"}}},
            match=[_operation("Rename")],
        )
        client.query(GET_TAGGED, {"id": "user-2"})
        client.mutate(RENAME, {"id": "user-1"})
        client.query(GET_TAGGED, {"id": "user-2"})
        assert len(server.calls) == 2

    def test_a_mutation_is_never_served_from_the_cache(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json={"data": {"rename": None}})
        for _ in range(2):
            client.mutate(RENAME, {"id": "user-1"})
        assert len(server.calls) == 2


def _operation(name: str) -> Callable[[Any], tuple[bool, str]]:
    return lambda request: (json.loads(request.body)["operationName"] == name, f"not {name}")
