"""The projects that test modules will belong to after the adoption; a repository may have several."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.pyproject_file import FILE_NAME, find_root, read_pyproject, table_of
from pactape.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pactape.settings import Settings

__all__ = ["Projects"]


class Projects:
    """Finds the settings that a test module will have.

    While tests run, the nearest pyproject.toml with a table `[tool.pactape]` applies. A folder inside the project
    that has such a table is a separate project; all other modules belong to the project that is adopted, even if a
    pyproject.toml without that table is nearer.

    Args:
        settings: The settings of the adopted project.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.root = settings.root.absolute()
        self._has_table = _has_table(self.root)
        self._rules: dict[Path, ScrubRules] = {}
        self._of_folder = functools.cache(self._load)

    def of(self, module: Path) -> Settings:
        """Return the settings of a module.

        Raises:
            SettingsError: The settings of a nested project can't be read.
        """
        return self._of_folder(module.parent)

    def rules_of(self, module: Path) -> ScrubRules:
        """Return the scrubbing rules for the cassettes of a module's tests."""
        settings = self.of(module)
        return self._rules.setdefault(settings.root, ScrubRules.from_settings(settings.scrub))

    def folders(self, modules: Iterable[Path]) -> tuple[Path, ...]:
        """Return the folders of the projects that some modules belong to."""
        return tuple(dict.fromkeys(self.of(module).root.absolute() for module in modules))

    def needs_table(self, modules: Iterable[Path]) -> bool:
        """Return whether modules belong to the adopted project only if its pyproject.toml gets the table."""
        return not self._has_table and any(
            self.of(module).root == self._settings.root
            and not ((self.root / FILE_NAME).is_file() and find_root(module.parent) == self.root)
            for module in modules
        )

    def file_in_project(self, module: Path) -> str:
        """Return a module's path as in its tests' node ids: relative to its project, with slashes."""
        root = self.of(module).root.absolute()
        return module.relative_to(root).as_posix() if module.is_relative_to(root) else str(module)

    def display_path(self, path: Path) -> str:
        """Return a path for messages: relative to the adopted project, if it is inside."""
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else str(path)

    def _load(self, folder: Path) -> Settings:
        nearest = find_root(folder)
        is_inside = nearest != self.root and nearest.is_relative_to(self.root)
        return load_settings(nearest) if is_inside and _has_table(nearest) else self._settings


def _has_table(folder: Path) -> bool:
    return "pactape" in table_of(read_pyproject(folder), "tool")
