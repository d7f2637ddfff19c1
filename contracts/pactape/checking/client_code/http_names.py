"""Names in code that stand for HTTP libraries, their clients and functions."""

from __future__ import annotations

import ast
import re

__all__ = ["METHODS", "HttpNames", "is_named_like_client", "last_name"]

#: HTTP methods by the name of the client method that takes a URL.
METHODS = {name: name.upper() for name in ("get", "post", "put", "patch", "delete", "head", "options")}
_LIBRARY = re.compile(r"^(requests(_\w+)?|httpx\d?|aiohttp|urllib3?|http|niquests|authlib|curl_cffi)(\.|$)")
_CLIENT_CLASS = re.compile(r"(session|client|poolmanager|https?connection)$", re.IGNORECASE)
#: Usual variable names of HTTP clients and their sessions.
_CLIENT_NAME = re.compile(r"^(requests|httpx\d?|aiohttp)$|(session|client|http|api)$", re.IGNORECASE)


class HttpNames:
    """The names in a module that its imports and classes give to HTTP libraries.

    Args:
        tree: The module.
    """

    def __init__(self, tree: ast.Module) -> None:
        self._origins: dict[str, str] = {}
        self._subclasses: set[str] = set()
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                for alias in node.names:
                    self._origins[alias.asname or alias.name.partition(".")[0]] = (
                        alias.name if alias.asname else alias.name.partition(".")[0]
                    )
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                for alias in node.names:
                    self._origins[alias.asname or alias.name] = f"{node.module}.{alias.name}"
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(map(self.is_client_class, node.bases)):
                self._subclasses.add(node.name)

    def origin(self, node: ast.expr) -> str:
        """Return what an expression names: "requests.get"; empty if it isn't a name that was imported."""
        match node:
            case ast.Name(id=name):
                return self._origins.get(name, "")
            case ast.Attribute(value=value, attr=name):
                owner = self.origin(value)
                return f"{owner}.{name}" if owner else ""
        return ""

    def is_library(self, node: ast.expr) -> bool:
        """Return whether an expression names an HTTP library, or something in it."""
        return _LIBRARY.match(self.origin(node)) is not None

    def is_client_class(self, node: ast.expr) -> bool:
        """Return whether an expression names a class, or function, that returns an HTTP client."""
        if isinstance(node, ast.Constant) and isinstance(node.value, str):  # an annotation as a text
            return node.value.rpartition(".")[2] in self._subclasses
        is_own = isinstance(node, ast.Name) and node.id in self._subclasses
        return is_own or (self.is_library(node) and _CLIENT_CLASS.search(self.origin(node)) is not None)

    def is_client(self, node: ast.expr, names: set[str]) -> bool:
        """Return whether an expression is known to be an HTTP client.

        Args:
            node: The expression that a method is called on.
            names: The names of variables and attributes that have a client.
        """
        is_created = isinstance(node, ast.Call) and self.is_client_class(node.func)
        return is_created or last_name(node) in names


def is_named_like_client(node: ast.expr) -> bool:
    """Return whether the name of an expression is usual for HTTP clients."""
    return _CLIENT_NAME.search(last_name(node)) is not None


def last_name(node: ast.expr) -> str:
    """Return the last name in an expression that a method is called on; empty without one."""
    match node.func if isinstance(node, ast.Call) else node:
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
    return ""
