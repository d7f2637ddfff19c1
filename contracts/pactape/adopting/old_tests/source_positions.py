"""Byte offsets of the nodes of a module's syntax tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ast

__all__ = ["SourcePositions"]


class SourcePositions:
    """The offsets of a module's nodes.

    Args:
        source: The module's text.
    """

    def __init__(self, source: bytes) -> None:
        self.line_starts = [0]
        for line in source.splitlines(keepends=True):
            self.line_starts.append(self.line_starts[-1] + len(line))

    def at(self, line: int | None, column: int | None) -> int:
        """Return the offset of a node's position: a line from 1, a column in bytes from 0."""
        return self.line_starts[(line or 1) - 1] + (column or 0)

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        """Return the offsets where a node begins and ends."""
        return self.at(node.lineno, node.col_offset), self.at(node.end_lineno, node.end_col_offset)
