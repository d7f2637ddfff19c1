"""Finds the name of a project in the configuration of its build tool."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["project_name"]


def project_name(document: dict[str, Any], root: Path) -> str | None:
    """Return a project's name; None if no file states it.

    The order of the search is `[project]` and `[tool.poetry]` (or flit's table) of pyproject.toml, `[metadata]` of
    setup.cfg, and a literal `name` in setup.py, which is not run.

    Args:
        document: The decoded pyproject.toml; empty if it doesn't exist.
        root: The project's folder.
    """
    tool = _table(document, "tool")
    flit = _table(_table(tool, "flit"), "metadata")
    names = (
        _table(document, "project").get("name"),
        _table(tool, "poetry").get("name"),
        flit.get("dist-name") or flit.get("module"),
        _setup_cfg_name(root / "setup.cfg"),
        _setup_py_name(root / "setup.py"),
    )
    return next((name for name in names if isinstance(name, str) and name), None)


def _table(document: dict[str, Any], name: str) -> dict[str, Any]:
    value = document.get(name)
    return value if isinstance(value, dict) else {}


def _setup_cfg_name(path: Path) -> str | None:
    if not path.is_file():
        return None
    import configparser  # noqa: PLC0415 -- few projects have the file

    parser = configparser.ConfigParser(interpolation=None)
    with suppress(OSError, UnicodeDecodeError, configparser.Error):
        parser.read_string(path.read_text(encoding="utf-8"))
        return parser.get("metadata", "name", fallback=None)
    return None


def _setup_py_name(path: Path) -> str | None:
    """Return the literal `name` of a call of `setup`."""
    if not path.is_file():
        return None
    import ast  # noqa: PLC0415 -- few projects have the file

    with suppress(OSError, SyntaxError, ValueError):
        for node in ast.walk(ast.parse(path.read_bytes())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("setup"):
                for keyword in node.keywords:
                    if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
                        return str(keyword.value.value)
    return None
