from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
import responses
from pactape_clients import GraphQLClient, StaticToken
from pactape_clients.cache import TTLCache
from pactape_clients.call_context import allowed_time
from pactape_clients.errors import (
    ConnectionFailedError,
    DecodeError,
    DocumentError,
    GraphQLResponseError,
    ServerError,
)
from pactape_clients.graphql import Call, GraphQLOptions, Upload
from pactape_clients.rest import GENERATED, TransportSettings
from responses import matchers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape_clients.operations import Operation

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


@pytest.fixture
def client() -> GraphQLClient:
    return GraphQLClient(URL)


def body(server: Any, index: int = -1) -> Any:
    return json.loads(server.calls[index].request.body)


def test_a_query_is_sent_as_it_is_written(server: Any, client: GraphQLClient) -> None:
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
    (heard,) = announced
    assert (heard.name, heard.method, heard.path, heard.document, heard.result) == (
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
            ("query {", {}, "doesn't parse"),
            (GET_USER, {}, r"needs a value for \$id"),
            (GET_USER, {"id": 1, "di": 2}, r"declares no \$di"),
            ("query A { a } query B { b }", {}, "A, B"),
            ("fragment F on User { id }", {}, "0 operations"),
            (RENAME, {"id": 1}, r"execute it with mutate"),
        ],
    )
    def test_that_are_wrong_are_never_sent(
        self, client: GraphQLClient, document: str, variables: dict[str, int], complaint: str
    ) -> None:
        with pytest.raises(DocumentError, match=complaint):
            client.query(document, variables)

    def test_that_do_not_fit_the_schema_are_never_sent(self) -> None:
        client = GraphQLClient(URL, options=GraphQLOptions(schema=SDL))
        with pytest.raises(DocumentError, match="Cannot query field 'age'"):
            client.query("query Q { user(id: 1) { age } }")

    def test_a_query_is_no_mutation(self, client: GraphQLClient) -> None:
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
            def handle_network_error(self, error: Exception) -> None:  # type: ignore[override]
                pass

        with pytest.raises(ConnectionFailedError):
            GraphQLClient("http://127.0.0.1:1/", error_handler=Silent()).query(GET_USER, {"id": "1"})


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
        found = [client.query(GET_USER, {"id": "1"}, returns=returns) for returns in (GetUser, None, GetUser)]
        typed = GetUser(user=User("user-1", "Ada"))
        assert (found, len(server.calls)) == ([typed, ADA["data"], typed], 2)

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
        left: list[float | None] = []

        def unknown(_: Any) -> tuple[int, dict[str, str], str]:
            left.append(allowed_time())
            return 200, {}, json.dumps({"errors": [{"message": "PersistedQueryNotFound"}]})

        def known(_: Any) -> tuple[int, dict[str, str], str]:
            left.append(allowed_time())
            return 200, {}, json.dumps(ADA)

        for answer in (unknown, known):
            server.add_callback(responses.POST, URL, callback=answer, content_type="application/json")
        client = GraphQLClient(URL, options=GraphQLOptions(persisted_queries=True))
        client.query(GET_USER, {"id": "user-1"})
        first, second = left
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
        assert [(each.data, [error.message for error in each.errors]) for each in results] == [
            ({"a": 1}, []),
            ({"b": 2}, []),
            (None, ["no c"]),
        ]

    def test_a_batch_with_a_result_too_few_is_an_error(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json=[{"data": {"a": 1}}])
        with pytest.raises(DecodeError, match="2 operations were sent and 1 results came"):
            client.batch([Call(document="query A { a }"), Call(document="query B { b }")])

    def test_a_file_is_sent_by_multipart(self, server: Any, client: GraphQLClient) -> None:
        server.post(URL, json={"data": {"upload": True}})
        document = "mutation Up($files: [Upload!]!) { upload(files: $files) }"
        client.mutate(
            document, {"files": [Upload(content=b"hello", name="a.txt", content_type="text/plain")]}
        )
        sent = server.calls[0].request.body
        positions = [sent.index(part) for part in (b'name="operations"', b'name="map"', b'filename="a.txt"')]
        assert positions == sorted(positions)
        assert b'{"files":[null]}' in sent
        assert b'{"0":["variables.files.0"]}' in sent
        assert b"hello" in sent

    def test_64_threads_share_a_client(self, serve: Any, answer: Any, at_once: Any) -> None:
        with (
            serve(lambda _: answer(json=ADA)) as real,
            GraphQLClient(real.url, settings=TransportSettings(pool_size=64)) as client,
        ):
            assert at_once(lambda: client.query(GET_USER, {"id": "user-1"}, ttl=0), 64) == [ADA["data"]] * 64
