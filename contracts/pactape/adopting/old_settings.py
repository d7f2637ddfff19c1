"""The settings of a project's former recorder: its test files, its `vcr_config` fixtures, its cassette folders."""

from __future__ import annotations

import ast
import configparser
import shlex
import tomllib
from contextlib import suppress
from typing import TYPE_CHECKING

from pactape.adopting.arguments import OldOptions, read_options

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

__all__ = ["cassette_folder", "config_options", "opened_cassettes", "python_file_patterns"]

_DEFAULT = ("test_*.py", "*_test.py")
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
    for name, section in _INI:
        parser = configparser.ConfigParser(interpolation=None)
        with suppress(configparser.Error, OSError, UnicodeDecodeError):
            parser.read(root / name, encoding="utf-8")
            if parser.has_option(section, "python_files"):
                return tuple(shlex.split(parser.get(section, "python_files")))
    with suppress(OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        document = tomllib.loads((root / "pyproject.toml").read_text("utf-8"))
        value = document.get("tool", {}).get("pytest", {}).get("ini_options", {}).get("python_files", ())
        return tuple(shlex.split(value)) if isinstance(value, str) else tuple(value)
    return ()


def config_options(tree: ast.Module) -> Iterator[tuple[int, OldOptions]]:
    """Yield the line and the meaning of each `vcr_config` fixture of a module."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and node.name == "vcr_config":
            yield node.lineno, _returned(node)


def _returned(function: ast.FunctionDef) -> OldOptions:
    returns = [each.value for each in ast.walk(function) if isinstance(each, ast.Return)]
    value = returns[0] if len(returns) == 1 else None
    if isinstance(value, ast.Dict) and all(isinstance(key, ast.Constant) for key in value.keys):
        keys = [str(key.value) for key in value.keys if isinstance(key, ast.Constant)]
        return read_options(dict(zip(keys, value.values, strict=True)))
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "dict":
        return read_options({each.arg: each.value for each in value.keywords if each.arg})
    advice = "write its options into [tool.pactape.match] and [tool.pactape.scrub]"
    return OldOptions(
        problems=(f"the fixture vcr_config doesn't return a literal mapping. Next step: {advice}",)
    )


def cassette_folder(tree: ast.Module, path: Path) -> Path | None:
    """Return the folder that a module's `vcr_cassette_dir` fixture returns; None when it has none that can be read.

    Understands texts, `os.path.join`, `pathlib` with "/", and `__file__`.
    """
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and node.name == "vcr_cassette_dir":
            returns = [each.value for each in ast.walk(node) if isinstance(each, ast.Return) and each.value]
            if len(returns) == 1:
                return _path(returns[0], path)
    return None


def _path(node: ast.AST, module: Path) -> Path | None:
    """Return the path that an expression means."""
    from pathlib import Path  # noqa: PLC0415 -- the name is only a type above

    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return Path(node.value)
    if isinstance(node, ast.Name) and node.id == "__file__":
        return module
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div):
        return _joined([node.left, node.right], module)
    if isinstance(node, ast.Attribute) and node.attr == "parent":
        inner = _path(node.value, module)
        return inner.parent if inner else None
    if isinstance(node, ast.Call):
        return _called(node, module)
    return None


def _called(node: ast.Call, module: Path) -> Path | None:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name == "join":
        return _joined(node.args, module)
    if name == "dirname" and node.args:
        inner = _path(node.args[0], module)
        return inner.parent if inner else None
    if name in {"str", "Path", "abspath", "realpath", "fspath", "as_posix", "resolve", "absolute"}:
        owner = node.func.value if isinstance(node.func, ast.Attribute) and not node.args else None
        return _path(node.args[0] if node.args else owner or ast.Constant(None), module)
    return None


def _joined(nodes: list[ast.expr], module: Path) -> Path | None:
    found = [_path(each, module) for each in nodes]
    first = found[0] if found else None
    if first is None or any(each is None for each in found):
        return None
    return first.joinpath(*[each for each in found[1:] if each is not None])


def opened_cassettes(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield the line, the function and the file name of each text that may name a cassette that code opens."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            inside = [each for statement in node.body for each in ast.walk(statement)]
            for each in inside:
                if isinstance(each, ast.Constant) and isinstance(each.value, str):
                    name = each.value.replace("\\", "/").rpartition("/")[2]
                    if name.endswith((".yaml", ".yml", ".json")):
                        yield each.lineno, node.name, name
