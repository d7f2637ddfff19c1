"""The test modules of a project, and the names of their tests as pytest collects them."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["modules_below", "names_of_tests"]

_COLLECT_SECONDS = 300


def names_of_tests(module: Path, root: Path) -> list[str]:
    """Return the names of a module's tests with their parameters, as pytest collects them."""
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", str(module)]
    try:
        process = subprocess.run(  # noqa: S603 -- the project's own tests
            command, cwd=root, capture_output=True, text=True, check=False, timeout=_COLLECT_SECONDS
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    return [
        line.split("::")[-1] if "[" not in line else line[line.rindex("::", 0, line.index("[")) + 2 :]
        for line in process.stdout.splitlines()
        if "::" in line
    ]


def modules_below(paths: Sequence[Path], patterns: Sequence[str]) -> list[Path]:
    """Return the files that match the patterns, below folders or given themselves, sorted."""
    modules = {file.absolute() for path in paths for pattern in patterns for file in _files(path, pattern)}
    return sorted(modules)


def _files(path: Path, pattern: str) -> list[Path]:
    """Return the path itself, or the files below it that aren't hidden or installed."""
    if not path.is_dir():
        return [path]
    return [file for file in path.rglob(pattern) if not _is_hidden(file.relative_to(path))]


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") or part in {"site-packages", "node_modules"} for part in path.parts)
