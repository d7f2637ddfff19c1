"""The canonical form of GraphQL requests, independent of layout and field order."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    GraphQLError,
    ObjectValueNode,
    OperationType,
    SelectionSetNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

if TYPE_CHECKING:
    from graphql import Node

__all__ = ["canonical_document", "canonical_requests"]


def canonical_requests(value: Any) -> Any:
    """Return a JSON value with every GraphQL request in it (one, or a batch) in canonical form."""
    if isinstance(value, list):
        return [canonical_requests(item) for item in value]
    if not isinstance(value, dict):
        return value
    if isinstance(value.get("query"), str):
        return _without_defaults({**value, "query": canonical_document(value["query"])})
    extensions = value.get("extensions")
    is_persisted = isinstance(extensions, dict) and "persistedQuery" in extensions
    return _without_defaults(value) if is_persisted else value


@lru_cache(maxsize=4096)
def canonical_document(document: str) -> str:
    """Return a document in canonical form; a text that isn't GraphQL is returned unchanged.

    The order of fields, arguments and fragments is ignored, except that of a mutation's top-level fields, which are
    executed one after the other (GraphQL specification, section 6.2.2).

    Example:
        >>> canonical_document("{b a}") == canonical_document("query { a, b }")
        True
    """
    try:
        parsed = parse(document, no_location=True)
    except GraphQLError:
        return document
    return "\n".join(sorted(print_ast(visit(definition, _Sorter())) for definition in parsed.definitions))


def _without_defaults(request: dict[str, Any]) -> dict[str, Any]:
    """Drop empty members: missing, null and empty are equal (GraphQL over HTTP, section 5.1)."""
    return {key: value for key, value in request.items() if value not in (None, {}, "")}


class _Sorter(Visitor):
    """Sorts the unordered parts of a document, from the innermost node outwards."""

    def leave_selection_set(self, node: SelectionSetNode, _key: Any, parent: Any, *_: Any) -> Node | None:
        if getattr(parent, "operation", None) is OperationType.MUTATION:
            return None
        return SelectionSetNode(selections=tuple(sorted(node.selections, key=print_ast)))

    def leave_field(self, node: FieldNode, *_: Any) -> Node | None:
        arguments = tuple(sorted(node.arguments or (), key=print_ast))
        return FieldNode(
            alias=node.alias,
            name=node.name,
            arguments=arguments,
            directives=node.directives,
            selection_set=node.selection_set,
        )

    def leave_object_value(self, node: ObjectValueNode, *_: Any) -> Node | None:
        return ObjectValueNode(fields=tuple(sorted(node.fields or (), key=print_ast)))
