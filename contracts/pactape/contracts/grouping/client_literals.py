"""Finds the path segments that are literals in the client's code, without importing or running it."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

__all__ = ["client_literals", "literal_segments", "python_files"]

_PATH = re.compile(r"[^\s?#]*/[^\s?#]*")
_SEGMENT = re.compile(r"[A-Za-z][\w.~-]*")


def client_literals(paths: Iterable[Path]) -> frozenset[str]:
    """Return the path segments that are literals in Python files.

    Args:
        paths: Files, and folders to search; files that aren't Python are skipped.
    """
    return frozenset(
        segment for file in python_files(paths) for segment in _of_file(file, file.stat().st_mtime_ns)
    )


def python_files(paths: Iterable[Path]) -> list[Path]:
    """Return the given files and the Python files below the given folders, sorted, each once."""
    return sorted({file for path in paths for file in (path.rglob("*.py") if path.is_dir() else [path])})


@lru_cache(maxsize=1024)
def _of_file(file: Path, _changed: int) -> frozenset[str]:
    try:
        return literal_segments(file.read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset()


def literal_segments(source: str | bytes) -> frozenset[str]:
    """Return the path segments that are literals in Python code.

    Example:
        >>> sorted(literal_segments('get(f"/users/{id}/posts"); get("/tags/" + name)'))
        ['posts', 'tags', 'users']
    """
    return frozenset(
        segment
        for text in _texts(ast.parse(source))
        if (path := _PATH.match(text)) is not None
        for segment in path[0].split("/")[1:]
        if _SEGMENT.fullmatch(segment)
    )


def _texts(tree: ast.Module) -> Iterator[str]:
    """Yield the literal texts; an f-string is one text, with a brace for each value."""
    parts: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts |= {id(value) for value in node.values}
            yield "".join(
                str(value.value) if isinstance(value, ast.Constant) else "{" for value in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in parts:
            yield node.value
