from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
import responses
from pactape_clients.auth import RefreshToken
from pactape_clients.errors import DecodeError, GraphQLResponseError, TokenRefusedError, UsageError
from pactape_clients.graphql import Call, GraphQLClient
from pactape_clients.rest import ByLink, ByNumber, RestClient
from pactape_clients.retries import retry_after

if TYPE_CHECKING:
    from collections.abc import Iterator

URL = "http://api.test/graphql"
QUERY = "query GetUser { user { __typename id name } }"
RENAME = "mutation Rename { rename { __typename id } }"
ADA = {"user": {"__typename": "User", "id": "1", "name": "Ada"}}
RENAMED = {"rename": {"__typename": "User", "id": "1"}}


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.mark.parametrize("body", [{}, {"message": "the gateway is busy"}, {"errors": []}])
def test_an_answer_without_data_and_errors_is_not_a_graphql_response(server: Any, body: Any) -> None:
    server.post(URL, json=body)
    with pytest.raises(DecodeError, match="is not a GraphQL response"):
        GraphQLClient(URL).query(QUERY)


@pytest.mark.parametrize("member", ["path", "locations", "extensions"])
def test_a_graphql_error_with_a_null_member_keeps_its_message(server: Any, member: str) -> None:
    server.post(URL, json={"data": None, "errors": [{"message": "no", member: None}]})
    with pytest.raises(GraphQLResponseError, match="no") as failure:
        GraphQLClient(URL).query(QUERY)
    assert failure.value.errors[0].message == "no"


def test_a_graphql_error_of_an_odd_shape_keeps_its_message_and_code(server: Any) -> None:
    odd = {"message": "no", "locations": [{"line": None}], "extensions": {"code": "E1"}}
    server.post(URL, json={"errors": [odd]})
    with pytest.raises(GraphQLResponseError, match="no") as failure:
        GraphQLClient(URL).query(QUERY)
    assert failure.value.codes == ("E1",)


@pytest.mark.parametrize("way", ["execute", "batch"])
def test_a_mutation_past_the_cache_forgets_what_it_returns(server: Any, way: str) -> None:
    for reply in (
        {"data": ADA},
        {"data": RENAMED} if way == "execute" else [{"data": RENAMED}],
        {"data": ADA},
    ):
        server.post(URL, json=reply)
    client = GraphQLClient(URL)
    client.query(QUERY)
    if way == "execute":
        client.execute(RENAME)
    else:
        client.batch([Call(document=RENAME)])
    client.query(QUERY)
    assert len(server.calls) == 3


class Replacing:
    """An error handler that gives callers an error of its own."""

    def handle_graphql_errors(self, error: GraphQLResponseError) -> Exception:
        return LookupError(str(error))

    def handle_network_error(self, error: Any) -> None:
        """Never called here."""


def test_a_mutation_whose_errors_are_handled_forgets_what_it_returns(server: Any) -> None:
    partial = {"data": RENAMED, "errors": [{"message": "half"}]}
    for reply in ({"data": ADA}, partial, {"data": ADA}):
        server.post(URL, json=reply)
    client = GraphQLClient(URL, error_handler=Replacing())
    client.query(QUERY)
    with pytest.raises(LookupError):
        client.mutate(RENAME)
    client.query(QUERY)
    assert len(server.calls) == 3


def test_links_are_followed_whatever_the_case_of_the_servers_name(server: Any) -> None:
    server.get("http://api.test/things", json=[1], headers={"Link": '</things?page=2>; rel="next"'})
    server.get("http://api.test/things?page=2", json=[2])
    pages = RestClient("http://API.test").paginate("/things", by=ByLink())
    assert [next(pages), next(pages)] == [[1], [2]]


def test_a_link_back_to_the_first_page_is_not_followed(server: Any) -> None:
    server.get("http://api.test/things", json=[1], headers={"Link": '</things>; rel="next"'})
    with pytest.raises(UsageError, match="already read"):
        list(RestClient("http://api.test").paginate("/things", by=ByLink()))
    assert len(server.calls) == 1


def test_numbered_pages_that_never_end_are_given_up(server: Any) -> None:
    server.get("http://api.test/things", json=[])
    by = ByNumber(parameter="page", is_last=lambda _: False, most=5)
    with pytest.raises(UsageError, match="is_last"):
        list(RestClient("http://api.test").paginate("/things", by=by))
    assert len(server.calls) == 5


@pytest.mark.parametrize("value", ["", "soon", "-5", "1.5.5", "Wed, 99 Nov 2026 00:00:00 GMT", "²"])
def test_an_unusable_retry_after_is_none(value: str) -> None:
    assert retry_after({"Retry-After": value}) is None


@responses.activate
def test_no_traceback_of_a_refused_refresh_shows_the_refresh_token() -> None:
    responses.post("http://id.test/token", status=400, json={"error": "invalid_grant", "access_token": "t0p"})
    source = RefreshToken("http://id.test/token", refresh_token="t0p", client_id="web", client_secret="t0p")
    with pytest.raises(TokenRefusedError) as failure:
        source.token()
    trace = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=True).format())
    assert "t0p" not in trace
