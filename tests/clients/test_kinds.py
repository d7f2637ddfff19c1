"""Arguments and settings of another kind are refused when they are given, before anything is sent."""

from __future__ import annotations

import inspect
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
import redis
from pactape_clients import ClientCredentials, GraphQLClient, RestClient, TTLCache
from pactape_clients.auth import CallableTokens, RefreshToken, Token, TokenAuth
from pactape_clients.cache import RedisCache
from pactape_clients.errors import NotFoundError, UsageError
from pactape_clients.graphql import GraphQLOptions
from pactape_clients.rest import (
    ByCursor,
    ByLink,
    ByNextUrl,
    ByNumber,
    Caching,
    RetryPolicy,
    TransportSettings,
    Upload,
)

if TYPE_CHECKING:
    from collections.abc import Callable

A: Any = 5  # of another kind than any argument below
URL = "http://api.test"

QUERY = "query Q($id: ID) { user(id: $id) { id } }"
MISTAKES: list[Callable[[], object]] = [
    lambda: TransportSettings(hooks=A),
    lambda: TransportSettings(hooks=(A,)),
    lambda: TransportSettings(cache_hooks=A),
    lambda: TransportSettings(trust_env=A),
    lambda: TransportSettings(retries=A),
    lambda: RetryPolicy(statuses=A),
    lambda: RetryPolicy(statuses={"503"}),  # type: ignore[arg-type]  # the mistake
    lambda: RetryPolicy(methods=A),
    lambda: RetryPolicy(methods="GET"),  # type: ignore[arg-type]  # the mistake
    lambda: RetryPolicy(methods={A}),  # type: ignore[arg-type]  # the mistake
    lambda: Caching(ttl=1, tags=A),
    lambda: Caching(ttl=1, tags=(A,)),
    lambda: ByLink(relation=A),
    lambda: ByCursor(parameter=A, following=len),
    lambda: ByCursor(parameter="p", following=A),
    lambda: ByNextUrl(following=A),
    lambda: ByNumber(parameter=A, is_last=bool),
    lambda: ByNumber(parameter="p", is_last=A),
    lambda: GraphQLOptions(schema=A),
    lambda: GraphQLOptions(persisted_queries=A),
    lambda: GraphQLOptions(renew_on=A),
    lambda: GraphQLClient(URL, options=A),
    lambda: GraphQLClient(URL, error_handler=A),
    lambda: RestClient(URL, settings=A),
    lambda: RestClient(URL, headers=A),
    lambda: RestClient(URL, cache=A),
    lambda: RestClient(URL, parameters=A),
    lambda: RestClient(URL, dec_hook=A),
    lambda: RestClient(URL, enc_hook=A),
    lambda: RestClient("http://a b"),
    lambda: RestClient("http://a\n.test"),
    lambda: Upload(content=b"", name=A),
    lambda: Upload(content=b"", name="a", content_type=A),
    lambda: CallableTokens(A),
    lambda: ClientCredentials(URL, client_id="a", client_secret="b", timeouts=("a", "b")),  # type: ignore[arg-type]  # the mistake
    lambda: ClientCredentials(URL, client_id="a", client_secret="b", session=A),
    lambda: ClientCredentials(URL, client_id="a", client_secret="b", timer=A),
    lambda: RefreshToken(URL, client_id="a", store=A),
    lambda: RefreshToken(URL, client_id="a", refresh_token=A),
    lambda: RefreshToken(URL, client_id="a", refresh_token="r", on_rotation=A),
    lambda: Token(value="a", refresh_token=A),
    lambda: TokenAuth(A),
    lambda: TTLCache(timer=A),
    lambda: RedisCache(redis.Redis(), prefix=A),
    lambda: RedisCache(redis.Redis(), timer=A),
    lambda: GraphQLClient(URL).query(QUERY, ttl="5"),  # type: ignore[call-overload]  # the mistake
    lambda: GraphQLClient(URL).query(QUERY, headers=A),
    lambda: GraphQLClient(URL).query(QUERY, headers="x"),  # type: ignore[call-overload]  # the mistake
    lambda: GraphQLClient(URL).query(QUERY, tags=A),
    lambda: GraphQLClient(URL).query(QUERY, tags="x"),  # type: ignore[call-overload]  # the mistake
    lambda: GraphQLClient(URL).query(QUERY, operation=A),
    lambda: GraphQLClient(URL).mutate("mutation { a }", invalidates=A),
    lambda: GraphQLClient(URL).batch(A),
    lambda: GraphQLClient(URL).batch([QUERY]),  # type: ignore[list-item]  # the mistake
    lambda: RestClient(URL).get(A),
    lambda: RestClient(URL).get("/{id}", path=A),
    lambda: RestClient(URL).get("/{id}", path=[("id", 1)]),  # type: ignore[call-overload]  # the mistake
    lambda: RestClient(URL).get("/x", caching=A),
    lambda: RestClient(URL).post("/x", files=A),
    lambda: RestClient(URL).post("/x", files=[("a", b"x")]),  # type: ignore[call-overload]  # the mistake
    lambda: RestClient(URL).post("/x", invalidates=A),
    lambda: RestClient(URL).get("/x", query={"a": Decimal("NaN")}),
    lambda: RestClient(URL).get("/x", query={"a": Decimal("-Infinity")}),
    lambda: RestClient(URL).get("/x", query={"a": memoryview(b"a")}),
    lambda: RestClient(URL).get("/{a}", path={"a": Decimal("sNaN")}),
    lambda: RestClient(URL).get("/x", query={"a": len}),
    lambda: RestClient(URL).get("/{a}", path={"a": int}),
    lambda: RestClient(URL).get("/x", query={"a": RestClient(URL)}),
    lambda: RestClient(URL).get("/x", headers={"content-length": "5"}),
    lambda: RestClient(URL, headers={"Transfer-Encoding": "chunked"}),
]


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda each: inspect.getsource(each).strip()[8:60])
def test_a_mistake_is_refused(mistake: Callable[[], object]) -> None:
    with pytest.raises(UsageError):
        mistake()


def test_several_ways_to_give_several_values_are_one() -> None:
    policy = RetryPolicy(methods=["get"], statuses=[503])  # type: ignore[arg-type]  # what a settings file gives
    assert (policy.methods, policy.statuses) == (frozenset({"GET"}), frozenset({503}))
    assert TransportSettings(hooks=[print]).hooks == (print,)  # type: ignore[arg-type]  # as above
    assert ClientCredentials(URL, client_id="a", client_secret="b", timeouts=5).principal  # type: ignore[arg-type]  # as above


def test_a_cached_404_knows_its_operation_and_values(serve: Any, response: Any) -> None:
    caching = Caching(ttl=60, missing_for=60, key="u:{id}")
    with serve(lambda _: response(status=404)) as server:
        client = RestClient(server.url)
        route = client.cached_route("/u/{id}", returns=dict, caching=caching)
        for call in (lambda: client.get("/u/{id}", path={"id": "7"}, caching=caching), lambda: route.of("7")):
            for _ in range(2):
                with pytest.raises(NotFoundError) as failure:
                    call()
                assert failure.value.values == {"id": "7"}
                assert failure.value.operation is not None
                assert failure.value.operation.name == "GET /u/{id}"
        assert len(server.received) == 1
