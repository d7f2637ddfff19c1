"""The clients against pact-python's mock server, serving the interactions of the derived contract."""

from __future__ import annotations

import json
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pact import Pact
from pactape_clients import GraphQLClient, StaticToken, UserApiClient
from pactape_clients.errors import (
    ConflictError,
    GraphQLResponseError,
    NotFoundError,
    UnprocessableError,
)

from storefront.registration import RegistrationClient
from storefront.web import CREATE_POST, GET_USER, GetUser

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pact.interaction import HttpInteraction

PACT = Path(__file__).resolve().parents[3] / "contracts" / "pacts" / "storefront-web-storefront-users.json"
INTERACTIONS: dict[str, Any] = {
    interaction["description"]: interaction for interaction in json.loads(PACT.read_bytes())["interactions"]
}
ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
NOBODY = "00000000-0000-4000-8000-000000000000"
NEW_POST = {"input": {"title": "Third", "content": "On caching", "authorId": ADA}}


def deletes(client: UserApiClient) -> bool:
    client.delete_user(ADA)
    return True


@contextmanager
def serving(description: str) -> Iterator[str]:
    """The mock server with one interaction of the contract; it wants to be asked exactly that."""
    interaction = INTERACTIONS[description]
    pact = Pact("storefront-web", "storefront-users")
    expected = pact.upon_receiving(description)
    request = interaction["request"]
    expected.with_request(request["method"], request["path"])
    for name, values in request.get("query", {}).items():
        for value in values:
            expected.with_query_parameter(name, value)
    _fill(expected, request, part="Request")
    expected.will_respond_with(interaction["response"]["status"])
    _fill(expected, interaction["response"], part="Response")
    with pact.serve() as server:
        yield str(server.url)


def _fill(expected: HttpInteraction, message: dict[str, Any], *, part: Any) -> None:
    for name, values in message.get("headers", {}).items():
        for value in values:
            expected.with_header(name, value, part)
    if "body" in message:
        expected.with_body(json.dumps(message["body"]["content"]), message["body"]["contentType"], part)
    if "matchingRules" in message:
        expected.with_matching_rules(message["matchingRules"], part)


def rest_client(url: str) -> UserApiClient:
    return UserApiClient(url, tokens=StaticToken("any"))


def registration(url: str) -> RegistrationClient:
    return RegistrationClient(url, tokens=StaticToken("any"))


def graphql(url: str) -> GraphQLClient:
    return GraphQLClient(f"{url}/graphql", tokens=StaticToken("any"))


CALLS: dict[str, Callable[[str], Any]] = {
    "gets a user": lambda url: rest_client(url).get_user(ADA).id == ADA,
    "finds a user by e mail": lambda url: len(rest_client(url).find_users(email="ada@example.com")) == 1,
    "finds nobody with an unknown e mail": lambda url: (
        rest_client(url).find_users(email="nobody@example.com") == ()
    ),
    "creates a user": lambda url: (
        rest_client(url).create_user(email="grace@example.com", name="Grace Hopper").id
    ),
    "registers a user with a password": lambda url: (
        registration(url)
        .create_user(email="grace@example.com", password="password123", name="Grace Hopper")
        .id
    ),
    "renames a user": lambda url: rest_client(url).update_user(ADA, name="Ada King").name == "Ada King",
    "deletes a user": lambda url: deletes(rest_client(url)),
    "reads a user with posts": lambda url: (
        graphql(url).query(GET_USER, {"id": ADA}, returns=GetUser).user.posts
    ),
    "creates a post": lambda url: graphql(url).mutate(CREATE_POST, NEW_POST)["createPost"]["id"],
}
REFUSALS: dict[str, tuple[type[Exception], Callable[[str], Any]]] = {
    "learns that a user does not exist": (NotFoundError, lambda url: rest_client(url).get_user(NOBODY)),
    "cannot rename a user who does not exist": (
        NotFoundError,
        lambda url: rest_client(url).update_user(NOBODY, name="Nobody"),
    ),
    "is refused a user whose e mail is taken": (
        ConflictError,
        lambda url: rest_client(url).create_user(email="ADA@example.com", name="Another Ada"),
    ),
    "is refused the registration of a user who exists": (
        ConflictError,
        lambda url: registration(url).create_user(
            email="ada@example.com", password="password123", name="Ada Lovelace"
        ),
    ),
    "is refused a user without a valid e mail": (
        UnprocessableError,
        lambda url: rest_client(url).create_user(email="nonsense", name="Grace Hopper"),
    ),
    "learns that the user of a query does not exist": (
        GraphQLResponseError,
        lambda url: graphql(url).query(GET_USER, {"id": NOBODY}, returns=GetUser),
    ),
}


def test_every_interaction_of_the_contract_is_tried() -> None:
    assert CALLS.keys() | REFUSALS.keys() == INTERACTIONS.keys()


@pytest.mark.parametrize("description", CALLS)
def test_a_client_asks_what_the_contract_says_and_reads_what_it_promises(description: str) -> None:
    with serving(description) as url:
        assert CALLS[description](url)


@pytest.mark.parametrize("description", REFUSALS)
def test_a_client_turns_a_refusal_of_the_contract_into_its_error(description: str) -> None:
    error, call = REFUSALS[description]
    with serving(description) as url, pytest.raises(error):
        call(url)
