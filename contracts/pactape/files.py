"""Writes files atomically: a reader sees either the old content or the new content, completely.

It also tells why a file can't be read.
"""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from pactape.errors import CassetteFormatError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["atomic_file", "is_special", "unreadable", "write_atomically"]

_PATTERN = frozenset("*?[")


def unreadable(path: Path, error: OSError) -> CassetteFormatError:
    """Return the error of a recording that can't be read, or of a pattern that matches no file."""
    if isinstance(error, FileNotFoundError):
        what = "matches no file" if _PATTERN.intersection(str(path)) else "doesn't exist"
        return CassetteFormatError(what, where=path, remedy="correct the path or the pattern that names it")
    return CassetteFormatError(
        f"can't be read ({error.strerror})", where=path, remedy="make the file readable, or exclude it"
    )


def write_atomically(path: Path, data: bytes) -> None:
    """Replace the file at `path` with `data`, durably and atomically.

    Missing folders are created. The data goes to a temporary file in the same folder, is flushed to the
    disk and then renamed over `path`; a crash at any moment leaves the old file or the new one.

    Raises:
        OutputError: The folder or the file can't be written; nothing has changed.
    """
    with atomic_file(path) as file:
        file.write(data)


@contextmanager
def atomic_file(path: Path) -> Iterator[BinaryIO]:
    """Yield a file that replaces the one at `path` atomically once everything is written; see `write_atomically`.

    A link stays, and the file that it points to is replaced. A device or a pipe is written to directly, because
    replacing it would remove `/dev/null`, for example.

    Raises:
        OutputError: The folder or the file can't be written; nothing has changed.
    """
    if is_special(path):
        with _special_file(path) as file:
            yield file
        return
    path = Path(os.path.realpath(path))
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".tmp")
    except OSError as error:
        raise _unwritable(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(_mode(path))
        Path(temporary).replace(path)
    except BaseException as error:
        with suppress(OSError):
            Path(temporary).unlink()
        if isinstance(error, OSError):
            raise _unwritable(path, error) from error
        raise


def is_special(path: Path) -> bool:
    """Return whether a path is a pipe, a socket or a device; False if it can't be looked at."""
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


@contextmanager
def _special_file(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:
        raise _unwritable(path, error) from error


def _unwritable(path: Path, error: OSError) -> OutputError:
    return OutputError(
        f"can't be written ({error.strerror or error})",
        where=path,
        remedy="make the folder writable, or name another one",
    )


def _mode(path: Path) -> int:
    """The permissions of the replaced file, or those that a new file would get."""
    with suppress(OSError):
        return path.stat().st_mode & 0o777
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask
