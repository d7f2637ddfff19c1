"""The response fields that a GraphQL document selects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from graphql import FieldNode, FragmentDefinitionNode, GraphQLError, OperationDefinitionNode, parse
from graphql.language import FragmentSpreadNode, InlineFragmentNode

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from graphql import SelectionSetNode

__all__ = ["selected_fields"]


def selected_fields(document: str) -> tuple[str, ...] | None:
    """The paths that a document selects below "data", by response key (alias), sorted.

    The schema isn't known here, so a list's items have no "[]" in their paths. None when the document can't
    be parsed or has more than one operation.

    Example:
        >>> selected_fields("{ me: user { id posts { title } } }")
        ('data.me.id', 'data.me.posts.title')
    """
    try:
        definitions = parse(document, no_location=True).definitions
    except GraphQLError:
        return None
    operations = [definition for definition in definitions if isinstance(definition, OperationDefinitionNode)]
    fragments = {
        definition.name.value: definition
        for definition in definitions
        if isinstance(definition, FragmentDefinitionNode)
    }
    if len(operations) != 1:
        return None
    return tuple(sorted(set(_paths(operations[0].selection_set, prefix="data", fragments=fragments))))


def _paths(
    selection: SelectionSetNode, *, prefix: str, fragments: Mapping[str, FragmentDefinitionNode]
) -> Iterator[str]:
    for node in selection.selections:
        if isinstance(node, FieldNode):
            path = f"{prefix}.{(node.alias or node.name).value}"
            if node.selection_set is None:
                yield path
            else:
                yield from _paths(node.selection_set, prefix=path, fragments=fragments)
        elif isinstance(node, InlineFragmentNode):
            yield from _paths(node.selection_set, prefix=prefix, fragments=fragments)
        elif isinstance(node, FragmentSpreadNode) and node.name.value in fragments:
            name = node.name.value
            others = {key: value for key, value in fragments.items() if key != name}
            yield from _paths(fragments[name].selection_set, prefix=prefix, fragments=others)
