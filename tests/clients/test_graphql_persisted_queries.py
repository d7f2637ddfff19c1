"""Persisted queries: registered, refused or unknown, as GraphQL servers answer them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape_clients import GraphQLClient
from pactape_clients.errors import GraphQLResponseError, ResponseError
from pactape_clients.graphql import GraphQLOptions

if TYPE_CHECKING:
    from collections.abc import Callable

QUERY = "query Me { me }"
DATA = {"data": {"me": 1}}
PERSISTED = GraphQLOptions(persisted_queries=True)


def coded(code: str, **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": "no", "extensions": {"code": code}}], **more}


REFUSALS: dict[str, Callable[[Any], Any]] = {
    "400 and a message": lambda response: response(
        status=400, json={"errors": [{"message": "Must provide query string."}]}
    ),
    "200 and a message": lambda response: response(json={"errors": [{"message": "No query given"}]}),
    "500 and a message": lambda response: response(status=500, json={"errors": [{"message": "oops"}]}),
    "400 and text": lambda response: response(
        status=400, body=b"a query is needed", headers={"Content-Type": "text/plain"}
    ),
    "500 and HTML": lambda response: response(
        status=500, body=b"<html>", headers={"Content-Type": "text/html"}
    ),
    "404": lambda response: response(status=404),
    "405": lambda response: response(status=405),
    "422 and a detail": lambda response: response(status=422, json={"detail": "query: field required"}),
    "200 and no GraphQL": lambda response: response(json={"ok": False}),
    "not supported": lambda response: response(json={"errors": [{"message": "PersistedQueryNotSupported"}]}),
    "not supported by code": lambda response: response(json=coded("PERSISTED_QUERY_NOT_SUPPORTED")),
}


class TestPersistedQueries:
    @pytest.mark.parametrize("kind", REFUSALS)
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_are_given_up_where_the_server_knows_none(
        self, serve: Any, response: Any, kind: str, method: Any
    ) -> None:
        def respond(request: Any) -> Any:
            has_text = b'"query"' in request.body or "query=" in request.path
            return response(json=DATA) if has_text else REFUSALS[kind](response)

        with serve(respond) as server:
            options = GraphQLOptions(persisted_queries=True, queries_by=method)
            client = GraphQLClient(server.url, options=options)
            for _ in range(2):
                assert client.query(QUERY, ttl=0) == DATA["data"]
            assert len(server.received) == 3

    @pytest.mark.parametrize(
        "error",
        [
            {"message": "PersistedQueryNotFound"},
            {"message": "Persisted query not found"},
            {"message": "x", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}},
        ],
    )
    @pytest.mark.parametrize("status", [200, 400])
    def test_are_registered_where_the_server_does_not_know_one(
        self, serve: Any, response: Any, error: Any, status: int
    ) -> None:
        registered_hashes: set[str] = set()

        def respond(request: Any) -> Any:
            body = json.loads(request.body)
            digest = body["extensions"]["persistedQuery"]["sha256Hash"]
            if "query" in body:
                registered_hashes.add(digest)
            return (
                response(json=DATA)
                if digest in registered_hashes
                else response(status=status, json={"errors": [error]})
            )

        with serve(respond) as server:
            client = GraphQLClient(server.url, options=PERSISTED)
            for _ in range(3):
                assert client.query(QUERY, ttl=0) == DATA["data"]
            assert len(server.received) == 4

    @pytest.mark.parametrize("status", [401, 403])
    def test_are_not_sent_again_to_a_server_that_refuses_the_caller(
        self, serve: Any, response: Any, status: int
    ) -> None:
        with serve(lambda _: response(status=status)) as server:
            with pytest.raises(ResponseError):
                GraphQLClient(server.url, options=PERSISTED).query(QUERY)
            assert len(server.received) == 1

    def test_that_were_executed_with_errors_are_not_sent_again(self, serve: Any, response: Any) -> None:
        with serve(lambda _: response(json=coded("NOT_FOUND", data=None))) as server:
            with pytest.raises(GraphQLResponseError):
                GraphQLClient(server.url, options=PERSISTED).query(QUERY)
            assert len(server.received) == 1

    def test_of_a_server_that_fails_keep_its_error(self, serve: Any, response: Any) -> None:
        with serve(lambda _: response(status=500, json={"errors": [{"message": "oops"}]})) as server:
            client = GraphQLClient(server.url, options=PERSISTED)
            with pytest.raises(GraphQLResponseError, match="oops"):
                client.query(QUERY)
