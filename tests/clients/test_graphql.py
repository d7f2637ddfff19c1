"""GraphQL clients: what they send, and documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import responses
from pactape_clients import GraphQLClient
from pactape_clients.errors import (
    DocumentError,
)
from pactape_clients.graphql import GraphQLOptions

from tests.clients.helpers.graphql import ADA, GET_USER, RENAME, SDL, URL, GetUser, User, body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape_clients.operations import Operation


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> GraphQLClient:
    return GraphQLClient(URL)


def test_a_query_is_sent_as_written(server: Any, client: GraphQLClient) -> None:
    server.post(URL, json=ADA)
    client.query(GET_USER, {"id": "user-1"})
    assert body(server) == {"query": GET_USER, "variables": {"id": "user-1"}, "operationName": "GetUser"}


def test_a_result_can_be_typed(server: Any, client: GraphQLClient) -> None:
    server.post(URL, json=ADA)
    assert client.query(GET_USER, {"id": "user-1"}, returns=GetUser) == GetUser(user=User("user-1", "Ada"))


def test_variables_can_be_a_struct(server: Any, client: GraphQLClient) -> None:
    server.post(URL, json=ADA)
    variables = msgspec.defstruct("Variables", [("id", str)])("user-1")
    client.query(GET_USER, variables)
    assert body(server)["variables"] == {"id": "user-1"}


def test_an_operation_is_announced_with_its_document(
    server: Any, client: GraphQLClient, announced: list[Operation]
) -> None:
    server.post(URL, json=ADA)
    client.query(GET_USER, {"id": "user-1"}, returns=GetUser)
    (operation,) = announced
    assert (operation.name, operation.method, operation.path, operation.document, operation.result) == (
        "GetUser",
        "POST",
        "/graphql",
        GET_USER,
        GetUser,
    )


def test_the_new_media_type_is_asked_for(server: Any, client: GraphQLClient) -> None:
    server.post(URL, json=ADA)
    client.query(GET_USER, {"id": "user-1"})
    assert server.calls[0].request.headers["Accept"].startswith("application/graphql-response+json")


class TestDocuments:
    @pytest.mark.parametrize(
        ("document", "variables", "complaint"),
        [
            ("query {", {}, "can't be parsed"),
            (GET_USER, {}, r"needs a value for \$id"),
            (GET_USER, {"id": None}, r"needs a value for \$id"),
            (GET_USER, {"id": 1, "di": 2}, r"declares no \$di"),
            ("query A { a } query B { b }", {}, "A, B"),
            ("fragment F on User { id }", {}, "0 operations"),
            (RENAME, {"id": 1}, r"execute it with mutate"),
        ],
    )
    def test_that_are_wrong_are_never_sent(
        self, client: GraphQLClient, document: str, variables: dict[str, Any], complaint: str
    ) -> None:
        with pytest.raises(DocumentError, match=complaint):
            client.query(document, variables)

    def test_that_do_not_fit_the_schema_are_never_sent(self) -> None:
        client = GraphQLClient(URL, options=GraphQLOptions(schema=SDL))
        with pytest.raises(DocumentError, match="Cannot query field 'age'"):
            client.query("query Q { user(id: 1) { age } }")

    def test_a_query_is_not_a_mutation(self, client: GraphQLClient) -> None:
        with pytest.raises(DocumentError, match="execute it with query"):
            client.mutate(GET_USER, {"id": "user-1"})

    def test_one_of_several_operations_is_named(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json={"data": {"b": 1}})
        client.query("query A { a } query B { b }", operation="B")
        assert body(server)["operationName"] == "B"

    def test_an_unknown_operation_is_refused(self, client: GraphQLClient) -> None:
        with pytest.raises(DocumentError, match="no operation 'C'"):
            client.query("query A { a } query B { b }", operation="C")

    def test_an_anonymous_operation_has_no_name_on_the_wire(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json={"data": {"a": 1}})
        client.query("{ a }")
        assert "operationName" not in body(server)
