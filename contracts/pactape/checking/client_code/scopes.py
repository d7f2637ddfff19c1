"""Scopes of code: the values and HTTP clients that the names in a module, class or function stand for."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.checking.client_code.http_names import HttpNames

__all__ = ["Scope"]

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class Scope:
    """The names of a module, class or function.

    Args:
        node: Its node.
        http: The names of HTTP libraries in the module.
        outer: The scope around it; None for a module.
    """

    def __init__(self, node: ast.AST, http: HttpNames, outer: Scope | None = None) -> None:
        self._outer = outer
        self._values: dict[str, ast.expr | None] = {}
        self._own: frozenset[str] = outer._own if outer else frozenset()  # noqa: SLF001 -- of the same class
        self.clients: set[str] = set(outer.clients) if outer else _attributes_with_clients(node, http)
        if isinstance(node, _Function):
            self._add_parameters(node, http)
        if isinstance(node, ast.ClassDef) and any(map(http.is_client_class, node.bases)):
            self._own = frozenset({"self", "cls", "super"})
        self.clients |= self._own
        for target, value in _assignments(node):
            self._values[target] = None if target in self._values else value
            if isinstance(value, ast.Call) and http.is_client_class(value.func):
                self.clients.add(target)
            else:
                self.clients.discard(target)

    def value(self, name: str) -> ast.expr | None:
        """Return the expression that a name stands for; None if it is a parameter, or assigned more than once."""
        if name in self._values or self._outer is None:
            return self._values.get(name)
        return self._outer.value(name)

    def _add_parameters(self, node: _Function, http: HttpNames) -> None:
        parameters = node.args
        for parameter in (*parameters.posonlyargs, *parameters.args, *parameters.kwonlyargs):
            self._values[parameter.arg] = None
            self.clients.discard(parameter.arg)
            if parameter.annotation is not None and http.is_client_class(parameter.annotation):
                self.clients.add(parameter.arg)


def _assignments(scope: ast.AST) -> Iterator[tuple[str, ast.expr | None]]:
    """Yield the names that are assigned in a scope, without those of inner ones; with None for unknown values."""
    for node in _nodes(scope):
        match node:
            case ast.Assign(targets=targets, value=value):
                yield from ((target.id, value) for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name), value=value) if value is not None:
                yield name, value
            case ast.NamedExpr(target=ast.Name(id=name), value=value):
                yield name, value
            case ast.withitem(context_expr=value, optional_vars=ast.Name(id=name)):
                yield name, value
            case ast.AugAssign(target=ast.Name(id=name)) | ast.For(target=ast.Name(id=name)):
                yield name, None
                yield name, None


def _nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of a scope, without those inside inner functions and classes."""
    stack = list(ast.iter_child_nodes(scope))
    while stack:
        node = stack.pop(0)
        yield node
        if not isinstance(node, _INNER):
            stack[:0] = ast.iter_child_nodes(node)


def _attributes_with_clients(tree: ast.AST, http: HttpNames) -> set[str]:
    """Return the names of attributes that an HTTP client is assigned to: "session" of `self.session = …`."""
    return {
        target.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign)
        and isinstance(node.value, ast.Call)
        and http.is_client_class(node.value.func)
        for target in node.targets
        if isinstance(target, ast.Attribute)
    }
