"""Finds the enumerations of a GraphQL schema that a document selects, by path in the response."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    build_client_schema,
    build_schema,
    get_named_type,
    is_list_type,
    is_non_null_type,
    parse,
)

from pactape.errors import SettingsError
from pactape.pactfile.json_paths import below

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from graphql import GraphQLSchema, SelectionSetNode

__all__ = ["graphql_schema", "sets_of_document"]


def graphql_schema(path: Path | None) -> GraphQLSchema | None:
    """Return the schema in a file: schema language, or an introspection result in JSON; None without a file.

    An unchanged file is read once.

    Raises:
        SettingsError: The file can't be read, or doesn't contain a schema.
    """
    if path is None:
        return None
    return _schema(path, path.stat().st_mtime_ns if path.exists() else 0)


@lru_cache(maxsize=16)
def _schema(path: Path, _changed: int) -> GraphQLSchema:
    try:
        text = path.read_text(encoding="utf-8")
        if path.suffix != ".json":
            return build_schema(text)
        introspection: Any = json.loads(text)
        return build_client_schema(introspection.get("data", introspection))
    except (OSError, ValueError, TypeError, AttributeError, GraphQLError) as error:
        raise SettingsError(
            f"can't be read as a GraphQL schema ({error})",
            where=path,
            remedy="correct the file, or the provider's setting graphql in [tool.pactape.providers]",
        ) from error


def sets_of_document(text: str, schema: GraphQLSchema) -> dict[str, frozenset[str]]:
    """Return the texts allowed at each path of a response that is an enumeration in the schema.

    Args:
        text: The document in the request, with one operation.
        schema: The provider's schema.

    Example:
        >>> from graphql import build_schema
        >>> schema = build_schema("enum Status { OPEN PAID } type Query { orders: [Status] }")
        >>> sorted(sets_of_document("{ all: orders }", schema)["$.data.all[*]"])
        ['OPEN', 'PAID']
    """
    definitions = parse(text, no_location=True).definitions
    fragments = {
        definition.name.value: definition
        for definition in definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    sets: dict[str, frozenset[str]] = {}
    for definition in definitions:
        if isinstance(definition, OperationDefinitionNode):
            root = schema.get_root_type(definition.operation)
            walk = _Walk(schema, fragments)
            for path, texts in walk.sets(definition.selection_set, root, "$.data", frozenset()):
                sets[path] = sets.get(path, frozenset()) | texts
    return sets


class _Walk:
    """Walks the selections of a document and the types of a schema in parallel."""

    def __init__(self, schema: GraphQLSchema, fragments: dict[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._fragments = fragments

    def sets(
        self, selection: SelectionSetNode, parent: Any, path: str, inside: frozenset[str]
    ) -> Iterator[tuple[str, frozenset[str]]]:
        """Yield the enumerations at and below a path."""
        for node in selection.selections:
            if isinstance(node, FieldNode):
                field = getattr(parent, "fields", {}).get(node.name.value)
                if field is not None:
                    yield from self._field(node, field.type, path, inside)
            elif isinstance(node, InlineFragmentNode):
                condition = node.type_condition
                of_type = self._schema.get_type(condition.name.value) if condition else parent
                yield from self.sets(node.selection_set, of_type, path, inside)
            elif (name := getattr(node, "name").value) in self._fragments and name not in inside:  # noqa: B009 -- mypy can't infer it
                fragment = self._fragments[name]
                of_type = self._schema.get_type(fragment.type_condition.name.value)
                yield from self.sets(fragment.selection_set, of_type, path, inside | {name})

    def _field(
        self, node: FieldNode, field_type: Any, path: str, inside: frozenset[str]
    ) -> Iterator[tuple[str, frozenset[str]]]:
        path = below(path, (node.alias or node.name).value)
        inner = field_type
        while is_list_type(inner) or is_non_null_type(inner):
            path += "[*]" if is_list_type(inner) else ""
            inner = inner.of_type
        named_type = get_named_type(field_type)
        if isinstance(named_type, GraphQLEnumType):
            yield path, frozenset(named_type.values)
        elif node.selection_set is not None:
            yield from self.sets(node.selection_set, named_type, path, inside)
