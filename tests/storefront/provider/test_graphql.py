"""The users API over GraphQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    Ask = Callable[..., requests.Response]

GET_USER = "query GetUser($id: ID!) { user(id: $id) { id name posts { title publishedAt } } }"
CREATE_POST = (
    "mutation CreatePost($input: CreatePostInput!)"
    " { createPost(input: $input) { title content author { id posts { title } } } }"
)


def execute(ask: Ask, query: str, variables: dict[str, Any]) -> Any:
    return ask("POST", "/graphql", json={"query": query, "variables": variables})


def test_a_user_is_read_with_posts_in_the_order_of_publishing(ask: Ask, user: dict[str, str]) -> None:
    for title in ("First", "Second"):
        execute(ask, CREATE_POST, {"input": {"title": title, "content": "…", "authorId": user["id"]}})
    found = execute(ask, GET_USER, {"id": user["id"]}).json()["data"]["user"]
    assert (found["id"], sorted(post["title"] for post in found["posts"])) == (
        user["id"],
        ["First", "Second"],
    )


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


@pytest.mark.parametrize("query", ["{ user }", "{ nothing }", "{", ""])
def test_a_document_that_is_not_valid_is_a_refusal(ask: Ask, query: str) -> None:
    answer = execute(ask, query, {})
    assert (answer.status_code, "errors" in answer.json()) == (400, True)


@pytest.mark.parametrize("media", ["application/json", "application/graphql-response+json"])
def test_the_answer_has_the_media_type_that_was_asked_for(
    ask: Ask, users_service: Any, user: dict[str, str], media: str
) -> None:
    headers = {**users_service.authorization(), "Accept": media}
    body = {"query": GET_USER, "variables": {"id": user["id"]}}
    assert ask("POST", "/graphql", headers=headers, json=body).headers["Content-Type"] == media
