"""Finds the files of a Bruno collection that set variables: of the collection, its environments and its folders."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

import yaml

from pactape.recorders.formats.bruno.bru_files import bru_variables
from pactape.recorders.formats.bruno.documents import environments_of, set_by
from pactape.recorders.source import Source

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["common_values", "settings_files", "variables_around"]

#: Files in a collection's root folder, in the old and the new format.
_ROOTS = ("bruno.json", "opencollection.yml", "opencollection.yaml", "collection.bru")
_OF_COLLECTIONS = ("collection.bru", "opencollection.yml", "opencollection.yaml")
_OF_FOLDERS = ("folder.bru", "folder.yml", "folder.yaml")
_ENVIRONMENTS = ("*.bru", "*.yml", "*.yaml")
_MOST_LEVELS = 12


def settings_files(path: Path) -> list[Path]:
    """Return the files whose variables apply to a request's file, outer ones first; not all need exist."""
    folders = _folders(path)
    if not folders:
        return []
    root = folders[0]
    environments = root / "environments"
    files = [root / name for name in _OF_COLLECTIONS]
    files += sorted(path for pattern in _ENVIRONMENTS for path in environments.glob(pattern))
    files += [folder / name for folder in folders[1:] for name in _OF_FOLDERS]
    return [file for file in files if file.is_file() and file != path]


def variables_around(path: Path) -> dict[str, str]:
    """Return the variables that apply to a request's file; inner ones take precedence.

    An environment's variable counts only if all environments agree, because the used one isn't recorded.
    """
    collection: dict[str, str] = {}
    environments: list[dict[str, str]] = []
    folders: dict[str, str] = {}
    for settings_file in settings_files(path):
        values = _variables(settings_file)
        if settings_file.parent.name == "environments":
            environments.append(values)
        elif settings_file.name in _OF_FOLDERS:
            folders |= values
        else:
            collection |= values
    return {**collection, **common_values(environments), **folders}


def common_values(environments: Iterable[dict[str, str]]) -> dict[str, str]:
    """Return the variables that have the same value in all environments that set them."""
    values: dict[str, set[str]] = {}
    for environment in environments:
        for name, value in environment.items():
            values.setdefault(name, set()).add(value)
    return {name: next(iter(value)) for name, value in values.items() if len(value) == 1}


def _folders(path: Path) -> list[Path]:
    """Return the folders from the collection's root to the file's folder; empty outside a collection."""
    folders: list[Path] = []
    for folder in list(path.absolute().parents)[:_MOST_LEVELS]:
        folders.insert(0, folder)
        if any((folder / name).is_file() for name in _ROOTS):
            return folders
    return []


def _variables(path: Path) -> dict[str, str]:
    """Return the variables that a file sets; none if it can't be read."""
    with suppress(OSError, ValueError, yaml.YAMLError):
        if path.suffix == ".bru":
            return bru_variables(path.read_text("utf-8", "replace"))
        value: Any = Source(path, path.read_bytes()).value
        if isinstance(value, dict):
            return {**common_values(environments_of(value)), **set_by(value)}
    return {}
