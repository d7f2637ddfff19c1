"""What a refusal says: the server's words, the operation and its values, and no secret."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import pytest
import responses
from pactape_clients import GraphQLClient, RestClient, StaticToken
from pactape_clients.auth import RefreshToken
from pactape_clients.errors import (
    ClientError,
    ForbiddenError,
    UnprocessableError,
)
from pactape_clients.graphql import Call
from pactape_clients.rest import Caching

if TYPE_CHECKING:
    from collections.abc import Callable

REFUSALS = [
    ({"message": "Validation Failed", "errors": [{"resource": "Issue", "field": "title", "code": "missing_field"}]},
     "Validation Failed; title: missing_field"),
    ({"error": {"message": "No such token", "type": "invalid_request", "code": 190}}, "No such token"),
    ({"detail": [{"loc": ["body", "email"], "msg": "field required"}]}, "body.email: field required"),
    ({"errors": {"email": ["is taken", "is short"]}}, "email: is taken, is short"),
    ({"error": "invalid", "error_description": "The name is empty"}, "The name is empty"),
    ({"ok": False, "error": "channel_not_found"}, "channel_not_found"),
    ({"title": "Bad", "detail": "The name is empty"}, "The name is empty"),
    (["one", "two"], "one; two"),
    ("plain", "plain"),
    ({"nothing": "known"}, ""),
    ({}, ""),
    (7, ""),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), REFUSALS, ids=[words for _, words in REFUSALS])
def test_a_refusal_is_understood_from_its_message(serve: Any, response: Any, body: Any, words: str) -> None:
    with (
        serve(lambda _: response(status=422, json=body)) as server,
        pytest.raises(UnprocessableError) as failure,
    ):
        RestClient(server.url).post("/x")
    assert str(failure.value) == f"POST /x: 422 {words}".strip()


@pytest.mark.parametrize("body", [b"<html>Sign in</html>", b"\xff\xfe", b"[" * 100_000, b"{"])
def test_a_refusal_without_words_keeps_its_body(serve: Any, response: Any, body: bytes) -> None:
    with (
        serve(lambda _: response(status=422, body=body)) as server,
        pytest.raises(UnprocessableError) as failure,
    ):
        RestClient(server.url).post("/x")
    assert failure.value.body == body[:65_536]
    assert "Sign in" not in repr(failure.value)


def test_a_refusal_knows_its_operation_and_values(serve: Any, response: Any) -> None:
    with serve(lambda _: response(status=422)) as server, pytest.raises(UnprocessableError) as failure:
        RestClient(server.url).put("/x/{id}", path={"id": "s3cret"})
    assert (failure.value.values, failure.value.sent) == ({"id": "s3cret"}, True)
    assert "s3cret" not in f"{failure.value!r} {failure.value}"


@pytest.mark.parametrize(
    ("options", "secret"),
    [
        ({"headers": {"X-Api-Key": "k3y-s3cret"}}, "k3y-s3cret"),
        ({"headers": {"Cookie": "sid=c00kie; a=b"}}, "c00kie"),
        ({"query": {"api_key": "k3y-s3cret"}}, "k3y-s3cret"),
    ],
    ids=["header", "cookie", "query"],
)
def test_no_message_shows_a_secret_that_the_server_repeats(
    serve: Any, response: Any, options: Any, secret: str
) -> None:
    with (
        serve(lambda _: response(status=422, json={"message": f"{secret} is wrong"})) as server,
        pytest.raises(UnprocessableError, match=r"\*\*\* is wrong") as failure,
    ):
        RestClient(server.url).post("/x", **options)
    assert secret not in "".join(traceback.format_exception(failure.value))


def test_no_message_shows_a_token_that_a_graphql_server_repeats(serve: Any, response: Any) -> None:
    errors = {"errors": [{"message": "t0p-s3cret is too old"}]}
    with (
        serve(lambda _: response(json=errors)) as server,
        pytest.raises(ClientError, match=r"\*\*\* is too old"),
    ):
        GraphQLClient(server.url, tokens=StaticToken("t0p-s3cret")).query("{ n }")


def test_a_cached_read_fails_as_an_uncached_one(serve: Any, response: Any) -> None:
    with serve(lambda _: response(body=b"<html>", headers={"Content-Type": "text/html"})) as server:
        client = RestClient(server.url)
        texts = []
        for caching in (None, Caching(ttl=60)):
            with pytest.raises(ClientError) as failure:
                client.get("/x", caching=caching)
            texts.append(str(failure.value))
    assert texts[0] == texts[1]


def test_a_refresh_token_is_not_shown_by_a_server_that_repeats_it() -> None:
    with responses.RequestsMock() as server:
        body = {"error": "invalid_grant", "error_description": "r3fresh is too old"}
        server.post("http://id.test/token", status=400, json=body)
        with pytest.raises(ClientError, match=r"\*\*\* is too old"):
            RefreshToken("http://id.test/token", refresh_token="r3fresh", client_id="web").token()


WORDS = [
    ("text/plain", b"the schema is being reloaded", "the schema is being reloaded"),
    ("text/plain; charset=latin-1", "la réponse".encode("latin-1"), "la réponse"),
    ("text/html", b"<html><head><title>502 Bad\n Gateway</title></head><p>nginx</p>", "502 Bad Gateway"),
    ("text/html", b"<h1 class='a'>Too &lt;large&gt;</h1>", "Too <large>"),
    (
        "application/xml",
        b"<Error><Code>NoSuchKey</Code><Message>no key</Message></Error>",
        "NoSuchKey no key",
    ),
    ("application/x-www-form-urlencoded", b"error=denied&error_description=not+yours", "not yours"),
    ("text/plain", b'{"message": "in JSON all the same"}', "in JSON all the same"),
    ("image/png", b"\x89PNG", ""),
    ("text/html", b"<p>nothing in short</p>", ""),
]


@pytest.mark.parametrize("call", ["get", "query", "batch"])
@pytest.mark.parametrize(("kind", "body", "words"), WORDS, ids=[kind for kind, _, _ in WORDS])
def test_a_refusal_that_is_not_json_keeps_its_words(
    serve: Any, response: Any, kind: str, body: bytes, words: str, call: str
) -> None:
    headers = {"Content-Type": kind}
    with serve(lambda _: response(status=403, body=body, headers=headers)) as server:
        client = GraphQLClient(server.url)
        calls: dict[str, Callable[[], Any]] = {
            "get": lambda: RestClient(server.url).get("/x"),
            "query": lambda: client.query("{ n }"),
            "batch": lambda: client.batch([Call(document="{ n }")]),
        }
        with pytest.raises(ForbiddenError) as failure:
            calls[call]()
    assert str(failure.value).partition(": 403")[2].strip() == words


def test_the_text_of_a_success_is_not_taken_for_a_reason(serve: Any, response: Any) -> None:
    with (
        serve(lambda _: response(body=b"s3cret data", headers={"Content-Type": "text/plain"})) as server,
        pytest.raises(ClientError) as failure,
    ):
        GraphQLClient(server.url).query("{ n }")
    assert "s3cret" not in str(failure.value)


def test_words_in_the_place_of_a_graphql_response_are_kept(serve: Any, response: Any) -> None:
    with (
        serve(lambda _: response(json={"message": "the gateway is busy"})) as server,
        pytest.raises(ClientError, match=r"is not a GraphQL response .*: the gateway is busy"),
    ):
        GraphQLClient(server.url).query("{ n }")
