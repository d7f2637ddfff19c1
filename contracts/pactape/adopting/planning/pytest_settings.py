"""The settings of pytest in a project's files, by pytest's own order of these files."""

from __future__ import annotations

import configparser
import shlex
import tomllib
from typing import TYPE_CHECKING, Any

from pactape.pyproject_file import FILE_NAME, PYTEST_FILES, table_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

__all__ = ["pytest_words"]

#: Files of several tools, each with the section of pytest.
_SHARED_FILES = ((FILE_NAME, ""), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest"))


def pytest_words(root: Path, option: str) -> tuple[str, tuple[str, ...]]:
    """Return the words of one of pytest's settings, and the name of the file that pytest reads its settings from.

    Args:
        root: The folder of the project.
        option: The setting's name: "python_files", "addopts".
    """
    for name, settings in _settings_by_file(root):
        value = settings.get(option, ())
        return name, tuple(shlex.split(value)) if isinstance(value, str) else tuple(map(str, value))
    return "", ()


def _settings_by_file(root: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the settings of each file that has some; pytest takes the first and ignores the others."""
    for name in PYTEST_FILES:  # the first that exists counts, even without a table
        if (root / name).is_file():
            yield (
                name,
                _toml(root / name, "pytest") if name.endswith(".toml") else _ini(root / name, "pytest"),
            )
    for name, section in _SHARED_FILES:
        if (root / name).is_file():
            settings = _ini(root / name, section) if section else _tool_table(root / name)
            if settings:
                yield name, settings


def _ini(path: Path, section: str) -> Mapping[str, Any]:
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read(path, encoding="utf-8")
    except (configparser.Error, OSError, UnicodeDecodeError):
        return {}
    return dict(parser[section]) if parser.has_section(section) else {}


def _tool_table(path: Path) -> Mapping[str, Any]:
    """Return pytest's table of a pyproject.toml, by either of its names."""
    table = table_of(_toml(path, "tool"), "pytest")
    return table_of(table, "ini_options") or table


def _toml(path: Path, name: str) -> dict[str, Any]:
    try:
        return table_of(tomllib.loads(path.read_text("utf-8")), name)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError):
        return {}
