"""GraphQL servers as they are: error codes under 200, persisted queries, refused batches, headers for a call."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape_clients import GraphQLClient, StaticToken
from pactape_clients.auth import CallableTokens, Token
from pactape_clients.errors import (
    ClientError,
    DecodeError,
    DocumentError,
    GraphQLResponseError,
    ResponseError,
)
from pactape_clients.graphql import Call, GraphQLOptions
from pactape_clients.rest import GENERATED

if TYPE_CHECKING:
    from collections.abc import Callable

QUERY = "query Me { me }"
DATA = {"data": {"me": 1}}
PERSISTED = GraphQLOptions(persisted_queries=True)


def coded(code: str, **more: Any) -> dict[str, Any]:
    return {"errors": [{"message": "no", "extensions": {"code": code}}], **more}


def tokens() -> CallableTokens:
    numbers = iter(range(1, 9))
    return CallableTokens(lambda: Token(value=f"t{next(numbers)}"))


class TestCodes:
    def test_that_mean_a_refused_token_renew_it(self, serve: Any, answer: Any) -> None:
        def respond(request: Any) -> Any:
            return answer(
                json=DATA if request.headers["Authorization"] == "Bearer t2" else coded("UNAUTHENTICATED")
            )

        with serve(respond) as server:
            assert GraphQLClient(server.url, tokens=tokens()).query(QUERY) == DATA["data"]

    def test_that_mean_a_refused_token_renew_it_for_a_mutation_that_was_not_executed(
        self, serve: Any, answer: Any
    ) -> None:
        def respond(request: Any) -> Any:
            return answer(
                json=DATA if request.headers["Authorization"] == "Bearer t2" else coded("UNAUTHENTICATED")
            )

        with serve(respond) as server:
            assert GraphQLClient(server.url, tokens=tokens()).mutate("mutation M { me }") == DATA["data"]

    def test_beside_data_renew_nothing(self, serve: Any, answer: Any) -> None:
        with serve(lambda _: answer(json=coded("UNAUTHENTICATED", data={"me": 1}))) as server:
            with pytest.raises(GraphQLResponseError):
                GraphQLClient(server.url, tokens=tokens()).mutate("mutation M { me }")
            assert len(server.received) == 1

    @pytest.mark.parametrize("code", ["EXPIRED", "invalid-jwt"])
    def test_to_renew_on_may_be_chosen(self, serve: Any, answer: Any, code: str) -> None:
        def respond(request: Any) -> Any:
            return answer(json=DATA if request.headers["Authorization"] == "Bearer t2" else coded(code))

        options = GraphQLOptions(renew_on=frozenset({code}))
        with serve(respond) as server:
            assert GraphQLClient(server.url, tokens=tokens(), options=options).query(QUERY) == DATA["data"]

    def test_that_mean_too_many_requests_repeat_a_query(self, serve: Any, answer: Any) -> None:
        seen: list[int] = []

        def respond(_: Any) -> Any:
            seen.append(1)
            return answer(json=coded("THROTTLED") if len(seen) < 3 else DATA)

        with serve(respond) as server:
            assert GraphQLClient(server.url).query(QUERY) == DATA["data"]
        assert len(seen) == 3

    @pytest.mark.parametrize(("key", "attempts"), [(None, 1), (GENERATED, 3)])
    def test_that_mean_too_many_requests_repeat_a_mutation_with_a_key(
        self, serve: Any, answer: Any, key: Any, attempts: int
    ) -> None:
        with serve(lambda _: answer(json=coded("THROTTLED"))) as server:
            with pytest.raises(GraphQLResponseError):
                GraphQLClient(server.url).mutate("mutation M { me }", idempotency_key=key)
            assert len(server.received) == attempts

    def test_of_other_errors_repeat_nothing(self, serve: Any, answer: Any) -> None:
        with serve(lambda _: answer(json=coded("NOT_FOUND"))) as server:
            with pytest.raises(GraphQLResponseError):
                GraphQLClient(server.url).query(QUERY)
            assert len(server.received) == 1


REFUSALS: dict[str, Callable[[Any], Any]] = {
    "400 and a message": lambda answer: answer(
        status=400, json={"errors": [{"message": "Must provide query string."}]}
    ),
    "200 and a message": lambda answer: answer(json={"errors": [{"message": "No query given"}]}),
    "500 and a message": lambda answer: answer(status=500, json={"errors": [{"message": "oops"}]}),
    "400 and text": lambda answer: answer(
        status=400, body=b"a query is needed", headers={"Content-Type": "text/plain"}
    ),
    "500 and HTML": lambda answer: answer(status=500, body=b"<html>", headers={"Content-Type": "text/html"}),
    "404": lambda answer: answer(status=404),
    "405": lambda answer: answer(status=405),
    "422 and a detail": lambda answer: answer(status=422, json={"detail": "query: field required"}),
    "200 and no GraphQL": lambda answer: answer(json={"ok": False}),
    "not supported": lambda answer: answer(json={"errors": [{"message": "PersistedQueryNotSupported"}]}),
    "not supported by code": lambda answer: answer(json=coded("PERSISTED_QUERY_NOT_SUPPORTED")),
}


class TestPersistedQueries:
    @pytest.mark.parametrize("kind", REFUSALS)
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_are_given_up_where_the_server_knows_none(
        self, serve: Any, answer: Any, kind: str, method: Any
    ) -> None:
        def respond(request: Any) -> Any:
            has_text = b'"query"' in request.body or "query=" in request.path
            return answer(json=DATA) if has_text else REFUSALS[kind](answer)

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
        self, serve: Any, answer: Any, error: Any, status: int
    ) -> None:
        known: set[str] = set()

        def respond(request: Any) -> Any:
            body = json.loads(request.body)
            digest = body["extensions"]["persistedQuery"]["sha256Hash"]
            if "query" in body:
                known.add(digest)
            return answer(json=DATA) if digest in known else answer(status=status, json={"errors": [error]})

        with serve(respond) as server:
            client = GraphQLClient(server.url, options=PERSISTED)
            for _ in range(3):
                assert client.query(QUERY, ttl=0) == DATA["data"]
            assert len(server.received) == 4

    @pytest.mark.parametrize("status", [401, 403])
    def test_are_not_sent_again_to_a_server_that_refuses_the_caller(
        self, serve: Any, answer: Any, status: int
    ) -> None:
        with serve(lambda _: answer(status=status)) as server:
            with pytest.raises(ResponseError):
                GraphQLClient(server.url, options=PERSISTED).query(QUERY)
            assert len(server.received) == 1

    def test_that_were_executed_with_errors_are_not_sent_again(self, serve: Any, answer: Any) -> None:
        with serve(lambda _: answer(json=coded("NOT_FOUND", data=None))) as server:
            with pytest.raises(GraphQLResponseError):
                GraphQLClient(server.url, options=PERSISTED).query(QUERY)
            assert len(server.received) == 1

    def test_of_a_server_that_fails_keep_its_error(self, serve: Any, answer: Any) -> None:
        with serve(lambda _: answer(status=500, json={"errors": [{"message": "oops"}]})) as server:
            client = GraphQLClient(server.url, options=PERSISTED)
            with pytest.raises(GraphQLResponseError, match="oops"):
                client.query(QUERY)


class TestBatches:
    @pytest.mark.parametrize("status", [200, 400])
    def test_refused_as_a_whole_keep_the_message(self, serve: Any, answer: Any, status: int) -> None:
        with (
            serve(
                lambda _: answer(status=status, json={"errors": [{"message": "Batching is off"}]})
            ) as server,
            pytest.raises(GraphQLResponseError, match="Batching is off") as failure,
        ):
            GraphQLClient(server.url).batch([Call(document=QUERY)])
        assert failure.value.status == status

    @pytest.mark.parametrize("body", [b"<html>", b"7", b'{"data": {}}', b"[7]"])
    def test_that_are_no_batch_are_a_decode_error(self, serve: Any, answer: Any, body: bytes) -> None:
        with serve(lambda _: answer(body=body)) as server, pytest.raises(DecodeError):
            GraphQLClient(server.url).batch([Call(document=QUERY)])

    def test_have_headers(self, serve: Any, answer: Any) -> None:
        with serve(lambda request: answer(json=[{"data": {"role": request.headers["X-Role"]}}])) as server:
            (result,) = GraphQLClient(server.url).batch([Call(document=QUERY)], headers={"X-Role": "admin"})
        assert result.data == {"role": "admin"}


@pytest.mark.parametrize("method", ["query", "mutate", "execute"])
def test_a_call_has_headers(serve: Any, answer: Any, method: str) -> None:
    document = "mutation M { role }" if method == "mutate" else "query Q { role }"
    with serve(lambda request: answer(json={"data": {"role": request.headers["X-Role"]}})) as server:
        client = GraphQLClient(server.url, headers={"X-Role": "guest"})
        found = getattr(client, method)(document, headers={"X-Role": "admin"})
    assert (found.data if method == "execute" else found) == {"role": "admin"}


@pytest.mark.parametrize("method", ["query", "mutate", "execute"])
def test_subscriptions_are_refused_with_a_true_sentence(method: str) -> None:
    with pytest.raises(DocumentError, match="subscriptions aren't supported"):
        getattr(GraphQLClient("http://a.test"), method)("subscription S { a }")


def test_subscriptions_in_a_batch_are_refused() -> None:
    with pytest.raises(DocumentError, match="subscriptions aren't supported"):
        GraphQLClient("http://a.test").batch([Call(document="subscription S { a }")])


def test_an_operation_may_be_called_anonymous(serve: Any, answer: Any) -> None:
    with serve(lambda request: answer(json={"data": json.loads(request.body)["operationName"]})) as server:
        two = "query anonymous { a } query other { b }"
        assert GraphQLClient(server.url).query(two, operation="anonymous") == "anonymous"


@pytest.mark.parametrize("body", [b'\xef\xbb\xbf{"data": {"me": 1}}', '{"data": {"me": 1}}'.encode("utf-16")])
def test_an_answer_is_read_whatever_its_encoding(serve: Any, answer: Any, body: bytes) -> None:
    with serve(lambda _: answer(body=body)) as server:
        assert GraphQLClient(server.url).query(QUERY) == {"me": 1}


@pytest.mark.parametrize("ttl", [0, 300])
def test_integers_are_of_any_size(serve: Any, answer: Any, ttl: float) -> None:
    def respond(request: Any) -> Any:
        return answer(json={"data": json.loads(request.body)["variables"]})

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
def test_what_is_no_json_is_an_error_of_the_tree(serve: Any, answer: Any, body: bytes) -> None:
    with serve(lambda _: answer(body=body)) as server, pytest.raises(ClientError):
        GraphQLClient(server.url).query(QUERY)


def test_no_token_of_a_call_is_in_its_error(serve: Any, answer: Any) -> None:
    refusal = {"message": "bad t0p-s3cret"}
    with serve(lambda _: answer(status=500, json=refusal)) as server, pytest.raises(ClientError) as failure:
        GraphQLClient(server.url, tokens=StaticToken("t0p-s3cret")).query(QUERY)
    assert "t0p-s3cret" not in str(failure.value)


@pytest.mark.parametrize("document", [None, 7, b"{ a }", "", "query {", "{ a " * 3000])
def test_a_document_that_is_none_is_refused(document: Any) -> None:
    with pytest.raises(DocumentError):
        GraphQLClient("http://a.test").query(document)


@pytest.mark.parametrize("variables", [7, "a=1", [("a", 1)]])
def test_variables_that_are_no_mapping_are_refused(variables: Any) -> None:
    with pytest.raises(DocumentError, match="variables must be"):
        GraphQLClient("http://a.test").query("query Q($a: Int) { a(a: $a) }", variables)
