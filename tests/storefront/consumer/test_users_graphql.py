"""The users API over GraphQL, as the web front end needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from pactape_clients import GraphQLResponseError

from storefront.web import CREATE_POST, GET_USER, GetUser

if TYPE_CHECKING:
    from pactape_clients import GraphQLClient

ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
NOBODY = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.cassette


@pytest.mark.given("a user with posts exists", id=ADA, posts=2)
def test_reads_a_user_with_posts(graphql: GraphQLClient) -> None:
    answer = graphql.query(GET_USER, {"id": ADA}, returns=GetUser)
    assert (answer.user.id, len(answer.user.posts)) == (ADA, 2)


@pytest.mark.given("a user with posts exists", id=ADA, posts=2)
@pytest.mark.cassette(contract=False)
def test_reads_again_after_a_post_was_created(graphql: GraphQLClient) -> None:
    before = graphql.query(GET_USER, {"id": ADA}, returns=GetUser)
    graphql.mutate(
        CREATE_POST,
        {"input": {"title": "Third", "content": "On caching", "authorId": ADA}},
        invalidates=f"GetUser.*{ADA}",
    )
    after = graphql.query(GET_USER, {"id": ADA}, returns=GetUser)
    assert (len(before.user.posts), len(after.user.posts)) == (2, 3)


@pytest.mark.given("no user exists", id=NOBODY)
def test_learns_that_the_user_of_a_query_does_not_exist(graphql: GraphQLClient) -> None:
    with pytest.raises(GraphQLResponseError) as refusal:
        graphql.query(GET_USER, {"id": NOBODY}, returns=GetUser)
    assert refusal.value.errors[0].code == "USER_NOT_FOUND"


@pytest.mark.given("a user with posts exists", id=ADA, posts=2)
def test_creates_a_post(graphql: GraphQLClient) -> None:
    answer = graphql.mutate(
        CREATE_POST, {"input": {"title": "Third", "content": "On caching", "authorId": ADA}}
    )
    assert answer["createPost"]["author"]["id"] == ADA
