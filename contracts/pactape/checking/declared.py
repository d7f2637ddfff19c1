"""The operations that client code declares, read from its source: nothing is imported or run."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import msgspec
from graphql import GraphQLError, OperationDefinitionNode, parse

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["DeclaredOperation", "declared_operations"]

#: The HTTP method by the name of the client's method that takes a route template.
_METHODS = {name: name.upper() for name in ("get", "post", "put", "patch", "delete", "head", "options")}
_METHODS |= {"cached_route": "GET", "paginate": "GET"}
_GRAPHQL = re.compile(r"\s*(#.*\s+)*(query|mutation|subscription|fragment)\b")


class DeclaredOperation(msgspec.Struct, frozen=True, order=True):
    """An operation that a client can call.

    Args:
        name: "GET /users/{id}", or a GraphQL operation's name.
        place: Where it is declared: "clients/users.py:63".
    """

    name: str
    place: str


def declared_operations(files: Iterable[Path], *, root: Path) -> list[DeclaredOperation]:
    """Return the operations in Python files, each name once, sorted.

    They are calls of a method named after an HTTP method whose first argument is a literal that starts with a
    slash (`self.get("/users/{id}", …)`), and literals that are GraphQL documents with named operations.

    Args:
        files: Python files.
        root: Places are given relative to this folder.

    Raises:
        BadInputError: A file isn't Python.
    """
    operations: dict[str, DeclaredOperation] = {}
    for file in files:
        place = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
        for name, line in _operations(_parse(file)):
            operations.setdefault(name, DeclaredOperation(name, f"{place}:{line}"))
    return sorted(operations.values())


def _parse(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInputError(
            f"can't be read as Python ({error})", where=file, remedy="correct it, or [tool.pactape] clients"
        ) from None


def _operations(tree: ast.Module) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _rest(node, node.func.attr)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _GRAPHQL.match(node.value):
            yield from ((name, node.lineno) for name in _named(node.value))


def _rest(call: ast.Call, name: str) -> Iterator[tuple[str, int]]:
    match call.args:
        case [ast.Constant(value=str(route)), *_] if route.startswith("/") and name in _METHODS:
            yield f"{_METHODS[name]} {route}", call.lineno


def _named(text: str) -> list[str]:
    """The names of a GraphQL document's operations; none when it isn't one."""
    try:
        definitions = parse(text, no_location=True).definitions
    except GraphQLError:
        return []
    return [
        each.name.value for each in definitions if isinstance(each, OperationDefinitionNode) and each.name
    ]
