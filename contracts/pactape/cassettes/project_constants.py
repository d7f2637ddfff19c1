"""Constants of the project: texts in its code, which are equal in every run."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["ProjectConstants"]

_INSTALLED = ("site-packages", "dist-packages")


class ProjectConstants:
    """The texts of a project's loaded modules, and of the environment.

    Args:
        root: The project's folder.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.resolve()

    def __contains__(self, text: str) -> bool:
        if any(text in value for value in os.environ.values()):
            return True
        return any(text in _source(path) for path in self._files())

    def _files(self) -> Iterator[Path]:
        for module in list(sys.modules.values()):
            name = getattr(module, "__file__", None)
            if isinstance(name, str) and name.endswith(".py"):
                path = Path(name)
                if path.is_relative_to(self._root) and not set(_INSTALLED) & set(path.parts):
                    yield path


@lru_cache(maxsize=1024)
def _source(path: Path) -> str:
    with suppress(OSError):
        return path.read_text("utf-8", "replace")
    return ""
