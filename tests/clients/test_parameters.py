"""Values in URLs and headers, and settings: what has no form is refused before anything is sent."""

from __future__ import annotations

import enum
import uuid
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from pactape_clients import GraphQLClient, RestClient, TTLCache
from pactape_clients.auth import RefreshWindows, Token
from pactape_clients.cache import RedisCache
from pactape_clients.encoding.parameters import encode_query, query_pairs
from pactape_clients.errors import UsageError
from pactape_clients.graphql import GraphQLOptions
from pactape_clients.rest import ByCursor, ByNumber, Caching, ParameterStyle, RetryPolicy, TransportSettings

if TYPE_CHECKING:
    from collections.abc import Callable


class Color(enum.Enum):
    RED = "red"


VALUES = [
    (True, "true"),
    (False, "false"),
    (7, "7"),
    (1.5, "1.5"),
    (Decimal("1.10"), "1.10"),
    ("a b", "a b"),
    (Color.RED, "red"),
    (date(2026, 1, 31), "2026-01-31"),
    (datetime(2026, 1, 31, 12, tzinfo=UTC), "2026-01-31T12:00:00Z"),
    (time(12, 30), "12:30:00"),
    (timedelta(hours=1), "PT3600S"),
    (uuid.UUID(int=1), "00000000-0000-0000-0000-000000000001"),
]


@pytest.mark.parametrize(("value", "text"), VALUES, ids=[text for _, text in VALUES])
def test_a_value_is_written_as_apis_read_it(value: object, text: str) -> None:
    assert query_pairs({"v": value}) == (("v", text),)


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (ParameterStyle(), "id=1&id=2&on=true"),
        (ParameterStyle(lists="comma", booleans="digit"), "id=1,2&on=1"),
        (ParameterStyle(lists="brackets", booleans="title"), "id%5B%5D=1&id%5B%5D=2&on=True"),
    ],
    ids=["default", "comma", "brackets"],
)
@pytest.mark.parametrize("ids", [[1, 2], (1, 2), {1: None, 2: None}.keys(), range(1, 3)], ids=str)
def test_lists_and_booleans_have_named_styles(style: ParameterStyle, text: str, ids: Any) -> None:
    assert encode_query(query_pairs({"id": ids, "on": True}, style)) == text


def test_a_style_holds_for_a_whole_client(serve: Any, response: Any) -> None:
    with serve(lambda request: response(json=request.path)) as server:
        client = RestClient(server.url, parameters=ParameterStyle(booleans="digit", lists="comma"))
        assert client.get("/{on}", path={"on": True}, query={"id": [1, 2]}) == "/1?id=1,2"


@pytest.mark.parametrize("query", [{"a": None}, {"a": []}, {}, None, [("a", None)]], ids=str)
def test_none_and_nothing_leave_a_parameter_out(query: Any) -> None:
    assert query_pairs(query) == ()


def test_a_query_may_be_pairs() -> None:
    assert query_pairs([("a", 1), ("b", True), ("a", 2)]) == (("a", "1"), ("b", "true"), ("a", "2"))


@given(st.dictionaries(st.text(min_size=1), st.lists(st.text()), max_size=3))
def test_a_query_is_read_back_unchanged(query: dict[str, list[str]]) -> None:
    try:
        pairs = query_pairs(query)
    except UsageError:  # lone surrogates
        return
    assert tuple(parse_qsl(encode_query(pairs), keep_blank_values=True)) == pairs


ONE_SHOT: dict[str, Callable[[], Any]] = {
    "generator": lambda: (number for number in (1, 2)),
    "map": lambda: map(int, "12"),
    "filter": lambda: filter(None, [1, 2]),
    "iterator": lambda: iter([1, 2]),
}


@pytest.mark.parametrize("kind", ONE_SHOT)
def test_a_value_that_is_read_once_is_in_every_attempt(serve: Any, response: Any, kind: str) -> None:
    attempts: list[int] = []

    def respond(request: Any) -> Any:
        attempts.append(1)
        return response(status=503) if len(attempts) == 1 else response(json=request.path)

    with serve(respond) as server:
        assert RestClient(server.url).get("/", query={"id": ONE_SHOT[kind]()}) == "/?id=1&id=2"


@pytest.mark.parametrize("kind", ONE_SHOT)
def test_a_value_that_is_read_once_is_on_every_page(serve: Any, response: Any, kind: str) -> None:
    by = ByCursor(parameter="c", following=lambda page: None if "c=b" in page else "b")
    with serve(lambda request: response(json=request.path)) as server:
        pages = list(RestClient(server.url).paginate("/", by=by, query={"id": ONE_SHOT[kind]()}))
    assert pages == ["/?id=1&id=2", "/?id=1&id=2&c=b"]


NO_FORM = [None, b"bytes", {"a": 1}, [1], float("nan"), float("inf"), "", ".", "..", "\ud800", Color]


@pytest.mark.parametrize("value", NO_FORM, ids=repr)
def test_a_path_value_without_a_form_is_refused(value: Any) -> None:
    with pytest.raises(UsageError):
        RestClient("http://127.0.0.1:1").delete("/users/{id}", path={"id": value})


@pytest.mark.parametrize("value", [b"bytes", {"a": 1}, [[1]], [b"a"], float("nan"), "\ud800"], ids=repr)
def test_a_query_value_without_a_form_is_refused(value: Any) -> None:
    with pytest.raises(UsageError):
        RestClient("http://127.0.0.1:1").get("/users", query={"id": value})


@pytest.mark.parametrize("query", ["a=1", 7, [1], [("a", 1, 2)], {1: 2}], ids=repr)
def test_a_query_that_is_not_a_mapping_or_pairs_is_refused(query: Any) -> None:
    with pytest.raises((UsageError, TypeError)):
        RestClient("http://127.0.0.1:1").get("/users", query=query)


@pytest.mark.parametrize(
    "template", ["users", "users/{id}", "http://other.test/x", "/users?page=2", "/users#top", ""]
)
def test_a_route_that_is_not_a_path_is_refused(template: str) -> None:
    with pytest.raises(UsageError, match="the route"):
        RestClient("http://127.0.0.1:1").get(template)


@pytest.mark.parametrize(
    "url", ["http://a.test?k=1", "http://a.test/v1?k=1", "http://a.test/#x", "a.test", "", None, 7]
)
def test_a_base_url_that_no_route_can_follow_is_refused(url: Any) -> None:
    with pytest.raises(UsageError):
        RestClient(url)


def test_a_graphql_endpoint_may_have_a_query(serve: Any, response: Any) -> None:
    with serve(lambda request: response(json={"data": {"path": request.path}})) as server:
        assert GraphQLClient(f"{server.url}/graphql?tenant=a").query("{ path }") == {
            "path": "/graphql?tenant=a"
        }
        by_get = GraphQLClient(f"{server.url}/graphql?tenant=a", options=GraphQLOptions(queries_by="GET"))
        assert by_get.query("{ path }")["path"].startswith("/graphql?tenant=a&query=")


HEADERS = [
    {"X-Name": "Łódź"},
    {"X-Name": "a\r\nB: c"},
    {"X-Name": "a\nb"},
    {"X-Name": " a"},
    {"X-Name": "a "},
    {"X-Name": None},
    {"X-Name": 7},
    {"X-Name": "\x00"},
    {"X Name": "a"},
    {"X-Name:": "a"},
    {"": "a"},
    {7: "a"},
]


@pytest.mark.parametrize("headers", HEADERS, ids=str)
def test_a_header_that_http_cannot_carry_is_refused(headers: Any) -> None:
    for call in (
        lambda: RestClient("http://127.0.0.1:1").get("/", headers=headers),
        lambda: RestClient("http://127.0.0.1:1", headers=headers),
        lambda: GraphQLClient("http://127.0.0.1:1").query("{ n }", headers=headers),
    ):
        with pytest.raises(UsageError, match="header"):
            call()


def test_a_session_header_that_http_cannot_carry_is_refused() -> None:
    session = requests.Session()
    session.headers["X-Name"] = "a\r\nb"
    with pytest.raises(UsageError):
        RestClient("http://127.0.0.1:1", session=session).get("/")


@pytest.mark.parametrize("key", ["a\nb", "Łódź"])
def test_an_idempotency_key_that_http_cannot_carry_is_refused(key: str) -> None:
    with pytest.raises(UsageError, match="Idempotency-Key"):
        RestClient("http://127.0.0.1:1").post("/", idempotency_key=key)


@pytest.mark.parametrize("value", ["", "a", "a b", "ü", "a\tb", "x" * 5000])
def test_a_header_that_http_can_carry_is_sent(serve: Any, response: Any, value: str) -> None:
    with serve(lambda request: response(json=request.headers["X-Name"])) as server:
        assert RestClient(server.url).get("/", headers={"X-Name": value}) == value


SETTINGS: dict[str, Callable[[], object]] = {
    "time-outs": lambda: TransportSettings(timeouts="5"),  # type: ignore[arg-type]  # invalid on purpose
    "three time-outs": lambda: TransportSettings(timeouts=(1, 2, 3)),  # type: ignore[arg-type]  # invalid on purpose
    "negative time-out": lambda: TransportSettings(timeouts=-1),
    "deadline 0": lambda: TransportSettings(deadline=0),
    "deadline text": lambda: TransportSettings(deadline="60"),  # type: ignore[arg-type]  # invalid on purpose
    "deadline NaN": lambda: TransportSettings(deadline=float("nan")),
    "pool size 0": lambda: TransportSettings(pool_size=0),
    "body size": lambda: TransportSettings(max_body_bytes=-1),
    "redirects": lambda: TransportSettings(max_redirects=-1),
    "retries": lambda: TransportSettings(retries=3),  # type: ignore[arg-type]  # invalid on purpose
    "attempts": lambda: RetryPolicy(attempts=0),
    "half an attempt": lambda: RetryPolicy(attempts=1.5),  # type: ignore[arg-type]  # invalid on purpose
    "wait": lambda: RetryPolicy(wait_initial=-1),
    "methods": lambda: RetryPolicy(methods="GET"),  # type: ignore[arg-type]  # invalid on purpose
    "ttl text": lambda: Caching(ttl="300"),  # type: ignore[arg-type]  # invalid on purpose
    "ttl negative": lambda: Caching(ttl=-1),
    "ttl NaN": lambda: Caching(ttl=float("nan")),
    "ttl true": lambda: Caching(ttl=True),
    "key": lambda: Caching(ttl=1, key=""),
    "tags": lambda: Caching(ttl=1, tags="users"),  # type: ignore[arg-type]  # invalid on purpose
    "stale": lambda: Caching(ttl=1, stale_if_error=-1),
    "maxsize": lambda: TTLCache(maxsize=-1),
    "maxsize text": lambda: TTLCache(maxsize="10"),  # type: ignore[arg-type]  # invalid on purpose
    "redis": lambda: RedisCache("redis://localhost"),  # type: ignore[arg-type]  # invalid on purpose
    "windows": lambda: RefreshWindows(advisory=-1),
    "token lifetime": lambda: Token(value="a", expires_in="60"),  # type: ignore[arg-type]  # invalid on purpose
    "paging": lambda: ByNumber(parameter="p", is_last=bool, most=0),
    "style": lambda: ParameterStyle(lists="pipes"),  # type: ignore[arg-type]  # invalid on purpose
    "GraphQL method": lambda: GraphQLOptions(queries_by="PUT"),  # type: ignore[arg-type]  # invalid on purpose
    "GraphQL errors": lambda: GraphQLOptions(errors="ignore"),  # type: ignore[arg-type]  # invalid on purpose
    "GraphQL codes": lambda: GraphQLOptions(renew_on="CODE"),  # type: ignore[arg-type]  # invalid on purpose
    "session": lambda: RestClient("http://a.test", session="s"),  # type: ignore[arg-type]  # invalid on purpose
    "tokens": lambda: RestClient("http://a.test", tokens="t"),  # type: ignore[arg-type]  # invalid on purpose
    "keys": lambda: TTLCache().invalidate(keys="user:1"),
    "pattern": lambda: TTLCache().invalidate(pattern="("),
    "ttl of a query": lambda: GraphQLClient("http://a.test").query("{ n }", ttl=-1),
}


@pytest.mark.parametrize("name", SETTINGS)
def test_a_setting_out_of_range_is_refused_when_it_is_made(name: str) -> None:
    with pytest.raises(UsageError):
        SETTINGS[name]()


UNKNOWN: dict[str, Callable[[], object]] = {
    "client": lambda: RestClient("http://a.test", sesion=None),  # type: ignore[call-arg]  # invalid on purpose
    "GraphQL client": lambda: GraphQLClient("http://a.test", sesion=None),  # type: ignore[call-arg]  # invalid on purpose
    "read": lambda: RestClient("http://a.test").get("/", qurey={}),  # type: ignore[call-overload]  # invalid on purpose
    "write": lambda: RestClient("http://a.test").post("/", forgets=()),  # type: ignore[call-overload]  # invalid on purpose
    "query": lambda: GraphQLClient("http://a.test").query("{ n }", tll=1),  # type: ignore[call-overload]  # invalid on purpose
    "mutation": lambda: GraphQLClient("http://a.test").mutate("mutation M { m }", ttl=1),  # type: ignore[call-overload]  # invalid on purpose
    "settings": lambda: TransportSettings(timeout=1),  # type: ignore[call-arg]  # invalid on purpose
    "caching": lambda: Caching(ttl=1, tag=()),  # type: ignore[call-arg]  # invalid on purpose
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_an_unknown_option_is_refused(name: str) -> None:
    with pytest.raises(TypeError, match=r"nexpected keyword argument"):
        UNKNOWN[name]()


def test_one_time_out_stands_for_both() -> None:
    assert TransportSettings(timeouts=5).timeouts == (5, 5)


@pytest.mark.parametrize("ttl", [0, 0.5, 10**9, float("inf")])
def test_a_ttl_may_be_any_number_from_0(serve: Any, response: Any, ttl: float) -> None:
    with serve(lambda _: response(json=1)) as server:
        client = RestClient(server.url)
        for _ in range(2):
            assert client.get("/", caching=Caching(ttl=ttl)) == 1
        assert len(server.received) == (1 if ttl else 2)


def test_a_cache_of_size_0_keeps_nothing(serve: Any, response: Any, at_once: Any) -> None:
    with serve(lambda _: response(json=1)) as server:
        client = RestClient(server.url, cache=TTLCache(maxsize=0))
        assert at_once(lambda: client.get("/", caching=Caching(ttl=60)), 8) == [1] * 8
