"""GraphQL clients: requests and responses on the wire."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import responses
from pactape_clients import GraphQLClient
from pactape_clients.concurrency.call_context import remaining_time
from pactape_clients.errors import (
    DecodeError,
)
from pactape_clients.graphql import Call, GraphQLOptions, Upload
from pactape_clients.rest import TransportSettings
from responses import matchers

from tests.clients.helpers.graphql import ADA, GET_USER, RENAME, URL, body

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> GraphQLClient:
    return GraphQLClient(URL)


class TestOnTheWire:
    def test_a_query_by_get_is_all_in_its_url(self, server: Any) -> None:
        expected = {"query": GET_USER, "variables": '{"id":"user-1"}', "operationName": "GetUser"}
        server.get(URL, json=ADA, match=[matchers.query_param_matcher(expected)])
        client = GraphQLClient(URL, options=GraphQLOptions(queries_by="GET"))
        client.query(GET_USER, {"id": "user-1"})
        assert server.calls[0].request.body is None

    def test_a_mutation_goes_by_post_all_the_same(self, server: Any) -> None:
        server.post(URL, json={"data": {}})
        GraphQLClient(URL, options=GraphQLOptions(queries_by="GET")).mutate(RENAME, {"id": "user-1"})
        assert server.calls[0].request.method == "POST"

    def test_a_persisted_query_is_sent_as_its_hash(self, server: Any) -> None:
        server.post(URL, json=ADA)
        GraphQLClient(URL, options=GraphQLOptions(persisted_queries=True)).query(GET_USER, {"id": "user-1"})
        assert "query" not in body(server)
        assert len(body(server)["extensions"]["persistedQuery"]["sha256Hash"]) == 64

    @pytest.mark.parametrize(
        "error",
        [
            {"message": "PersistedQueryNotFound"},
            {"message": "", "extensions": {"code": "PERSISTED_QUERY_NOT_FOUND"}},
        ],
    )
    def test_a_query_that_the_server_does_not_know_follows_its_hash(self, server: Any, error: Any) -> None:
        server.post(URL, json={"errors": [error]})
        server.post(URL, json=ADA)
        client = GraphQLClient(URL, options=GraphQLOptions(persisted_queries=True))
        client.query(GET_USER, {"id": "user-1"})
        assert body(server)["query"] == GET_USER
        assert "extensions" in body(server)

    def test_a_hash_and_the_query_that_follows_it_share_one_deadline(self, server: Any) -> None:
        remaining_times: list[float | None] = []

        def unknown(_: Any) -> tuple[int, dict[str, str], str]:
            remaining_times.append(remaining_time())
            return 200, {}, json.dumps({"errors": [{"message": "PersistedQueryNotFound"}]})

        def response_data(_: Any) -> tuple[int, dict[str, str], str]:
            remaining_times.append(remaining_time())
            return 200, {}, json.dumps(ADA)

        for response in (unknown, response_data):
            server.add_callback(responses.POST, URL, callback=response, content_type="application/json")
        client = GraphQLClient(URL, options=GraphQLOptions(persisted_queries=True))
        client.query(GET_USER, {"id": "user-1"})
        first, second = remaining_times
        assert first is not None
        assert second is not None
        assert second < first

    def test_a_server_without_persisted_queries_is_not_asked_again(self, server: Any) -> None:
        server.post(URL, json={"errors": [{"message": "PersistedQueryNotSupported"}]})
        server.post(URL, json=ADA)
        client = GraphQLClient(URL, options=GraphQLOptions(persisted_queries=True))
        for number in ("1", "2"):
            client.query(GET_USER, {"id": number})
        assert ["query" in body(server, index) for index in range(3)] == [False, True, True]

    def test_a_batch_gives_each_call_its_own_result(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=[{"data": {"a": 1}}, {"data": {"b": 2}}, {"errors": [{"message": "no c"}]}])
        results = client.batch(
            [
                Call(document="query A { a }"),
                Call(document="query B { b }", returns=dict[str, int]),
                Call(document="query C { c }"),
            ]
        )
        assert [(result.data, [error.message for error in result.errors]) for result in results] == [
            ({"a": 1}, []),
            ({"b": 2}, []),
            (None, ["no c"]),
        ]

    def test_an_empty_batch_sends_nothing(self, client: GraphQLClient) -> None:
        assert client.batch([]) == ()

    def test_a_batch_with_a_result_too_few_is_an_error(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=[{"data": {"a": 1}}])
        with pytest.raises(DecodeError, match="2 operations were sent, but 1 results came"):
            client.batch([Call(document="query A { a }"), Call(document="query B { b }")])

    def test_a_file_is_sent_by_multipart(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json={"data": {"upload": True}})
        document = "mutation Up($files: [Upload!]!) { upload(files: $files) }"
        client.mutate(
            document, {"files": [Upload(content=b"hello", name="a.txt", content_type="text/plain")]}
        )
        multipart_body = server.calls[0].request.body
        positions = [
            multipart_body.index(part) for part in (b'name="operations"', b'name="map"', b'filename="a.txt"')
        ]
        assert positions == sorted(positions)
        assert b'{"files":[null]}' in multipart_body
        assert b'{"0":["variables.files.0"]}' in multipart_body
        assert b"hello" in multipart_body

    def test_64_threads_share_a_client(self, serve: Any, response: Any, at_once: Any) -> None:
        with (
            serve(lambda _: response(json=ADA)) as real,
            GraphQLClient(real.url, settings=TransportSettings(pool_size=64)) as client,
        ):
            assert at_once(lambda: client.query(GET_USER, {"id": "user-1"}, ttl=0), 64) == [ADA["data"]] * 64
