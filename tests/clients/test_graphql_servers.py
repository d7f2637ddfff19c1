"""GraphQL servers as they are: error codes under 200, refused batches, headers for a call."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pactape_clients import GraphQLClient, StaticToken
from pactape_clients.auth import CallableTokens, Token
from pactape_clients.errors import (
    ClientError,
    DecodeError,
    DocumentError,
    GraphQLResponseError,
)
from pactape_clients.graphql import Call, GraphQLOptions
from pactape_clients.rest import GENERATED

QUERY = "query Me { me }"
DATA = {"data": {"me": 1}}


def coded(code: str, **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": "no", "extensions": {"code": code}}], **more}


def tokens() -> CallableTokens:
    numbers = iter(range(1, 9))
    return CallableTokens(lambda: Token(value=f"t{next(numbers)}"))


class TestCodes:
    def test_that_mean_a_refused_token_renew_it(self, serve: Any, response: Any) -> None:
        def respond(request: Any) -> Any:
            return response(
                json=DATA if request.headers["Authorization"] == "Bearer t2" else coded("UNAUTHENTICATED")
            )

        with serve(respond) as server:
            assert GraphQLClient(server.url, tokens=tokens()).query(QUERY) == DATA["data"]

    def test_that_mean_a_refused_token_renew_it_for_a_mutation_that_was_not_executed(
        self, serve: Any, response: Any
    ) -> None:
        def respond(request: Any) -> Any:
            return response(
                json=DATA if request.headers["Authorization"] == "Bearer t2" else coded("UNAUTHENTICATED")
            )

        with serve(respond) as server:
            assert GraphQLClient(server.url, tokens=tokens()).mutate("mutation M { me }") == DATA["data"]

    def test_beside_data_renew_nothing(self, serve: Any, response: Any) -> None:
        with serve(lambda _: response(json=coded("UNAUTHENTICATED", data={"me": 1}))) as server:
            with pytest.raises(GraphQLResponseError):
                GraphQLClient(server.url, tokens=tokens()).mutate("mutation M { me }")
            assert len(server.received) == 1

    @pytest.mark.parametrize("code", ["EXPIRED", "invalid-jwt"])
    def test_to_renew_on_may_be_chosen(self, serve: Any, response: Any, code: str) -> None:
        def respond(request: Any) -> Any:
            return response(json=DATA if request.headers["Authorization"] == "Bearer t2" else coded(code))

        options = GraphQLOptions(renew_on=frozenset({code}))
        with serve(respond) as server:
            assert GraphQLClient(server.url, tokens=tokens(), options=options).query(QUERY) == DATA["data"]

    def test_that_mean_too_many_requests_repeat_a_query(self, serve: Any, response: Any) -> None:
        attempts: list[int] = []

        def respond(_: Any) -> Any:
            attempts.append(1)
            return response(json=coded("THROTTLED") if len(attempts) < 3 else DATA)

        with serve(respond) as server:
            assert GraphQLClient(server.url).query(QUERY) == DATA["data"]
        assert len(attempts) == 3

    @pytest.mark.parametrize(("key", "attempts"), [(None, 1), (GENERATED, 3)])
    def test_that_mean_too_many_requests_repeat_a_mutation_with_a_key(
        self, serve: Any, response: Any, key: Any, attempts: int
    ) -> None:
        with serve(lambda _: response(json=coded("THROTTLED"))) as server:
            with pytest.raises(GraphQLResponseError):
                GraphQLClient(server.url).mutate("mutation M { me }", idempotency_key=key)
            assert len(server.received) == attempts

    def test_of_other_errors_repeat_nothing(self, serve: Any, response: Any) -> None:
        with serve(lambda _: response(json=coded("NOT_FOUND"))) as server:
            with pytest.raises(GraphQLResponseError):
                GraphQLClient(server.url).query(QUERY)
            assert len(server.received) == 1


class TestBatches:
    @pytest.mark.parametrize("status", [200, 400])
    def test_refused_as_a_whole_keep_the_message(self, serve: Any, response: Any, status: int) -> None:
        with (
            serve(
                lambda _: response(status=status, json={"errors": [{"message": "Batching is off"}]})
            ) as server,
            pytest.raises(GraphQLResponseError, match="Batching is off") as failure,
        ):
            GraphQLClient(server.url).batch([Call(document=QUERY)])
        assert failure.value.status == status

    @pytest.mark.parametrize("status", [200, 400])
    @pytest.mark.parametrize("data", [{}, {"data": None}], ids=["no data", "null"])
    def test_refused_by_a_list_keep_the_message(
        self, serve: Any, response: Any, status: int, data: Any
    ) -> None:
        refusal = {**data, "errors": [{"message": "10 at most", "extensions": {"code": "BATCH"}}]}
        with (
            serve(lambda _: response(status=status, json=[refusal])) as server,
            pytest.raises(ClientError, match="10 at most"),
        ):
            GraphQLClient(server.url).batch([Call(document=QUERY)] * 11)

    @pytest.mark.parametrize("body", [b"<html>", b"7", b'{"data": {}}', b"[7]"])
    def test_that_are_not_a_batch_are_a_decode_error(self, serve: Any, response: Any, body: bytes) -> None:
        with serve(lambda _: response(body=body)) as server, pytest.raises(DecodeError):
            GraphQLClient(server.url).batch([Call(document=QUERY)])

    def test_have_headers(self, serve: Any, response: Any) -> None:
        with serve(lambda request: response(json=[{"data": {"role": request.headers["X-Role"]}}])) as server:
            (result,) = GraphQLClient(server.url).batch([Call(document=QUERY)], headers={"X-Role": "admin"})
        assert result.data == {"role": "admin"}


@pytest.mark.parametrize("method", ["query", "mutate", "execute"])
def test_a_call_has_headers(serve: Any, response: Any, method: str) -> None:
    document = "mutation M { role }" if method == "mutate" else "query Q { role }"
    with serve(lambda request: response(json={"data": {"role": request.headers["X-Role"]}})) as server:
        client = GraphQLClient(server.url, headers={"X-Role": "guest"})
        outcome = getattr(client, method)(document, headers={"X-Role": "admin"})
    assert (outcome.data if method == "execute" else outcome) == {"role": "admin"}


@pytest.mark.parametrize("method", ["query", "mutate", "execute"])
def test_subscriptions_are_refused_with_a_true_sentence(method: str) -> None:
    with pytest.raises(DocumentError, match="subscriptions aren't supported"):
        getattr(GraphQLClient("http://a.test"), method)("subscription S { a }")


def test_subscriptions_in_a_batch_are_refused() -> None:
    with pytest.raises(DocumentError, match="subscriptions aren't supported"):
        GraphQLClient("http://a.test").batch([Call(document="subscription S { a }")])


def test_a_batch_whose_token_was_refused_is_sent_again(serve: Any, response: Any) -> None:
    def respond(request: Any) -> Any:
        is_new = request.headers["Authorization"] == "Bearer t2"
        return response(json=[DATA if is_new else coded("UNAUTHENTICATED")] * 2)

    with serve(respond) as server:
        client = GraphQLClient(server.url, tokens=tokens())
        results = client.batch([Call(document=QUERY)] * 2)
    assert [result.errors for result in results] == [(), ()]


def test_an_operation_may_be_called_anonymous(serve: Any, response: Any) -> None:
    with serve(lambda request: response(json={"data": json.loads(request.body)["operationName"]})) as server:
        two = "query anonymous { a } query other { b }"
        assert GraphQLClient(server.url).query(two, operation="anonymous") == "anonymous"


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"data": {"me": 1}}', '{"data": {"me": 1}}'.encode("utf-16")])
def test_an_answer_is_read_whatever_its_encoding(serve: Any, response: Any, body: bytes) -> None:
    with serve(lambda _: response(body=body)) as server:
        assert GraphQLClient(server.url).query(QUERY) == {"me": 1}


@pytest.mark.parametrize("ttl", [0, 300])
def test_integers_are_of_any_size(serve: Any, response: Any, ttl: float) -> None:
    def respond(request: Any) -> Any:
        return response(json={"data": json.loads(request.body)["variables"]})

    with serve(respond) as server:
        client = GraphQLClient(server.url)
        for _ in range(2):
            assert client.query("query Q($n: Big) { n(n: $n) }", {"n": 2**90}, ttl=ttl) == {"n": 2**90}


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": {"n": NaN}}',
        b'{"data": {"n": Infinity}}',
        b'{"data": ' + b"[" * 100_000,
        b'{"data": {"n": 1e999}}',
    ],
)
def test_what_is_not_json_is_an_error_of_the_tree(serve: Any, response: Any, body: bytes) -> None:
    with serve(lambda _: response(body=body)) as server, pytest.raises(ClientError):
        GraphQLClient(server.url).query(QUERY)


def test_no_token_of_a_call_is_in_its_error(serve: Any, response: Any) -> None:
    refusal = {"message": "bad t0p-s3cret"}
    with serve(lambda _: response(status=500, json=refusal)) as server, pytest.raises(ClientError) as failure:
        GraphQLClient(server.url, tokens=StaticToken("t0p-s3cret")).query(QUERY)
    assert "t0p-s3cret" not in str(failure.value)


@pytest.mark.parametrize("document", [None, 7, b"{ a }", "", "query {", "{ a " * 3000])
def test_a_document_that_is_none_is_refused(document: Any) -> None:
    with pytest.raises(DocumentError):
        GraphQLClient("http://a.test").query(document)


@pytest.mark.parametrize("variables", [7, "a=1", [("a", 1)]])
def test_variables_that_are_not_a_mapping_are_refused(variables: Any) -> None:
    with pytest.raises(DocumentError, match="variables must be"):
        GraphQLClient("http://a.test").query("query Q($a: Int) { a(a: $a) }", variables)
