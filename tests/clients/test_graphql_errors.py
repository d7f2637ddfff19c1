"""GraphQL clients: errors, error handlers and retries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import responses
from pactape_clients import GraphQLClient
from pactape_clients.errors import (
    ConnectionFailedError,
    DecodeError,
    GraphQLResponseError,
    ServerError,
)
from pactape_clients.graphql import GraphQLOptions
from pactape_clients.rest import GENERATED

from tests.clients.helpers.graphql import ADA, GET_USER, REFUSAL, RENAME, URL, GetUser

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> GraphQLClient:
    return GraphQLClient(URL)


class TestErrors:
    @pytest.mark.parametrize("status", [200, 503])
    def test_keep_code_data_status_and_headers(self, server: Any, status: int) -> None:
        server.post(URL, status=status, json=REFUSAL, headers={"Retry-After": "0", "X-Request-Id": "r-1"})
        with pytest.raises(GraphQLResponseError, match="no such user") as failure:
            GraphQLClient(URL).query(GET_USER, {"id": "user-1"})
        error = failure.value
        assert (error.codes, error.data, error.status, error.request_id, error.errors[0].path) == (
            ("USER_NOT_FOUND",),
            {"user": None},
            status,
            "r-1",
            ("user",),
        )

    def test_are_never_cached(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=REFUSAL)
        server.post(URL, json=ADA)
        with pytest.raises(GraphQLResponseError):
            client.query(GET_USER, {"id": "user-1"})
        assert client.query(GET_USER, {"id": "user-1"}) == ADA["data"]

    def test_beside_data_can_be_kept(self, server: Any) -> None:
        server.post(URL, json=REFUSAL)
        client = GraphQLClient(URL, options=GraphQLOptions(errors="keep"))
        assert client.query(GET_USER, {"id": "user-1"}) == {"user": None}

    def test_beside_kept_data_are_never_cached(self, server: Any) -> None:
        server.post(URL, json=REFUSAL)
        server.post(URL, json=ADA)
        client = GraphQLClient(URL, options=GraphQLOptions(errors="keep"))
        client.query(GET_USER, {"id": "user-1"})
        assert client.query(GET_USER, {"id": "user-1"}) == ADA["data"]

    def test_without_data_are_raised_under_every_policy(self, server: Any) -> None:
        server.post(URL, json={"errors": [{"message": "bad"}]})
        with pytest.raises(GraphQLResponseError):
            GraphQLClient(URL, options=GraphQLOptions(errors="keep")).query(GET_USER, {"id": "user-1"})

    def test_can_be_had_as_a_result(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=REFUSAL)
        result = client.execute(GET_USER, {"id": "user-1"})
        assert (result.data, result.errors[0].code, result.status) == ({"user": None}, "USER_NOT_FOUND", 200)

    def test_of_http_alone_are_http_errors(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, status=500, body="oops")
        with pytest.raises(ServerError):
            client.query(GET_USER, {"id": "user-1"})

    @pytest.mark.parametrize("text", ["<html>", "[]", "7"])
    def test_no_graphql_response_is_a_decode_error(
        self, server: Any, client: GraphQLClient, text: str
    ) -> None:
        server.post(URL, body=text)
        with pytest.raises(DecodeError):
            client.query(GET_USER, {"id": "user-1"})

    def test_data_that_does_not_fit_the_model_is_a_decode_error(
        self, server: Any, client: GraphQLClient
    ) -> None:
        server.post(URL, json={"data": {"user": {"id": 1, "name": "Ada"}}})
        with pytest.raises(DecodeError) as failure:
            client.query(GET_USER, {"id": "user-1"}, returns=GetUser)
        assert failure.value.path == "$.user.id"


class TestErrorHandler:
    class Renaming:
        def handle_graphql_errors(self, error: GraphQLResponseError) -> Exception:
            return LookupError(error.errors[0].message)

        def handle_network_error(self, error: Exception) -> Exception:
            return OSError(type(error).__name__)

    def test_decides_on_graphql_errors(self, server: Any) -> None:
        server.post(URL, json=REFUSAL)
        with pytest.raises(LookupError, match="no such user"):
            GraphQLClient(URL, error_handler=self.Renaming()).query(GET_USER, {"id": "user-1"})

    def test_decides_on_network_errors(self) -> None:
        with pytest.raises(OSError, match="ConnectionFailedError"):
            GraphQLClient("http://127.0.0.1:1/", error_handler=self.Renaming()).query(GET_USER, {"id": "1"})

    def test_may_leave_it_to_the_client(self) -> None:
        class Silent(TestErrorHandler.Renaming):
            def handle_network_error(self, error: Exception) -> None:  # type: ignore[override]  # returns None, unlike the base
                pass

        with pytest.raises(ConnectionFailedError):
            GraphQLClient("http://127.0.0.1:1/", error_handler=Silent()).query(GET_USER, {"id": "1"})


class TestRetries:
    def test_a_query_is_made_again(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, status=503)
        server.post(URL, json=ADA)
        assert client.query(GET_USER, {"id": "user-1"}) == ADA["data"]

    def test_a_mutation_is_made_once(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, status=503)
        with pytest.raises(ServerError):
            client.mutate(RENAME, {"id": "user-1"})
        assert len(server.calls) == 1

    def test_a_mutation_with_a_key_is_made_again_with_the_same_key(
        self, server: Any, client: GraphQLClient
    ) -> None:
        server.post(URL, status=503)
        server.post(URL, json={"data": {"rename": None}})
        client.mutate(RENAME, {"id": "user-1"}, idempotency_key=GENERATED)
        assert len({call.request.headers["Idempotency-Key"] for call in server.calls}) == 1

    def test_an_invalid_query_is_made_once(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, status=400, json={"errors": [{"message": "bad"}]})
        with pytest.raises(GraphQLResponseError):
            client.query(GET_USER, {"id": "user-1"})
        assert len(server.calls) == 1
