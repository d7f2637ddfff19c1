"""The limits of a GraphQL request: tokens, nesting of brackets, depth of fields.

A user has posts and a post has an author, so that each level can multiply the rows to read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from graphql import (
    ASTValidationRule,
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    Lexer,
    OperationDefinitionNode,
    Source,
    TokenKind,
    parse,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from graphql import Node, SelectionSetNode

__all__ = ["FieldDepthRule", "bounded_document"]

_MOST_TOKENS = 2_000
_DEEPEST_BRACKETS = 30
_DEEPEST_FIELDS = 6
_OPENING = frozenset({TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L})
_CLOSING = frozenset({TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R})


def bounded_document(_context: object, content: Mapping[str, Any]) -> DocumentNode:
    """Parse the document of a request.

    Raises:
        GraphQLError: The document is invalid, has more than 2,000 tokens, or nests brackets more than 30 deep.
    """
    _check_size(content["query"])
    return parse(content["query"])


def _check_size(text: str) -> None:
    """Check the tokens before parsing, which recurses for each level."""
    lexer = Lexer(Source(text))
    count = depth = 0
    while (kind := lexer.advance().kind) is not TokenKind.EOF:
        count += 1
        depth += (kind in _OPENING) - (kind in _CLOSING)
        if count > _MOST_TOKENS:
            raise GraphQLError(f"the document has more than {_MOST_TOKENS} tokens")
        if depth > _DEEPEST_BRACKETS:
            raise GraphQLError(f"the document is nested more than {_DEEPEST_BRACKETS} levels deep")


class FieldDepthRule(ASTValidationRule):
    """Rejects operations with fields more than six levels deep; introspection isn't counted."""

    def enter_document(self, node: DocumentNode, *_: object) -> None:
        """Measure each operation, including the fragments that it spreads."""
        fragments = [
            definition for definition in node.definitions if isinstance(definition, FragmentDefinitionNode)
        ]
        depths = _Depths({fragment.name.value: fragment for fragment in fragments})
        for operation in node.definitions:
            if not isinstance(operation, OperationDefinitionNode):
                continue
            depth = depths.of(operation.selection_set)
            if depth > _DEEPEST_FIELDS:
                message = f"the operation selects fields {depth} levels deep; the limit is {_DEEPEST_FIELDS}"
                self.report_error(GraphQLError(message, operation))


class _Depths:
    """Measures the depth of selections; each fragment is measured once, however often it is spread."""

    def __init__(self, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._fragments = fragments
        self._depths: dict[str, int] = {}

    def of(self, selection: SelectionSetNode | None) -> int:
        """Return the depth of fields in a selection."""
        return max(map(self._of_one, selection.selections), default=0) if selection else 0

    def _of_one(self, node: Node) -> int:
        if isinstance(node, FragmentSpreadNode):
            return self._of_fragment(node.name.value)
        if isinstance(node, FieldNode):
            return 0 if node.name.value.startswith("__") else 1 + self.of(node.selection_set)
        return self.of(node.selection_set) if isinstance(node, InlineFragmentNode) else 0

    def _of_fragment(self, name: str) -> int:
        """Return the depth of a fragment; 0 for one that spreads itself, which another rule rejects."""
        if name not in self._depths:
            self._depths[name] = 0
            fragment = self._fragments.get(name)
            self._depths[name] = self.of(fragment.selection_set) if fragment else 0
        return self._depths[name]
