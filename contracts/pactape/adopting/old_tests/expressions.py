"""Evaluates path expressions of a module without running them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from pathlib import Path

import msgspec

__all__ = ["assigned_values", "path_of"]

_FILES = {
    "request.node.fspath",
    "request.node.path",
    "request.fspath",
    "request.path",
    "request.module.__file__",
}
_NO_NAMES: Mapping[str, ast.expr] = {}


def assigned_values(scope: ast.Module | ast.FunctionDef) -> dict[str, ast.expr]:
    """Return the values of the names that a module or function assigns exactly once.

    Example:
        >>> sorted(assigned_values(ast.parse("A = 1; B: int = 2; A = 3")))
        ['B']
    """
    values: dict[str, list[ast.expr]] = {}
    for statement in scope.body:
        if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
            for target in statement.targets if isinstance(statement, ast.Assign) else [statement.target]:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append(statement.value)
    return {name: found[0] for name, found in values.items() if len(found) == 1}


def path_of(
    node: ast.AST, module: Path, test_module: Path | None = None, names: Mapping[str, ast.expr] = _NO_NAMES
) -> Path | None:
    """Return the value of a path expression; None when it is computed.

    Understands texts, `os.path.join`, `pathlib` with "/", `__file__`, names that are assigned once, and the paths
    and names of `request`.

    Args:
        node: The expression.
        module: The module that contains it.
        test_module: The module of the test that requests it; None if unknown.
        names: The values of the module's names.

    Example:
        >>> expression = ast.parse("os.path.join('tests', 'cassettes')", mode="eval").body
        >>> path_of(expression, Path("test_users.py")).as_posix()
        'tests/cassettes'
    """
    return _Reader(module, test_module, names).path(node)


class _Reader(msgspec.Struct, frozen=True):
    """Evaluates the expressions of a module; see `path_of`."""

    module: Path
    test_module: Path | None
    names: Mapping[str, ast.expr]

    def path(self, node: ast.AST) -> Path | None:
        text = self.text(node)
        if text is not None:
            return Path(text)
        if isinstance(node, ast.Name) and node.id in self.names:
            others = {name: value for name, value in self.names.items() if name != node.id}
            return _Reader(self.module, self.test_module, others).path(self.names[node.id])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
            return self.joined([node.left, node.right])
        if isinstance(node, ast.Attribute):
            return self.attribute(node)
        return self.call(node) if isinstance(node, ast.Call) else None

    def text(self, node: ast.AST) -> str | None:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            return node.value
        if isinstance(node, ast.Name) and node.id == "__file__":
            return str(self.module)
        if isinstance(node, ast.JoinedStr):
            return self.concatenated(node.values)
        if isinstance(node, ast.FormattedValue) and node.format_spec is None:
            return self.concatenated([node.value])
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
            return self.concatenated([node.left, node.right])
        is_name = isinstance(node, ast.Attribute) and ast.unparse(node) == "request.module.__name__"
        return _module_name(self.test_module) if is_name and self.test_module is not None else None

    def concatenated(self, nodes: list[ast.expr]) -> str | None:
        """Return the concatenation of texts and paths; a text keeps the slash at its end."""
        texts = []
        for node in nodes:
            text = self.text(node)
            path = self.path(node) if text is None else None
            texts.append(path.as_posix() if path is not None else text)
        return None if None in texts else "".join(text for text in texts if text is not None)

    def attribute(self, node: ast.Attribute) -> Path | None:
        if ast.unparse(node) in _FILES:
            return self.test_module
        inner = self.path(node.value)
        if inner is None:
            return None
        match node.attr:
            case "parent" | "dirname":
                return inner.parent
            case "stem" | "purebasename":
                return Path(inner.stem)
            case "name" | "basename":
                return Path(inner.name)
            case _:
                return None

    def call(self, node: ast.Call) -> Path | None:
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        owner = node.func.value if isinstance(node.func, ast.Attribute) else None
        if name == "join":
            return self.joined(node.args)
        if name == "joinpath" and owner is not None:
            return self.joined([owner, *node.args])
        if name in {"dirname", "basename"} and node.args:
            inner = self.path(node.args[0])
            return (inner.parent if name == "dirname" else Path(inner.name)) if inner else None
        if name == "Path" and len(node.args) > 1:
            return self.joined(node.args)
        if name in {
            "str",
            "Path",
            "PurePath",
            "abspath",
            "realpath",
            "fspath",
            "as_posix",
            "resolve",
            "absolute",
        }:
            return self.path(node.args[0] if node.args else owner or ast.Constant(None))
        return None

    def joined(self, nodes: list[ast.expr]) -> Path | None:
        paths = [self.path(node) for node in nodes]
        first = paths[0] if paths else None
        if first is None or any(path is None for path in paths):
            return None
        return first.joinpath(*[path for path in paths[1:] if path is not None])


def _module_name(module: Path) -> str:
    """Return the name under which pytest imports a test module, with its packages."""
    names = [module.stem]
    for folder in module.parents:
        if not (folder / "__init__.py").is_file():
            break
        names.append(folder.name)
    return ".".join(reversed(names))
