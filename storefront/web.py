"""The web front end, a consumer of the users API: its GraphQL operations and the response fields that it reads."""

from __future__ import annotations

from datetime import datetime

import msgspec

__all__ = ["CREATE_POST", "GET_USER", "GetUser"]

GET_USER = """
query GetUser($id: ID!) {
  user(id: $id) {
    id
    name
    email
    posts { id title publishedAt }
  }
}
"""

CREATE_POST = """
mutation CreatePost($input: CreatePostInput!) {
  createPost(input: $input) {
    id
    title
    content
    author { id name }
  }
}
"""


class Post(msgspec.Struct, frozen=True, rename="camel"):
    """A post in its author's list."""

    id: str
    title: str
    published_at: datetime


class Author(msgspec.Struct, frozen=True):
    """A user with posts; the query also asks for the e-mail address, which the front end doesn't read."""

    id: str
    name: str
    posts: tuple[Post, ...]


class GetUser(msgspec.Struct, frozen=True):
    """The fields of a GET_USER response that the front end reads."""

    user: Author
