"""Reading the operations that client code declares from its source, without importing or running it."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

import msgspec
from graphql import GraphQLError, OperationDefinitionNode, parse

from pactape.checking.client_code.http_names import METHODS, HttpNames, is_named_like_client, last_name
from pactape.checking.client_code.scopes import Scope
from pactape.checking.client_code.url_templates import url_template
from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["DeclaredCalls", "DeclaredOperation", "declared_calls", "declared_operations"]

#: Methods of clients of this library that take a route.
_OWN_METHODS = {"cached_route": "GET", "paginate": "GET"}
#: Functions whose first two arguments are the HTTP method and the URL.
_WITH_METHOD = frozenset({"request", "stream", "build_request", "Request"})
#: Functions of urllib that take a URL, or a request, whose method is GET without data.
_OF_URLLIB = frozenset({"urllib.request.urlopen", "urllib.request.Request"})
#: A path below a client's base URL.
_RELATIVE = re.compile(r"[\w.~-]+(/[\w.~-]*)*")
_ROOT = re.compile(r"https?://[^/?#]+")
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
        unknown: The places of requests whose method or URL is built elsewhere, in order.
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
    string literals that are GraphQL documents with named operations. Names are followed to
    the one value that they are assigned; the operation of `session.get(url)` can't be determined without one.

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
    http = HttpNames(tree)
    pending: list[tuple[ast.AST, Scope]] = [(tree, Scope(tree, http))]
    while pending:
        node, scope = pending.pop()
        if isinstance(node, ast.Call):
            yield from _Reader(http, scope, bases).calls(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _GRAPHQL.match(node.value):
            yield from (_Call(name, node.lineno) for name in _operation_names(node.value))
        is_inner = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        inner = Scope(node, http, scope) if is_inner else scope
        pending += [(child, inner) for child in reversed(list(ast.iter_child_nodes(node)))]


class _Reader:
    """Reads the operations of calls in a scope.

    Args:
        http: The names of HTTP libraries in the module.
        scope: The scope of the calls.
        bases: The providers' base URLs.
    """

    def __init__(self, http: HttpNames, scope: Scope, bases: tuple[str, ...]) -> None:
        self._http = http
        self._scope = scope
        self._bases = bases

    def calls(self, call: ast.Call) -> Iterator[_Call]:
        """Yield the operations of a call; nothing if it isn't a request."""
        function, arguments, keywords = self._bound(call)
        request = self._request(self._http.origin(function) or last_name(function), arguments, keywords)
        if request is None:
            return
        method, url = request
        owner = _owner(function)
        is_known = self._http.is_library(owner) or self._http.is_client(owner, self._scope.clients)
        for one in [url.body, url.orelse] if isinstance(url, ast.IfExp) else [url]:
            route = self._route(one, is_known=is_known)
            if route is not None and method:
                is_literal = isinstance(one, ast.Constant) and route == one.value
                yield _Call(f"{method} {route}", call.lineno, is_built=not is_literal)
            elif (is_known or is_named_like_client(owner)) and not (method and isinstance(one, ast.Constant)):
                yield _Call(None, call.lineno)

    def _bound(self, call: ast.Call) -> tuple[ast.expr, list[ast.expr], list[ast.keyword]]:
        """Return the function, arguments and keywords of a call, with those of a `partial` that it calls."""
        function, arguments, keywords = call.func, call.args, call.keywords
        value = self._value(function)
        if isinstance(value, ast.Call) and last_name(value.func) == "partial" and value.args:
            return value.args[0], [*value.args[1:], *arguments], [*value.keywords, *keywords]
        return function, arguments, keywords

    def _request(
        self, name: str, arguments: list[ast.expr], keywords: list[ast.keyword]
    ) -> tuple[str, ast.expr | None] | None:
        """Return the HTTP method and URL of a call, each empty if it is unknown; None if it is no request."""
        last = name.rpartition(".")[2]
        named: dict[str | None, ast.expr] = {keyword.arg: keyword.value for keyword in keywords}
        given = dict(enumerate(arguments))
        url = given.get(0, named.get("url"))
        if name in _OF_URLLIB:
            if last_name(self._value(url)) == "Request":  # counted where it is created
                return None
            has_data = 1 in given or "data" in named
            return _text(named.get("method", ast.Constant("POST" if has_data else "GET"))), url
        if last == "getattr":
            return "", None
        if last in _WITH_METHOD:
            method, url = given.get(0, named.get("method")), given.get(1, named.get("url"))
            return None if method is None and url is None else (_text(method), url)
        if _text(given.get(0)) in METHODS.values() and self._route(
            given.get(1), is_known=False
        ):  # by any function
            return _text(given[0]), given[1]
        known_method = (METHODS | _OWN_METHODS).get(last.strip("_"))
        is_called = url is not None or None in named  # `**options` may have the URL
        return (known_method, url) if known_method and is_called else None

    def _value(self, node: ast.expr | None) -> ast.expr:
        """Return the expression that a name stands for; any other unchanged."""
        value = self._scope.value(node.id) if isinstance(node, ast.Name) else None
        return value or node or ast.Constant(None)

    def _route(self, url: ast.expr | None, *, is_known: bool) -> str | None:
        if url is None or isinstance(url, ast.Starred):
            return None
        if isinstance(url, ast.Constant) and isinstance(url.value, str):
            if url.value.startswith("/"):
                return url.value
            if is_known and (_RELATIVE.fullmatch(url.value) or _ROOT.fullmatch(url.value)):
                return f"/{_ROOT.sub('', url.value)}"
        return url_template(url, self._bases, self._scope.value)


def _owner(function: ast.expr) -> ast.expr:
    """Return what a function belongs to: the object of a method, or the function itself."""
    match function:
        case ast.Attribute(value=owner) | ast.Call(func=ast.Name(id="getattr"), args=[owner, *_]):
            return owner
    return function


def _text(node: ast.expr | None) -> str:
    return str(node.value).upper() if isinstance(node, ast.Constant) else ""


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
