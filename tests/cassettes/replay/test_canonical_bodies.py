"""GraphQL requests are matched by what they mean, in each of their forms; other bodies by their value."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
import requests
from pactape.cassettes import RecordMode, TestOutcome, use_cassette
from pactape.cassettes.replay.request_keys.canonical_body import canonical_body, canonical_query
from pactape.cassettes.replay.request_keys.match_rules import HostRules
from pactape.errors import NoMatchError

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider

JSON = "application/json"
QUERY = "query Q($id: ID!) { user(id: $id, first: 2) { id posts { title } } }"
SAME = [
    "query Q($id:ID!){user(id:$id,first:2){id,posts{title}}}",
    "query Q($id: ID!) {\n  # who\n  user(first: 2, id: $id) { posts { title } id }\n}",
]
OTHER = [
    QUERY.replace("title", "body"),
    QUERY.replace("first: 2", "first: 3"),
    QUERY.replace("user(", "me: user("),
    QUERY.replace("query Q", "query R"),
    QUERY.replace("id posts", "posts"),
]


def body(query: str, **more: Any) -> bytes:
    return json.dumps({"query": query, **more}).encode()


def post(query: str, **more: Any) -> Any:
    return canonical_body(body(query, **more), JSON)


def get(query: str, **more: str) -> Any:
    return canonical_query(urlencode({"query": query, **more}))


def batch(query: str) -> Any:
    return canonical_body(json.dumps([{"query": "{ a }"}, {"query": query}]).encode(), JSON)


@pytest.mark.parametrize("form", [post, get, batch])
@pytest.mark.parametrize("same", SAME)
def test_another_spelling_of_the_same_operation_means_the_same(form: Any, same: str) -> None:
    assert form(same) == form(QUERY)


@pytest.mark.parametrize("form", [post, get, batch])
@pytest.mark.parametrize("other", OTHER)
def test_another_operation_means_something_else(form: Any, other: str) -> None:
    assert form(other) != form(QUERY)


def test_other_variables_mean_something_else() -> None:
    assert post(QUERY, variables={"id": 1}) != post(QUERY, variables={"id": 2})
    assert get(QUERY, variables='{"id": 1}') != get(QUERY, variables='{"id": 2}')


def test_the_layout_of_variables_in_a_url_says_nothing() -> None:
    assert get(QUERY, variables='{"a": 1, "b": 2}') == get(QUERY, variables='{"b":2,"a":1}')


def test_absent_null_and_empty_variables_mean_the_same() -> None:
    assert post(QUERY) == post(QUERY, variables=None) == post(QUERY, variables={}, operationName=None)


def test_the_order_of_a_batch_means_something() -> None:
    one, other = {"query": "{ a }"}, {"query": "{ b }"}
    assert canonical_body(json.dumps([one, other]).encode(), JSON) != canonical_body(
        json.dumps([other, one]).encode(), JSON
    )


def test_the_order_of_mutations_means_something() -> None:
    assert post("mutation { a b }") != post("mutation { b a }")


def test_persisted_queries_are_distinguished_by_their_hash() -> None:
    def persisted(digest: str, **more: Any) -> Any:
        extensions = {"persistedQuery": {"version": 1, "sha256Hash": digest}}
        return canonical_body(json.dumps({"extensions": extensions, **more}).encode(), JSON)

    assert persisted("aa") == persisted("aa", variables=None)
    assert persisted("aa") != persisted("bb")


def test_a_document_that_is_not_graphql_is_compared_as_text() -> None:
    assert post("search terms") != post("search  terms")


def test_json_is_compared_by_value_and_other_bodies_by_their_bytes() -> None:
    assert canonical_body(b'{"a": 1, "b": 2}', JSON) == canonical_body(b'{"b":2,"a":1.0}', JSON)
    assert canonical_body(b"a b", "text/plain") != canonical_body(b"a  b", "text/plain")


def test_a_replayed_operation_is_answered_in_any_spelling_but_other_operations_are_not(
    tmp_path: Path, provider: Provider
) -> None:
    url, cassette = f"{provider.url}/graphql", tmp_path / "cassette.yaml"
    with use_cassette(cassette, mode=RecordMode.ALL):
        requests.post(url, json={"query": "{ me { id } }"}, timeout=5)
        requests.post(url, json={"query": "{ books { id } }"}, timeout=5)
    with use_cassette(cassette) as used:
        answer = requests.post(url, json={"query": "query{books{id}}"}, timeout=5).json()
        with pytest.raises(NoMatchError, match=r"the body differs"):
            requests.post(url, json={"query": "{ shops { id } }"}, timeout=5)
        used.outcome = TestOutcome.FAILED
    assert "books" in answer["sent"]


@pytest.mark.parametrize("kind", ["application/x-ndjson", "application/jsonl; charset=utf-8"])
def test_lines_of_json_are_compared_by_value_without_what_is_ignored(kind: str) -> None:
    rules = HostRules(ignore=("$.ts",))
    one = canonical_body(b'{"ts": 1, "a": 1}\n{"a": 2, "ts": 2}\n', kind, rules)
    other = canonical_body(b'{"a":1,"ts":3}\r\n{"a":2,"ts":4}', kind, rules)
    different = canonical_body(b'{"a":1,"ts":3}\n{"a":3,"ts":4}', kind, rules)
    assert (one == other, one == different) == (True, False)
