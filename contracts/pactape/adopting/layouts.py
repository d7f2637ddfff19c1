"""Where pytest-recording and pytest-vcr keep the cassettes of a test, and under which names."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.adopting.marked import MarkedTest

__all__ = ["CassetteFolders", "old_cassettes"]

_SUFFIXES = ("", ".yaml", ".yml", ".json")
_FORBIDDEN = str.maketrans(dict.fromkeys("<>?%*:|\"'/\\", "-"))
_SHORTENED = re.compile(r"(.+)\.\.\.([0-9a-f]{32})")


class CassetteFolders:
    """The folders in which a module's cassettes may lie.

    Args:
        module: The test module.
        named: The folder that a `vcr_cassette_dir` fixture returns; None for the default ones.
    """

    def __init__(self, module: Path, named: Path | None = None) -> None:
        base = module.parent / "cassettes"
        self.by_module: list[Path] = [*([named, named / module.stem] if named else []), base / module.stem]
        self.flat: list[Path] = [named, base] if named else [base]


def old_cassettes(folders: CassetteFolders, test: MarkedTest) -> dict[str, list[Path]]:
    """Return the cassettes of a test by its name with parameters: one, or several that are read together."""
    prefix = f"{test.classes[-1]}." if test.classes else ""
    own: dict[str, list[Path]] = {}
    for own_folder in folders.by_module:
        for file, name in _named_after(own_folder, prefix, test.name).items():
            own.setdefault(name, []).append(file)
    existing = (_existing(folders, name) for name in test.named)
    named = [file for file in existing if file is not None]
    if named:
        own = {name: [*files, *named] for name, files in own.items()} or {test.name: named}
    if own:
        return own
    flat: dict[str, list[Path]] = {}
    for flat_folder in folders.flat:
        for each in dict.fromkeys((prefix, "")):
            for file, name in _named_after(flat_folder, each, test.name).items():
                flat.setdefault(name, []).append(file)
    return flat


def _named_after(folder: Path, prefix: str, name: str) -> dict[Path, str]:
    """Return the cassettes of a folder for a test and its parameters, by file."""
    wanted = f"{prefix}{name}".translate(_FORBIDDEN)
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    return {
        file: file.stem.removeprefix(prefix)
        for file in files
        if file.suffix in _SUFFIXES[1:] and (file.stem == wanted or _has_parameters(file.stem, wanted))
    }


def _has_parameters(stem: str, wanted: str) -> bool:
    """Return whether a file is named after a test with parameters; pytest-recording cuts long names."""
    if not stem.startswith(f"{wanted}["):
        return False
    return stem.endswith("]") or _SHORTENED.fullmatch(stem) is not None


def shortened_digest(stem: str) -> str | None:
    """Return the digest at the end of a name that pytest-recording has cut; None of any other."""
    match = _SHORTENED.fullmatch(stem)
    return match.group(2) if match else None


def digest_of(name: str) -> str:
    """Return the digest that pytest-recording puts at the end of a long name."""
    return hashlib.md5(name.translate(_FORBIDDEN).encode(), usedforsecurity=False).hexdigest()


def _existing(folders: CassetteFolders, name: str) -> Path | None:
    for folder in (*folders.by_module, *folders.flat):
        for suffix in _SUFFIXES:
            file = folder / f"{name}{suffix}"
            if file.is_file():
                return file
    return None
