"""Evaluating path expressions of a module without running them."""

from __future__ import annotations

import ast
from pathlib import Path

__all__ = ["assigned_values", "path_of"]


def assigned_values(scope: ast.Module | ast.FunctionDef) -> dict[str, ast.expr]:
    """Return what the names of a module or function stand for that are assigned there once.

    Example:
        >>> sorted(assigned_values(ast.parse("A = 1; B: int = 2; A = 3")))
        ['B']
    """
    values: dict[str, list[ast.expr]] = {}
    for each in scope.body:
        if isinstance(each, ast.Assign | ast.AnnAssign) and each.value is not None:
            for target in each.targets if isinstance(each, ast.Assign) else [each.target]:
                if isinstance(target, ast.Name):
                    values.setdefault(target.id, []).append(each.value)
    return {name: found[0] for name, found in values.items() if len(found) == 1}


def path_of(node: ast.AST, module: Path, test_module: Path | None = None) -> Path | None:
    """Return the path that an expression means; None when it is computed.

    Understands texts, `os.path.join`, `pathlib` with "/", `__file__` and `request.module.__name__`.

    Args:
        node: The expression.
        module: The module that it stands in.
        test_module: The module of the test that asks for it; None where that isn't known.

    Example:
        >>> expression = ast.parse("os.path.join('tests', 'cassettes')", mode="eval").body
        >>> path_of(expression, Path("test_users.py")).as_posix()
        'tests/cassettes'
    """
    text = _text_of(node, module, test_module)
    if text is not None:
        return Path(text)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined_path([node.left, node.right], module, test_module)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        inner = path_of(node.value, module, test_module)
        return inner.parent if inner else None
    return _path_of_call(node, module, test_module) if isinstance(node, ast.Call) else None


def _text_of(node: ast.AST, module: Path, test_module: Path | None) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.Name) and node.id == "__file__":
        return str(module)
    is_name = isinstance(node, ast.Attribute) and ast.unparse(node) == "request.module.__name__"
    return _module_name(test_module) if is_name and test_module is not None else None


def _module_name(module: Path) -> str:
    """Return the name that pytest imports a test module under: with the packages that it is in."""
    names = [module.stem]
    for folder in module.parents:
        if not (folder / "__init__.py").is_file():
            break
        names.append(folder.name)
    return ".".join(reversed(names))


def _path_of_call(node: ast.Call, module: Path, test_module: Path | None) -> Path | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "join":
        return _joined_path(node.args, module, test_module)
    if name == "dirname" and node.args:
        inner = path_of(node.args[0], module, test_module)
        return inner.parent if inner else None
    if name in {"str", "Path", "abspath", "realpath", "fspath", "as_posix", "resolve", "absolute"}:
        owner = node.func.value if isinstance(node.func, ast.Attribute) and not node.args else None
        return path_of(node.args[0] if node.args else owner or ast.Constant(None), module, test_module)
    return None


def _joined_path(nodes: list[ast.expr], module: Path, test_module: Path | None) -> Path | None:
    paths = [path_of(each, module, test_module) for each in nodes]
    first = paths[0] if paths else None
    if first is None or any(each is None for each in paths):
        return None
    return first.joinpath(*[each for each in paths[1:] if each is not None])
