"""Finds the cassettes of a test in the folders of pytest-recording and pytest-vcr."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.adopting.old_tests.marked_tests import MarkedTest

__all__ = ["CassetteFolders", "old_cassettes"]

_SUFFIXES = ("", ".yaml", ".yml", ".json")
_FORBIDDEN = str.maketrans(dict.fromkeys("<>?%*:|\"'/\\", "-"))
_SHORTENED = re.compile(r"(.+)\.\.\.([0-9a-f]{32})")


class CassetteFolders:
    """The folders that may contain a module's cassettes.

    Args:
        module: The test module.
        named: The folder that a `vcr_cassette_dir` fixture returns; None for the default ones.
    """

    def __init__(self, module: Path, folder: Path | None = None) -> None:
        base = module.parent / "cassettes"
        self.by_module: list[Path] = [*([folder, folder / module.stem] if folder else []), base / module.stem]
        self.flat: list[Path] = [folder, base] if folder else [base]


def old_cassettes(folders: CassetteFolders, test: MarkedTest) -> dict[str, list[Path]]:
    """Return the cassettes of a test by its name with parameters: one, or several that are read together."""
    prefix = f"{test.classes[-1]}." if test.classes else ""
    own: dict[str, list[Path]] = {}
    for own_folder in folders.by_module:
        for file, name in _cassettes_of(own_folder, prefix, test.name).items():
            own.setdefault(name, []).append(file)
    existing = (_existing(folders, name) for name in test.named)
    marker_files = [file for file in existing if file is not None]
    if marker_files:
        own = {name: [*files, *marker_files] for name, files in own.items()} or {test.name: marker_files}
    if own:
        return own
    flat: dict[str, list[Path]] = {}
    for flat_folder in folders.flat:
        for fromkey in dict.fromkeys((prefix, "")):
            for file, name in _cassettes_of(flat_folder, fromkey, test.name).items():
                flat.setdefault(name, []).append(file)
    return flat


def _cassettes_of(folder: Path, prefix: str, name: str) -> dict[Path, str]:
    """Return the cassettes of a folder for a test and its parameters, by file."""
    stem = f"{prefix}{name}".translate(_FORBIDDEN)
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {
        file: file.stem.removeprefix(prefix)
        for file in files
        if file.suffix in _SUFFIXES[1:] and (file.stem == stem or _has_parameters(file.stem, stem))
    }


def _has_parameters(stem: str, test_stem: str) -> bool:
    """Return whether a file is named after a test with parameters; pytest-recording shortens long names."""
    if not stem.startswith(f"{test_stem}["):
        return False
    return stem.endswith("]") or _SHORTENED.fullmatch(stem) is not None


def shortened_digest(stem: str) -> str | None:
    """Return the digest at the end of a name that pytest-recording has shortened; None for other names."""
    match = _SHORTENED.fullmatch(stem)
    return match.group(2) if match else None


def digest_of(name: str) -> str:
    """Return the digest that pytest-recording appends to a long name."""
    return hashlib.md5(name.translate(_FORBIDDEN).encode(), usedforsecurity=False).hexdigest()


def file_stem_of(name: str) -> str:
    """Return the file name of a test's name: pytest-recording replaces characters that are often forbidden."""
    return name.translate(_FORBIDDEN)


def _existing(folders: CassetteFolders, name: str) -> Path | None:
    for folder in (*folders.by_module, *folders.flat):
        for suffix in _SUFFIXES:
            file = folder / f"{name}{suffix}"
            if file.is_file():
                return file
    return None
