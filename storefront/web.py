"""The web front end, a consumer of the users API: its GraphQL operations and what it reads of their answers."""

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
    """A post in the list below its author."""

    id: str
    title: str
    published_at: datetime


class Author(msgspec.Struct, frozen=True):
    """A user with posts; of the e-mail address that the query asks for, the front end reads nothing."""

    id: str
    name: str
    posts: tuple[Post, ...]


class GetUser(msgspec.Struct, frozen=True):
    """What the front end reads of the answer to GET_USER."""

    user: Author
