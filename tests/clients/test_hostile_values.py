"""Values that would leave the clients' error tree, become something else on the way, or be shown."""

from __future__ import annotations

from typing import Any

import pytest
from pactape_clients import GraphQLClient, RestClient
from pactape_clients.auth import CallableTokens, ClientCredentials, RefreshWindows, Token
from pactape_clients.errors import RateLimitedError, ServerError, TokenRefusedError, UsageError
from pactape_clients.graphql import GraphQLOptions
from pactape_clients.rest import (
    ByLink,
    Caching,
    ParameterStyle,
    RetryPolicy,
    TransportSettings,
    Upload,
)

CACHING = Caching(ttl=60)


@pytest.mark.parametrize(
    "options",
    [
        {"content": "\ud800"},
        {"form": {"\ud800": "1"}},
        {"query": {"\ud800": "1"}},
        {"query": {"a": object()}},
    ],
    ids=["content", "form", "query", "object"],
)
def test_text_that_nothing_can_encode_is_refused_before_anything_is_sent(options: Any) -> None:
    with pytest.raises(UsageError):
        RestClient("http://127.0.0.1:1").post("/users", **options)


def test_an_uploads_media_type_adds_no_header_to_its_part() -> None:
    with pytest.raises(UsageError, match="HTTP doesn't allow"):
        Upload(content=b"1", name="a", content_type="text/csv\r\nX-Role: admin")


def test_a_comma_in_a_value_of_a_comma_list_is_refused() -> None:
    client = RestClient("http://127.0.0.1:1", parameters=ParameterStyle(lists="comma"))
    with pytest.raises(UsageError, match="comma"):
        client.get("/users", query={"name": ["Ada", "Lovelace, Ada"]})


@pytest.mark.parametrize("template", ["/users/{user-id}", "/users/{id", "/users/id}", "/users/{}"])
def test_a_brace_outside_of_a_placeholder_is_refused(template: str) -> None:
    with pytest.raises(UsageError, match="brace"):
        RestClient("http://127.0.0.1:1").get(template)


@pytest.mark.parametrize("share", ["advisory_share", "mandatory_share"])
def test_a_share_above_the_whole_is_refused(share: str) -> None:
    with pytest.raises(UsageError, match="0 to 1"):
        RefreshWindows(**{share: 1.5})


def test_a_method_with_a_hyphen_is_sent(serve: Any) -> None:
    with serve(lambda _: None) as server, pytest.raises(ServerError, match="501"):
        RestClient(server.url).request("M-SEARCH", "/devices")


@pytest.mark.parametrize("requested", ["99999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_a_wait_of_years_is_not_made_without_a_deadline_either(
    serve: Any, response: Any, requested: str
) -> None:
    settings = TransportSettings(deadline=None, retries=RetryPolicy(attempts=2))
    with serve(lambda _: response(status=429, headers={"Retry-After": requested})) as server:
        with pytest.raises(RateLimitedError):
            RestClient(server.url, settings=settings).get("/users")
        assert len(server.received) == 1


@pytest.mark.parametrize("relation", ["rel='next'", "rel = 'prev next'", "rel='next'; title='a'"])
def test_a_link_in_single_quotes_leads_to_the_next_page(serve: Any, response: Any, relation: str) -> None:
    def reply(request: Any) -> Any:
        if "page=2" in request.path:
            return response(json=2)
        return response(json=1, headers={"Link": f"<?page=2>; {relation}"})

    with serve(reply) as server:
        assert list(RestClient(server.url).paginate("/users", by=ByLink())) == [1, 2]


def test_text_that_looks_like_json_is_cached_as_text(serve: Any, response: Any) -> None:
    with serve(lambda _: response(headers={"Content-Type": "text/plain"}, body=b'"a"')) as server:
        client = RestClient(server.url)
        assert client.get("/text", caching=CACHING) == "a"
        assert [client.get("/text", returns=str, caching=CACHING) for _ in range(2)] == ['"a"'] * 2


def _graphql_response(response: Any, errors: int) -> Any:
    refusal = {"message": "no", "extensions": {"code": "UNAUTHENTICATED"}}

    def reply(request: Any) -> Any:
        if request.headers["Authorization"] == "Bearer old":
            return response(json={"data": {"me": None, "team": None}, "errors": [refusal] * errors})
        return response(json={"data": {"me": 1, "team": 2}})

    return reply


def _tokens() -> CallableTokens:
    return CallableTokens(iter([Token(value="old"), Token(value="new")]).__next__)


def test_a_refused_token_is_renewed_also_where_each_field_is_null(serve: Any, response: Any) -> None:
    with serve(_graphql_response(response, errors=2)) as server:
        assert GraphQLClient(server.url, tokens=_tokens()).query("{ me team }") == {"me": 1, "team": 2}


def test_a_mutation_of_which_a_part_may_be_done_is_not_sent_again(serve: Any, response: Any) -> None:
    with serve(_graphql_response(response, errors=1)) as server:
        client = GraphQLClient(server.url, tokens=_tokens(), options=GraphQLOptions())
        assert client.execute("mutation { me team }").data == {"me": None, "team": None}
        assert len(server.received) == 1


def test_an_echo_of_the_basic_credentials_is_not_shown(serve: Any, response: Any) -> None:
    def reply(request: Any) -> Any:
        words = f"bad header {request.headers['Authorization']} of web-shop"
        return response(status=400, json={"error": "invalid_client", "error_description": words})

    with serve(reply) as server:
        tokens = ClientCredentials(server.url, client_id="web-shop", client_secret="s3cret-of-shop")
        with pytest.raises(TokenRefusedError, match=r"bad header \*\*\* of web-shop"):
            tokens.token()


@pytest.mark.parametrize("kind", [RestClient, GraphQLClient, CallableTokens])
def test_an_object_that_could_not_be_made_has_a_repr(kind: Any) -> None:
    assert "not made" in repr(kind.__new__(kind))
