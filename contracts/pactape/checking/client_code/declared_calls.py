"""Reading the operations that client code declares from its source, without importing or running it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import msgspec
from graphql import GraphQLError, OperationDefinitionNode, parse

from pactape.checking.client_code.url_templates import url_template
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["DeclaredCalls", "DeclaredOperation", "declared_calls", "declared_operations"]

#: HTTP methods by the name of the client method that takes a route template.
_METHODS = {name: name.upper() for name in ("get", "post", "put", "patch", "delete", "head", "options")}
_METHODS |= {"cached_route": "GET", "paginate": "GET"}
#: Usual variable names of HTTP clients and their sessions.
_CLIENT = re.compile(r"^(requests|httpx\d?|aiohttp)$|(session|client|http|api)$", re.IGNORECASE)
_GRAPHQL = re.compile(r"\s*(#.*\s+)*(query|mutation|subscription|fragment)\b")


class DeclaredOperation(msgspec.Struct, frozen=True, order=True):
    """An operation that a client can call.

    Args:
        name: "GET /users/{id}", or a GraphQL operation's name.
        place: Where it is declared: "clients/users.py:63".
        is_built: Whether code builds its URL, so that its parameter names differ from the API's.
    """

    name: str
    place: str
    is_built: bool = False


class DeclaredCalls(msgspec.Struct, frozen=True, kw_only=True):
    """The operations that client code calls.

    Args:
        operations: The operations, sorted, each name once.
        unknown: The places of calls whose URL is built elsewhere, in order.
        unreadable: The errors of files that can't be read as Python, in order.
    """

    operations: tuple[DeclaredOperation, ...] = ()
    unknown: tuple[str, ...] = ()
    unreadable: tuple[BadInputError, ...] = ()


def declared_operations(
    files: Iterable[Path], *, root: Path, bases: Iterable[str] = ()
) -> list[DeclaredOperation]:
    """Return the operations in Python files, sorted, each name once; see `declared_calls`.

    Raises:
        BadInputError: A file isn't Python.
    """
    calls = declared_calls(files, root=root, bases=bases)
    if calls.unreadable:
        raise calls.unreadable[0]
    return list(calls.operations)


def declared_calls(files: Iterable[Path], *, root: Path, bases: Iterable[str] = ()) -> DeclaredCalls:
    """Return the operations in Python files, and the calls whose operation can't be determined.

    Operations are calls of a method named after an HTTP method whose first argument is a route template
    (`self.get("/users/{id}", …)`) or a URL that is built in place (`requests.get(f"{BASE}/users/{id}")`), and
    string literals that are GraphQL documents with named operations. The operation of `session.get(url)`
    can't be determined.

    Args:
        files: Python files.
        root: Places are given relative to this folder.
        bases: The providers' base URLs, which are removed from URLs.
    """
    operations: dict[str, DeclaredOperation] = {}
    places: list[str] = []
    unreadable: list[BadInputError] = []
    prefixes = tuple(bases)
    for file in files:
        place = file.relative_to(root).as_posix() if file.is_relative_to(root) else file.as_posix()
        try:
            calls = list(_calls(_parse(file), prefixes))
        except BadInputError as error:
            unreadable.append(error)
            continue
        for call in calls:
            if call.name is None:
                places.append(f"{place}:{call.line}")
                continue
            operation = DeclaredOperation(call.name, f"{place}:{call.line}", is_built=call.is_built)
            operations.setdefault(call.name, operation)
    return DeclaredCalls(
        operations=tuple(sorted(operations.values())), unknown=tuple(places), unreadable=tuple(unreadable)
    )


def _parse(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInputError(
            f"can't be read as Python ({error})",
            where=file,
            remedy="correct the file, or the setting [tool.pactape] clients",
        ) from None


class _Call(msgspec.Struct, frozen=True):
    """A call in code and its operation; None when it can't be determined."""

    name: str | None
    line: int
    is_built: bool = False


def _calls(tree: ast.Module, bases: tuple[str, ...]) -> Iterator[_Call]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from _rest(node, node.func, bases)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _GRAPHQL.match(node.value):
            yield from (_Call(name, node.lineno) for name in _operation_names(node.value))


def _rest(call: ast.Call, function: ast.Attribute, bases: tuple[str, ...]) -> Iterator[_Call]:
    method, url = _METHODS.get(function.attr), call.args[0] if call.args else _keyword(call, "url")
    if function.attr == "request" and len(call.args) > 1 and isinstance(call.args[0], ast.Constant):
        method, url = str(call.args[0].value).upper(), call.args[1]
    if method is None or url is None:
        return
    if isinstance(url, ast.Constant) and isinstance(url.value, str) and url.value.startswith("/"):
        yield _Call(f"{method} {url.value}", call.lineno)
    elif (template := url_template(url, bases)) is not None:
        yield _Call(f"{method} {template}", call.lineno, is_built=True)
    elif not isinstance(url, ast.Constant) and _CLIENT.search(_receiver(function)):
        yield _Call(None, call.lineno)


def _keyword(call: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _receiver(function: ast.Attribute) -> str:
    """The last name in the expression that a method is called on."""
    value = function.value.func if isinstance(function.value, ast.Call) else function.value
    match value:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""


def _operation_names(text: str) -> list[str]:
    """The names of a GraphQL document's operations; none when it isn't a document."""
    try:
        definitions = parse(text, no_location=True).definitions
    except GraphQLError:
        return []
    return [
        definition.name.value
        for definition in definitions
        if isinstance(definition, OperationDefinitionNode) and definition.name
    ]
