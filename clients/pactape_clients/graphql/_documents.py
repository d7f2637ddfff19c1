"""GraphQL documents, each parsed and validated once."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import msgspec
from graphql import (
    GraphQLError,
    GraphQLSchema,
    GraphQLSyntaxError,
    NonNullTypeNode,
    OperationDefinitionNode,
    build_schema,
    parse,
    validate,
)

from pactape_clients.errors import DocumentError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

__all__ = ["Document", "compiled", "schema_of"]


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """One operation of a GraphQL document, ready to be sent any number of times.

    Args:
        text: The document, unchanged.
        name: The operation's name; "anonymous" if it has none.
        operation_name: The operation's name to send; None without one.
        kind: "query", "mutation" or "subscription".
        digest: SHA-256 of the text, in hexadecimal.
        variables: The declared variables.
        required: The variables without a default that can't be null.
    """

    text: str
    name: str
    operation_name: str | None
    kind: str
    digest: str
    variables: frozenset[str]
    required: frozenset[str]

    def check(self, variables: Mapping[str, Any]) -> None:
        """Check that no variable is missing, unknown, or null although it can't be.

        Raises:
            DocumentError: Variables are missing, null or unknown; the message contains their names.
        """
        names = variables.keys()
        if missing_names := [name for name in self.required if variables.get(name) is None]:
            raise DocumentError(f"{self.name} needs a value for {_name_list(missing_names)}")
        if names != self.variables and (unknown_names := names - self.variables):
            declared = _name_list(self.variables) if self.variables else "none"
            raise DocumentError(
                f"{self.name} declares no {_name_list(unknown_names)}; it declares {declared}"
            )

    def check_kind(self, expected: str) -> None:
        """Check the kind of the operation.

        Raises:
            DocumentError: The operation has another kind.
        """
        if self.kind == expected:
            return
        if self.kind == "subscription":
            raise DocumentError(f"{self.name} is a subscription, and subscriptions aren't supported")
        method = "mutate" if self.kind == "mutation" else "query"
        raise DocumentError(f"{self.name} is a {self.kind}. Fix: execute it with {method}(…)")


def _name_list(names: Collection[str]) -> str:
    return ", ".join(f"${name}" for name in sorted(names))


@lru_cache(maxsize=1024)
def compiled(text: str, operation: str | None = None, schema: GraphQLSchema | None = None) -> Document:
    """Return one operation of a document; the result is cached.

    Args:
        text: The document.
        operation: The operation's name; None if there is only one.
        schema: The schema to validate it against; None to check the syntax only.

    Raises:
        DocumentError: The document has a syntax error, is invalid, or doesn't have the operation.

    Example:
        >>> document = compiled("query GetUser($id: ID!) { user(id: $id) { name } }")
        >>> document.name, document.kind, sorted(document.required)
        ('GetUser', 'query', ['id'])
    """
    if not isinstance(text, str):
        raise DocumentError(f"a GraphQL document is a string, not {type(text).__name__}")
    try:
        parsed = parse(text)
    except (GraphQLSyntaxError, RecursionError) as error:
        raise DocumentError(f"the GraphQL document can't be parsed: {error}") from None
    if schema is not None and (errors := validate(schema, parsed)):
        raise DocumentError("the GraphQL document doesn't fit the schema: " + "; ".join(map(str, errors)))
    definition = _operation_of(
        [definition for definition in parsed.definitions if isinstance(definition, OperationDefinitionNode)],
        operation,
    )
    return _document(text, definition)


def _document(text: str, definition: OperationDefinitionNode) -> Document:
    variables = definition.variable_definitions or ()
    return Document(
        text=text,
        name=definition.name.value if definition.name else "anonymous",
        operation_name=definition.name.value if definition.name else None,
        kind=definition.operation.value,
        digest=hashlib.sha256(text.encode()).hexdigest(),
        variables=frozenset(variable.variable.name.value for variable in variables),
        required=frozenset(
            variable.variable.name.value
            for variable in variables
            if isinstance(variable.type, NonNullTypeNode) and variable.default_value is None
        ),
    )


def _operation_of(operations: list[OperationDefinitionNode], name: str | None) -> OperationDefinitionNode:
    names = [operation.name.value if operation.name else "anonymous" for operation in operations]
    if name is None and len(operations) == 1:
        return operations[0]
    if name is None:
        raise DocumentError(
            f"the document has {len(names)} operations ({', '.join(names)}). Fix: name one with operation="
        )
    if name not in names:
        raise DocumentError(f"the document has no operation {name!r}; it has {', '.join(names) or 'none'}")
    return operations[names.index(name)]


@lru_cache(maxsize=32)
def schema_of(sdl: str) -> GraphQLSchema:
    """Return the schema of an SDL text.

    Raises:
        DocumentError: The text can't be read.
    """
    try:
        return build_schema(sdl)
    except (GraphQLError, TypeError, RecursionError) as error:
        raise DocumentError(f"the schema can't be read: {error}") from None
