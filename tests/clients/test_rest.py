"""REST clients: paths, results and errors."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st
from pactape_clients.auth import CallableTokens
from pactape_clients.errors import (
    ClientError,
    DecodeError,
    ServerError,
    UnprocessableError,
    UsageError,
)
from pactape_clients.rest import (
    Caching,
    RestClient,
)

from tests.clients.helpers.rest import BASE, ONCE, THING, Thing

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def client() -> RestClient:
    return RestClient(BASE, settings=ONCE)


@given(st.text(min_size=1).filter(lambda text: text not in {".", ".."}))
def test_no_path_value_leaves_its_segment(value: str) -> None:
    with responses.RequestsMock() as server:
        server.get(re.compile(rf"{BASE}/things/[^/?#]*\Z"), json={})
        try:
            RestClient(BASE, settings=ONCE).get("/things/{id}", path={"id": value})
        except UsageError:  # lone surrogates have no UTF-8
            server.reset()


@pytest.mark.parametrize("value", ["", ".", ".."])
def test_a_value_that_would_name_another_path_is_refused(client: RestClient, value: str) -> None:
    with pytest.raises(UsageError, match="change the path"):
        client.get("/things/{id}", path={"id": value})


@pytest.mark.parametrize("path", [{}, {"di": 1}, {"id": 1, "more": 2}])
def test_values_that_do_not_fit_the_template_are_refused(client: RestClient, path: dict[str, int]) -> None:
    with pytest.raises(UsageError, match="takes id"):
        client.get("/things/{id}", path=path)


@pytest.mark.parametrize("url", ["api.test", "ftp://api.test", "http://"])
def test_a_base_url_that_has_no_server_is_refused(url: str) -> None:
    with pytest.raises(UsageError, match="is not the URL of a server"):
        RestClient(url)


def test_an_untyped_result_is_plain(server: Any, client: RestClient) -> None:
    server.get(THING, json={"id": 1})
    assert client.get("/things/{id}", path={"id": 1}) == {"id": 1}


def test_an_untyped_cached_result_is_fresh_for_every_caller(server: Any, client: RestClient) -> None:
    server.get(THING, json={"id": 1, "names": ["a"]})
    caching = Caching(ttl=60)
    client.get("/things/{id}", path={"id": 1}, caching=caching)["names"].append("poison")
    assert client.get("/things/{id}", path={"id": 1}, caching=caching)["names"] == ["a"]


def test_a_decode_error_names_the_json_path(server: Any, client: RestClient) -> None:
    server.get(THING, json=[{"id": 1}, {"id": "one"}])
    with pytest.raises(DecodeError) as failure:
        client.get("/things/{id}", path={"id": 1}, returns=list[Thing])
    assert failure.value.path == "$[1].id"


def test_a_body_that_is_not_json_is_a_decode_error(server: Any, client: RestClient) -> None:
    server.get(THING, body="<html>")
    with pytest.raises(DecodeError):
        client.get("/things/{id}", path={"id": 1})


def test_an_empty_body_is_none(server: Any, client: RestClient) -> None:
    server.delete(THING, status=204)
    assert client.delete("/things/{id}", path={"id": 1}) is None


def test_an_error_knows_all_about_the_answer(server: Any, client: RestClient) -> None:
    body = b'{"type": "urn:bad", "title": "Bad", "detail": "name is empty", "status": 422, "field": "name"}'
    headers = {"X-Request-Id": "r-1"}
    server.post(
        f"{BASE}/things", status=422, body=body, headers=headers, content_type="application/problem+json"
    )
    with pytest.raises(UnprocessableError, match="name is empty") as failure:
        client.post("/things", json={})
    error = failure.value
    assert error.operation is not None
    assert error.problem is not None
    assert (error.operation.name, error.status, error.request_id, error.problem.extensions) == (
        "POST /things",
        422,
        "r-1",
        {"field": "name"},
    )


def test_a_body_that_only_claims_to_be_a_problem_is_none(server: Any, client: RestClient) -> None:
    server.get(THING, status=500, body="oops", content_type="application/problem+json")
    with pytest.raises(ServerError) as failure:
        client.get("/things/{id}", path={"id": 1})
    assert failure.value.problem is None


def test_callable_sources_that_name_no_principal_are_strangers_to_each_other() -> None:
    sources = CallableTokens(lambda: "a"), CallableTokens(lambda: "a")
    assert sources[0].principal != sources[1].principal


def test_every_error_is_one_of_the_tree() -> None:
    assert issubclass(UsageError, ClientError)
    assert issubclass(UsageError, ValueError)
