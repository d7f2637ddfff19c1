"""GraphQL documents, compiled once for each text."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import msgspec
from graphql import OperationDefinitionNode, OperationType, parse

__all__ = ["Document", "compiled"]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A GraphQL document with one operation.

    Args:
        text: As it was written.
        name: The operation's name; "anonymous" when it has none.
        is_query: Whether it is a query, not a mutation or subscription.
        digest: Tells documents with the same operation name apart.
    """

    text: str
    name: str
    is_query: bool
    digest: str


@lru_cache(maxsize=1024)
def compiled(text: str) -> Document:
    """Parse a document.

    Raises:
        graphql.GraphQLSyntaxError: It isn't GraphQL.
        ValueError: It has no operation, or several.
    """
    definitions = parse(text, no_location=True).definitions
    operations = [each for each in definitions if isinstance(each, OperationDefinitionNode)]
    if len(operations) != 1:
        raise ValueError(f"a document needs exactly one operation, and this has {len(operations)}")
    operation = operations[0]
    return Document(
        text=text,
        name=operation.name.value if operation.name else "anonymous",
        is_query=operation.operation is OperationType.QUERY,
        digest=hashlib.sha256(text.encode()).hexdigest()[:12],
    )
