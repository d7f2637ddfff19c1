"""Values of expressions in source code, without running it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any, Final

__all__ = ["COMPUTED", "Names", "literal"]

#: Stands for an item of a list, or a part of an item, that only running the code would give.
COMPUTED: Final = object()
#: The expressions of a module's and a function's names.
Names = Mapping[str, ast.expr]
_NO_NAMES: Names = {}
_COPIES = {"list", "tuple", "set", "frozenset", "sorted"}


def literal(node: ast.expr, names: Names = _NO_NAMES) -> Any:
    """Return the value of an expression of literals, names of literals, and joined lists of them.

    Args:
        node: The expression.
        names: The names that it may contain.

    Raises:
        ValueError: The value as a whole is computed.

    Example:
        >>> literal(ast.parse("['a', *('b', 'c')] + ['d']", mode="eval").body)
        ['a', 'b', 'c', 'd']
    """
    if isinstance(node, ast.Name) and node.id in names:
        return literal(names[node.id], {name: value for name, value in names.items() if name != node.id})
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        return _items(node.elts, names)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.BitOr):
        left, right = literal(node.left, names), literal(node.right, names)
        if isinstance(left, list) and isinstance(right, list):
            return left + right
    if isinstance(node, ast.Call) and ast.unparse(node.func) in _COPIES and not node.keywords:
        return literal(node.args[0], names) if node.args else []
    return ast.literal_eval(node)


def _items(nodes: list[ast.expr], names: Names) -> list[Any]:
    items: list[Any] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            unpacked = literal(node.value, names)
            items += unpacked if isinstance(unpacked, list) else [COMPUTED]
            continue
        try:
            items.append(literal(node, names))
        except ValueError:
            items.append(COMPUTED)
    return items
