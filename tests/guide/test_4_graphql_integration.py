"""The guide's section "GraphQL Integration Testing", with a scripted server for the mocked transport."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import responses
from pactape_clients import GraphQLClient, TTLCache

if TYPE_CHECKING:
    from pactape_clients.errors import GraphQLResponseError, TransportError

URL = "http://api.test/graphql"
GET_USER_QUERY = """
  query GetUser($id: ID!) {
    user(id: $id) {
      id
      name
      email
      posts {
        id
        title
        publishedAt
      }
    }
  }
"""
CREATE_POST_MUTATION = """
  mutation CreatePost($input: CreatePostInput!) {
    createPost(input: $input) {
      id
      title
      content
      author {
        id
        name
      }
    }
  }
"""
USER = {
    "user": {
        "id": "user-1",
        "name": "John Doe",
        "email": "john@example.com",
        "posts": [{"id": "post-1", "title": "First Post", "publishedAt": "2023-01-01"}],
    }
}
NEW_POST = {"input": {"title": "New Post", "content": "Post content", "authorId": "user-1"}}
CREATED = {
    "createPost": {
        "id": "post-2",
        "title": "New Post",
        "content": "Post content",
        "author": {"id": "user-1", "name": "John Doe"},
    }
}


class ErrorHandler:
    def __init__(self) -> None:
        self.handled: list[GraphQLResponseError] = []

    def handle_graphql_errors(self, error: GraphQLResponseError) -> Exception:
        self.handled.append(error)
        return LookupError("User not found")

    def handle_network_error(self, error: TransportError) -> None:
        pass


class GivenGraphQLClientIntegration:
    """GIVEN GraphQLClient integration."""

    @pytest.fixture(autouse=True)
    def given(self) -> Any:
        self.cache = TTLCache()
        self.error_handler = ErrorHandler()
        self.client = GraphQLClient(URL, cache=self.cache, error_handler=self.error_handler)
        with responses.RequestsMock() as self.server:
            yield

    def sent(self, index: int = -1) -> dict[str, Any]:
        body: dict[str, Any] = json.loads(self.server.calls[index].request.body or b"")
        return body


class TestWhenExecutingQueriesWithCaching(GivenGraphQLClientIntegration):
    """WHEN executing queries with caching."""

    def test_then_should_handle_successful_query_with_cache_miss(self) -> None:
        """THEN should handle successful query with cache miss."""
        self.server.post(URL, json={"data": USER})

        result = self.client.query(GET_USER_QUERY, {"id": "user-1"})

        assert (self.sent()["query"], self.sent()["variables"]) == (GET_USER_QUERY, {"id": "user-1"})
        assert self.cache.invalidate(pattern="GetUser") == 1
        assert result == USER

    def test_then_should_handle_graphql_errors(self) -> None:
        """THEN should handle GraphQL errors."""
        errors = [{"message": "User not found", "path": ["user"], "extensions": {"code": "USER_NOT_FOUND"}}]
        self.server.post(URL, json={"errors": errors, "data": None})

        with pytest.raises(LookupError, match="User not found"):
            self.client.query(GET_USER_QUERY, {"id": "invalid-user"})

        (handled,) = self.error_handler.handled
        assert [(error.message, error.path, error.code) for error in handled.errors] == [
            ("User not found", ("user",), "USER_NOT_FOUND")
        ]


class TestWhenExecutingMutationsWithCacheInvalidation(GivenGraphQLClientIntegration):
    """WHEN executing mutations with cache invalidation."""

    def test_then_should_invalidate_related_cache_entries(self) -> None:
        """THEN should invalidate related cache entries: /GetUser.*user-1/."""
        for data in (USER, USER, CREATED, USER):
            self.server.post(URL, json={"data": data})
        for user_id in ("user-1", "user-10"):
            self.client.query(GET_USER_QUERY, {"id": user_id})

        result = self.client.mutate(CREATE_POST_MUTATION, NEW_POST, invalidates="GetUser.*user-1")

        assert (self.sent()["query"], self.sent()["variables"]) == (CREATE_POST_MUTATION, NEW_POST)
        assert result == CREATED
        for user_id in ("user-1", "user-10"):
            self.client.query(GET_USER_QUERY, {"id": user_id})
        assert (len(self.server.calls), self.sent()["variables"]) == (4, {"id": "user-1"})
