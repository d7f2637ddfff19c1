"""The settings of a project's previous recorder: its test files, plugins' options and cassette folders."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from pactape.adopting.old_tests.expressions import assigned_values, path_of
from pactape.adopting.old_tests.old_marks import kind_of
from pactape.adopting.planning.old_configurations import fixtures_named
from pactape.adopting.planning.pytest_settings import pytest_words

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["cassette_folder", "naming_fixture", "opened_cassettes", "plugin_options", "python_file_patterns"]

_DEFAULT = ("test_*.py", "*_test.py")
#: Decorators whose string arguments reach the function.
_PARAMETERS = re.compile(r"\bparametrize\(|\bfixture\(")
_OPTION = re.compile(
    r"--(record-mode|block-network|allowed-hosts|disable-recording|vcr-record|disable-vcr)\b"
)


def python_file_patterns(root: Path) -> tuple[str, ...]:
    """Return the names of test files: pytest's `python_files`, as the project sets them, and conftest.py."""
    return (*(pytest_words(root, "python_files")[1] or _DEFAULT), "conftest.py")


def plugin_options(root: Path) -> tuple[str, tuple[str, ...]]:
    """Return the options of the other plugins in pytest's `addopts`, and the name of their file."""
    file, values = pytest_words(root, "addopts")
    return file, tuple(value for value in values if _OPTION.match(value))


def cassette_folder(tree: ast.Module, path: Path, test_module: Path | None = None) -> Path | None:
    """Return the folder that a module's `vcr_cassette_dir` fixture returns; None without one that can be read.

    Understands texts, `os.path.join`, `pathlib` with "/", `__file__` and `request.module.__name__`.

    Args:
        tree: The module's syntax tree.
        path: The module's path.
        test_module: The test module that requests the fixture; None if unknown.
    """
    for node in fixtures_named(tree, "vcr_cassette_dir"):
        returns = [child.value for child in ast.walk(node) if isinstance(child, ast.Return) and child.value]
        if node in tree.body and len(returns) == 1:
            return path_of(returns[0], path, test_module, assigned_values(tree) | assigned_values(node))
    return None


def naming_fixture(tree: ast.Module) -> tuple[int, str] | None:
    """Return the line and the name of a module's fixture that names cassettes; None without one."""
    names = ("default_cassette_name", "vcr_cassette_name")
    fixtures = ((node.lineno, name) for name in names for node in fixtures_named(tree, name))
    return next(fixtures, None)


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
                if name != "pytestmark" and not kind_of(statement.value):
                    yield name, statement.value
