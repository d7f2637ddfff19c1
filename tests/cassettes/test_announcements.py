"""What clients announce reaches the recording of the request that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import requests
from pactape.cassettes import RecordMode, read_cassette, use_cassette
from pactape.cassettes.announcements import announced_for
from pactape.exchange import Call
from pactape.integrations.pactape_clients import listening
from pactape_clients.operations import Operation
from pactape_clients.operations import announce as announce_operation

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cassettes.conftest import Provider


class Post(msgspec.Struct):
    title: str


class User(msgspec.Struct, rename="camel"):
    id: str
    full_name: str | None
    posts: list[Post] = []


GET_USER = Operation(name="GET /users/{id}", method="GET", path="/users/{id}", result=User)


def calls_of(path: Path) -> list[Call | None]:
    return [exchange.call for exchange in read_cassette(path)]


def test_a_request_carries_the_operation_and_the_fields_that_its_model_reads(
    tmp_path: Path, provider: Provider
) -> None:
    with listening(), use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        announce_operation(GET_USER)
        requests.get(f"{provider.url}/users/7", timeout=5)
    expected = Call(
        operation="GET /users/{id}", path="/users/{id}", fields=("fullName|null", "id", "posts?[].title")
    )
    assert calls_of(tmp_path / "cassette.yaml") == [expected]


def test_an_announcement_ends_with_the_recording(tmp_path: Path) -> None:
    with listening(), use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        announce_operation(GET_USER)
    assert announced_for("GET", "http://a.test/users/7") is None


def test_a_token_request_in_between_carries_no_operation(tmp_path: Path, provider: Provider) -> None:
    with listening(), use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        announce_operation(GET_USER)
        requests.post(f"{provider.url}/oauth/token", data={"client_secret": "x"}, timeout=5)
        requests.get(f"{provider.url}/users/7", timeout=5)
    token, user = calls_of(tmp_path / "cassette.yaml")
    assert token is None
    assert user is not None


def test_a_request_that_was_not_announced_carries_no_operation(tmp_path: Path, provider: Provider) -> None:
    with listening(), use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        requests.get(f"{provider.url}/users/7", timeout=5)
    assert calls_of(tmp_path / "cassette.yaml") == [None]


def test_no_observer_is_left_after_the_context() -> None:
    from pactape_clients import operations  # noqa: PLC0415 -- its list of observers is replaced, not changed

    with listening():
        pass
    assert operations._observers == ()  # noqa: SLF001 -- the seam's cost in production


def test_a_graphql_call_s_fields_are_below_data(tmp_path: Path, provider: Provider) -> None:
    class Data(msgspec.Struct):
        user: User | None

    operation = Operation(
        name="GetUser", method="POST", path="/graphql", document="query GetUser { user { id } }", result=Data
    )
    with listening(), use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        announce_operation(operation)
        requests.post(f"{provider.url}/graphql", json={"query": operation.document}, timeout=5)
    (call,) = calls_of(tmp_path / "cassette.yaml")
    assert call is not None
    assert call.fields == (
        "data.user|null.fullName|null",
        "data.user|null.id",
        "data.user|null.posts?[].title",
    )


def test_a_graphql_call_without_a_model_reads_what_it_selects(tmp_path: Path, provider: Provider) -> None:
    document = """
    query GetUser { person: user { id ...Written } }
    fragment Written on User { posts { heading: title ... on Post { body } } }
    """
    operation = Operation(name="GetUser", method="POST", path="/graphql", document=document)
    with listening(), use_cassette(tmp_path / "cassette.yaml", mode=RecordMode.ALL):
        announce_operation(operation)
        requests.post(f"{provider.url}/graphql", json={"query": document}, timeout=5)
    (call,) = calls_of(tmp_path / "cassette.yaml")
    assert call is not None
    assert call.fields == ("data.person.id", "data.person.posts.body", "data.person.posts.heading")
