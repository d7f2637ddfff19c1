"""The journal of a running adoption, with which an interrupted adoption can be finished."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.adopting.carrying_out.old_files import delete_files
from pactape.file_cache import FileCache, cache_folder
from pactape.files import write_atomically

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Journal", "Resumption", "is_interrupted", "resume"]

_NAME = "journal"


class _Entries(msgspec.Struct):
    """The steps of an adoption so far.

    Args:
        sources: The original text of each module, by path.
        digests: The digests of the texts that the adoption wrote, by the module's path.
        obsolete: The old cassettes that it has started to delete; empty while it can be undone.
    """

    sources: dict[str, bytes] = {}
    digests: dict[str, list[str]] = {}
    obsolete: list[str] = []


class Resumption(msgspec.Struct, frozen=True, kw_only=True):
    """The result of finishing an interrupted adoption.

    Args:
        restored: The modules with their original text restored.
        edited: The modules that were edited in the meantime, and stay unchanged.
        deleted: The number of deleted old cassettes that were no longer needed.
    """

    restored: tuple[Path, ...] = ()
    edited: tuple[Path, ...] = ()
    deleted: int = 0


class Journal:
    """Writes modules in a way that can be undone until old cassettes are deleted.

    Args:
        root: The project's folder.
        sources: The original text of each module, by path.
    """

    def __init__(self, root: Path, sources: Mapping[Path, bytes]) -> None:
        self._root = root
        self._entries = _Entries(sources={str(path): source for path, source in sources.items()})
        self._save()

    def write_module(self, path: Path, text: bytes) -> None:
        """Replace a module's text.

        Raises:
            OutputError: The file can't be written.
        """
        self._entries.digests.setdefault(str(path), []).append(_digest(text))
        self._save()
        write_atomically(path, text)

    def finish(self, obsolete: Iterable[Path]) -> None:
        """Delete old cassettes, and then the journal; the adoption can no longer be undone.

        Raises:
            OutputError: A file can't be deleted.
        """
        self._entries.obsolete = [str(file) for file in obsolete]
        if self._entries.obsolete:
            self._save()
        delete_files(map(Path, self._entries.obsolete))
        _cache(self._root).delete_unused()

    def _save(self) -> None:
        _cache(self._root).write(_NAME, msgspec.json.encode(self._entries))


def is_interrupted(root: Path) -> bool:
    """Return whether an adoption of the project in `root` was interrupted."""
    return _read(root) is not None


def resume(root: Path) -> Resumption | None:
    """Undo an interrupted adoption, or finish it if it has already deleted old cassettes.

    Args:
        root: The project's folder.

    Returns:
        The result; None when no adoption was interrupted.

    Raises:
        OutputError: A file can't be written or deleted.
    """
    entries = _read(root)
    if entries is None:
        return None
    deleted = [file for file in map(Path, entries.obsolete) if file.is_file()]
    delete_files(deleted)
    restored, edited = [], []
    for name, source in ({} if entries.obsolete else entries.sources).items():
        path = Path(name)
        text = path.read_bytes() if path.is_file() else b""
        if _digest(text) in entries.digests.get(name, ()):
            write_atomically(path, source)
            restored.append(path)
        elif text != source:
            edited.append(path)
    _cache(root).delete_unused()
    return Resumption(restored=tuple(restored), edited=tuple(edited), deleted=len(deleted))


def _read(root: Path) -> _Entries | None:
    data = _cache(root).read(_NAME)
    try:
        return msgspec.json.decode(data, type=_Entries) if data else None
    except msgspec.DecodeError:
        return None


def _cache(root: Path) -> FileCache:
    return FileCache(cache_folder(root.absolute()), "adoption", fingerprint=b"")


def _digest(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
