"""Locks cassette files, so that only one process writes at a time."""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from pactape.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["locked"]

_TIMEOUT_SECONDS = 60


@contextmanager
def locked(
    path: Path, *, seconds: float = _TIMEOUT_SECONDS, remedy: str = "end that process, and try again"
) -> Iterator[None]:
    """Prevent other processes from writing a cassette, or into a folder, inside the context.

    The lock file is outside the project's folder.

    Args:
        path: The cassette or the folder.
        seconds: How long to wait for another process.
        remedy: What to do about another process.

    Raises:
        OutputError: Another process has held the lock for that time, or the lock can't be created.
    """
    from filelock import FileLock  # noqa: PLC0415 -- start-up time: only recordings are written

    name = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:32]
    folder = _lock_folder()
    try:
        lock = FileLock(folder / f"{name}.lock", timeout=seconds)
        lock.acquire()
    except TimeoutError:
        how_long = f"has been locked by another process for more than {seconds:g} seconds"
        what = how_long if seconds else "is locked by another process"
        raise OutputError(what, where=path, remedy=remedy) from None
    except OSError as error:
        raise OutputError(
            f"can't be locked ({error.strerror})", where=path, remedy=f"make {folder} writable"
        ) from error
    try:
        yield
    finally:
        lock.release()


@cache
def _lock_folder() -> Path:
    """Return the user's folder of locks: in the home folder or, if unwritable, the temporary folder.

    A test may set HOME or XDG_CACHE_HOME, and must not have other locks than its neighbours then: the home
    folder is the user database's.
    """
    try:
        own = _cache_folder() / "locks"
        own.mkdir(parents=True, exist_ok=True)
        if os.access(own, os.W_OK):
            return own
    except (OSError, KeyError):  # KeyError: a user whom the database doesn't know, as in some containers
        pass
    return Path(tempfile.gettempdir()) / f"pactape-locks-{getattr(os, 'getuid', lambda: 0)()}"


def _cache_folder() -> Path:
    if sys.platform == "win32":
        import platformdirs  # noqa: PLC0415 -- start-up time: only recordings are written

        return Path(platformdirs.user_cache_dir("pactape"))
    import pwd  # noqa: PLC0415 -- Windows has none

    home = Path(pwd.getpwuid(os.getuid()).pw_dir)
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "pactape"
