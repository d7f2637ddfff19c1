"""The settings of a project's previous recorder: its test files, `vcr_config` fixtures and cassette folders."""

from __future__ import annotations

import ast
import configparser
import re
import shlex
import tomllib
from contextlib import suppress
from typing import TYPE_CHECKING

from pactape.adopting.arguments import OldOptions, read_options
from pactape.adopting.old_tests.expressions import assigned_values, path_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["cassette_folder", "config_options", "opened_cassettes", "plugin_options", "python_file_patterns"]

_DEFAULT = ("test_*.py", "*_test.py")
#: Decorators whose string arguments reach the function.
_PARAMETERS = re.compile(r"\bparametrize\(|\bfixture\(")
_OPTION = re.compile(
    r"--(record-mode|block-network|allowed-hosts|disable-recording|vcr-record|disable-vcr)\b"
)
_INI = (
    ("pytest.ini", "pytest"),
    (".pytest.ini", "pytest"),
    ("tox.ini", "pytest"),
    ("setup.cfg", "tool:pytest"),
)


def python_file_patterns(root: Path) -> tuple[str, ...]:
    """Return the names of test files: pytest's `python_files`, as the project sets them, and conftest.py."""
    return (*(_python_files(root) or _DEFAULT), "conftest.py")


def _python_files(root: Path) -> tuple[str, ...]:
    return _ini_values(root, "python_files")[1]


def plugin_options(root: Path) -> tuple[str, tuple[str, ...]]:
    """Return the options of the other plugins in pytest's `addopts`, and the name of their file."""
    file, values = _ini_values(root, "addopts")
    return file, tuple(value for value in values if _OPTION.match(value))


def _ini_values(root: Path, option: str) -> tuple[str, tuple[str, ...]]:
    """Return the words of one of pytest's settings, and the name of their file."""
    for name, section in _INI:
        parser = configparser.ConfigParser(interpolation=None)
        with suppress(configparser.Error, OSError, UnicodeDecodeError):
            parser.read(root / name, encoding="utf-8")
            if parser.has_option(section, option):
                return name, tuple(shlex.split(parser.get(section, option)))
    with suppress(OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        document = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
        tables = document.get("tool", {}).get("pytest", {})
        value = tables.get("ini_options", {}).get(option, tables.get(option, ()))
        return "pyproject.toml", tuple(shlex.split(value)) if isinstance(value, str) else tuple(value)
    return "", ()


def config_options(tree: ast.Module) -> Iterator[tuple[int, OldOptions]]:
    """Yield the line and the translated options of each `vcr_config` fixture of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "vcr_config":
            yield node.lineno, _fixture_options(node, tree)


def _fixture_options(function: ast.FunctionDef, tree: ast.Module) -> OldOptions:
    options = _options_of(_returned(function), assigned_values(tree) | assigned_values(function))
    if options is not None:
        return read_options(options)
    advice = "write its options into [tool.pactape.match] and [tool.pactape.scrub]"
    return OldOptions(
        problems=(f"the fixture vcr_config doesn't return a literal mapping. Next step: {advice}",)
    )


def _returned(function: ast.FunctionDef) -> ast.expr | None:
    """Return what a fixture returns or yields; None when there are several."""
    values = [node.value for node in _own_nodes(function) if isinstance(node, ast.Return | ast.Yield)]
    return values[0] if len(values) == 1 else None


def _own_nodes(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes below a function that don't belong to a function inside it."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from _own_nodes(child)


def _options_of(node: ast.expr | None, values: Mapping[str, ast.expr]) -> dict[str, ast.expr] | None:
    """Return the options in an expression: a mapping, its name, or several combined; None if computed."""
    if isinstance(node, ast.Name) and node.id in values:
        return _options_of(
            values[node.id], {name: value for name, value in values.items() if name != node.id}
        )
    if isinstance(node, ast.Dict):
        parts = [
            _options_of(value, values) if key is None else _option(key, value)
            for key, value in zip(node.keys, node.values, strict=True)
        ]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        keywords = [
            _options_of(keyword.value, values) if keyword.arg is None else {keyword.arg: keyword.value}
            for keyword in node.keywords
        ]
        parts = [*(_options_of(arg, values) for arg in node.args), *keywords]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        parts = [_options_of(node.left, values), _options_of(node.right, values)]
    else:
        return None
    known = [part for part in parts if part is not None]
    return (
        {name: value for part in known for name, value in part.items()} if len(known) == len(parts) else None
    )


def _option(key: ast.expr, value: ast.expr) -> dict[str, ast.expr] | None:
    return {key.value: value} if isinstance(key, ast.Constant) and isinstance(key.value, str) else None


def cassette_folder(tree: ast.Module, path: Path, test_module: Path | None = None) -> Path | None:
    """Return the folder that a module's `vcr_cassette_dir` fixture returns; None without one that can be read.

    Understands texts, `os.path.join`, `pathlib` with "/", `__file__` and `request.module.__name__`.

    Args:
        tree: The module's syntax tree.
        path: The module's path.
        test_module: The test module that requests the fixture; None if unknown.
    """
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "vcr_cassette_dir":
            returns = [
                child.value for child in ast.walk(node) if isinstance(child, ast.Return) and child.value
            ]
            if len(returns) == 1:
                return path_of(returns[0], path, test_module, assigned_values(tree) | assigned_values(node))
    return None


def opened_cassettes(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield the line, place and file name of each string that may be the path of a cassette that code opens.

    Such strings are in functions, their defaults and parameters, and constants of modules and classes; those
    in markers are excluded.
    """
    for node in ast.walk(tree):
        for place, part in _parts_with_names(node):
            for child in ast.walk(part):
                if isinstance(child, ast.Constant) and isinstance(child.value, str):
                    name = child.value.replace("\\", "/").rpartition("/")[2]
                    if name.endswith((".yaml", ".yml", ".json")):
                        yield child.lineno, place, name


def _parts_with_names(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Yield the parts of a function, or the constants of a module or class, with what they belong to."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        defaults = [
            *node.args.defaults,
            *(kw_default for kw_default in node.args.kw_defaults if kw_default is not None),
        ]
        parameters = [
            decorator for decorator in node.decorator_list if _PARAMETERS.search(ast.unparse(decorator))
        ]
        yield from ((node.name, part) for part in (*node.body, *defaults, *parameters))
    elif isinstance(node, ast.Module | ast.ClassDef):
        for statement in node.body:
            if isinstance(statement, ast.Assign | ast.AnnAssign) and statement.value is not None:
                targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
                name = ast.unparse(targets[0])
                if name != "pytestmark":
                    yield name, statement.value
