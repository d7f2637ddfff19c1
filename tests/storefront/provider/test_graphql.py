"""The users API over GraphQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from ariadne import graphql_sync
from graphql import get_introspection_query
from sqlalchemy.orm import Session

from storefront.users.graphql import executable_schema, shown
from storefront.users.repository import UserRepository

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    from storefront.users.service import UsersService

    Ask = Callable[..., requests.Response]

GET_USER = "query GetUser($id: ID!) { user(id: $id) { id name posts { title publishedAt } } }"
CREATE_POST = (
    "mutation CreatePost($input: CreatePostInput!)"
    " { createPost(input: $input) { title content author { id posts { title } } } }"
)


NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def token(users_service: UsersService) -> dict[str, str]:
    return users_service.authorization()


def execute(ask: Ask, query: str, variables: dict[str, Any]) -> Any:
    return ask("POST", "/graphql", json={"query": query, "variables": variables})


def test_a_user_is_read_with_posts_in_the_order_of_publishing(ask: Ask, user: dict[str, str]) -> None:
    titles = [
        f"Post {number}" for number in range(8)
    ]  # enough within a second that chance orders them wrongly
    for title in titles:
        execute(ask, CREATE_POST, {"input": {"title": title, "content": "…", "authorId": user["id"]}})
    posts = execute(ask, GET_USER, {"id": user["id"]}).json()["data"]["user"]["posts"]
    assert [post["title"] for post in posts] == titles


def test_a_created_post_belongs_to_its_author(ask: Ask, user: dict[str, str]) -> None:
    new = {"title": "First", "content": "Text", "authorId": user["id"]}
    post = execute(ask, CREATE_POST, {"input": new}).json()["data"]["createPost"]
    assert post == {
        "title": "First",
        "content": "Text",
        "author": {"id": user["id"], "posts": [{"title": "First"}]},
    }


@pytest.mark.parametrize("identifier", ["00000000-0000-4000-8000-000000000000", "nonsense"])
def test_an_unknown_user_is_an_error_with_its_code(ask: Ask, identifier: str) -> None:
    answer = execute(ask, GET_USER, {"id": identifier})
    code = answer.json()["errors"][0]["extensions"]["code"]
    assert (answer.status_code, answer.json()["data"], code) == (200, {"user": None}, "USER_NOT_FOUND")


def test_a_post_of_an_unknown_author_is_an_error_with_its_code(ask: Ask) -> None:
    answer = execute(ask, CREATE_POST, {"input": {"title": "t", "content": "c", "authorId": "nobody"}})
    assert answer.json()["errors"][0]["extensions"] == {"code": "USER_NOT_FOUND"}


@pytest.mark.parametrize(
    ("field", "value"),
    [("title", " "), ("title", "x" * 201), ("title", "nul\x00"), ("content", "nul\x00")],
)
def test_a_post_that_is_not_valid_is_an_error_with_its_code_and_the_field(
    ask: Ask, user: dict[str, str], field: str, value: str
) -> None:
    new = {"title": "t", "content": "c", "authorId": user["id"], field: value}
    extensions = execute(ask, CREATE_POST, {"input": new}).json()["errors"][0]["extensions"]
    assert (extensions["code"], [error["field"] for error in extensions["errors"]]) == (
        "BAD_USER_INPUT",
        [field],
    )


def test_a_post_that_is_not_valid_is_not_published(ask: Ask, user: dict[str, str]) -> None:
    execute(ask, CREATE_POST, {"input": {"title": "", "content": "c", "authorId": user["id"]}})
    assert execute(ask, GET_USER, {"id": user["id"]}).json()["data"]["user"]["posts"] == []


def test_a_failure_shows_no_internal_details() -> None:
    class Broken(Session):
        def get(self, *_arguments: object, **_options: object) -> NoReturn:
            raise RuntimeError("postgresql://user:password@db")

    context = UserRepository(Broken())
    _, answer = graphql_sync(
        executable_schema(),
        {"query": GET_USER, "variables": {"id": NOBODY}},
        context_value=context,
        error_formatter=shown,
    )
    assert [(error["message"], error["extensions"]) for error in answer["errors"]] == [
        ("the service failed", {"code": "INTERNAL"})
    ]


OWN, PLAIN = "application/graphql-response+json", "application/json"
UNFIT = [
    "{ user }",
    "{ nothing }",
    "{",
    "subscription { user }",
    '{ user(id: "\\ud800") { id } }',
    "{a" * 500 + "}" * 500,
]
NO_REQUESTS = [
    {},
    [],
    "query",
    {"query": ""},
    {"query": 5},
    {"query": "{ __typename }", "variables": []},
    {"query": "{ __typename }", "operationName": 5},
]


def answer_to(ask: Ask, token: dict[str, str], content: Any, *, accept: str) -> tuple[int, str, bool]:
    answer = ask("POST", "/graphql", headers={**token, "Accept": accept}, json=content)
    return answer.status_code, answer.headers["Content-Type"], "errors" in answer.json()


@pytest.mark.parametrize("query", UNFIT)
@pytest.mark.parametrize(("accept", "status"), [(OWN, 400), (PLAIN, 200)])
def test_a_document_that_cannot_be_executed_is_a_refusal_in_graphql_s_own_media_type_alone(
    ask: Ask, token: dict[str, str], query: str, accept: str, status: int
) -> None:
    assert answer_to(ask, token, {"query": query}, accept=accept) == (status, accept, True)


@pytest.mark.parametrize("content", NO_REQUESTS)
@pytest.mark.parametrize("accept", [OWN, PLAIN])
def test_a_malformed_graphql_request_is_refused_in_any_media_type(
    ask: Ask, token: dict[str, str], content: Any, accept: str
) -> None:
    assert answer_to(ask, token, content, accept=accept) == (400, accept, True)


@pytest.mark.parametrize(
    ("accept", "media"),
    [
        (PLAIN, PLAIN),
        (OWN, OWN),
        (f"{OWN}, {PLAIN};q=0.9", OWN),
        (f"{OWN};q=0.5, {PLAIN}", PLAIN),
        ("*/*", PLAIN),
        ("text/html", PLAIN),
    ],
)
def test_the_response_has_the_requested_media_type(
    ask: Ask, token: dict[str, str], accept: str, media: str
) -> None:
    assert answer_to(ask, token, {"query": "{ __typename }"}, accept=accept) == (200, media, False)


DEEP = '{{ user(id: "{id}") {{ posts {{ author {{ posts {{ author {{ {inner} }} }} }} }} }} }}'


def test_fields_six_levels_deep_are_answered(ask: Ask, user: dict[str, str]) -> None:
    answer = execute(ask, DEEP.format(id=user["id"], inner="id"), {})
    assert (answer.status_code, answer.json()) == (200, {"data": {"user": {"posts": []}}})


FRAGMENTS = '{{ user(id: "{id}") {{ ...a }} }} fragment a on User {{ posts {{ author {{ ...b }} }} }}'
FRAGMENTS += " fragment b on User {{ posts {{ author {{ posts {{ title }} }} }} }}"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        (DEEP.format(id=NOBODY, inner="posts { title }"), "fields 7 levels deep; the limit is 6"),
        (FRAGMENTS.format(id=NOBODY), "fields 7 levels deep; the limit is 6"),
        ("{" + " a: user(id: 1) { id }" * 400 + "}", "more than 2000 tokens"),
        ("{ a" * 10_000 + "}" * 10_000, "is nested more than 30 levels deep"),
        ("{ user(id: " + "[" * 10_000 + "]" * 10_000 + ") { id } }", "is nested more than 30 levels deep"),
    ],
    ids=["fields", "fragments", "aliases", "braces", "lists"],
)
def test_a_document_that_asks_for_too_much_is_refused_with_the_limit(
    ask: Ask, token: dict[str, str], query: str, words: str
) -> None:
    headers = {**token, "Accept": "application/graphql-response+json"}
    answer = ask("POST", "/graphql", json={"query": query}, headers=headers)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, words in error["message"], "data" in answer.json()) == (400, True, False)


def test_a_fragment_that_spreads_itself_is_refused(ask: Ask) -> None:
    query = '{ user(id: "1") { ...a } } fragment a on User { posts { author { ...a } } }'
    (error,) = execute(ask, query, {}).json()["errors"]
    assert "itself" in error["message"]


def test_fragments_that_spread_each_other_twice_are_measured_once(ask: Ask) -> None:
    doubling = " ".join(f"fragment f{n} on User {{ ...f{n + 1} ...f{n + 1} }}" for n in range(100))
    query = f'{{ user(id: "{NOBODY}") {{ ...f0 }} }} {doubling} fragment f100 on User {{ id }}'
    assert execute(ask, query, {}).json()["errors"][0]["extensions"]["code"] == "USER_NOT_FOUND"


def test_introspection_is_allowed_at_any_depth(ask: Ask) -> None:
    answer = execute(ask, get_introspection_query(), {})
    assert "errors" not in answer.json()
