"""The project's file cache: derived data below `.pactape/`, which can be deleted at any time.

Everything in the folder can be made again from the project's own files. The folder keeps itself out of
version control, and every file is checked when it is read: one that is incomplete, changed or written by
other code is not used.
"""

from __future__ import annotations

import hashlib
import os
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from pactape.files import unreadable

__all__ = ["FileCache", "cache_folder", "cached_data", "code_fingerprint", "recording_digest"]

_CHECKSUM_BYTES = 16
_FINGERPRINT_DIGITS = 12
_PACKAGE = Path(__file__).parent
#: Libraries that decide what a recording means, in addition to our own code.
_LIBRARIES = ("vcrpy", "PyYAML", "graphql-core", "msgspec")


def cache_folder(root: Path) -> Path:
    """Return the cache folder of the project in `root`; it need not exist."""
    return root / ".pactape"


class FileCache:
    """Cached files of one kind.

    A file is named after everything that its content depends on, so that an outdated one is never found. The
    first write of a process makes the folder and its `.gitignore`, and deletes files that other code has
    made.

    Args:
        folder: The cache folder, see `cache_folder`; it need not exist.
        kind: The name of the subfolder: "cassettes", "evidence".
        fingerprint: What all files of the kind depend on; the fingerprint of the toolkit's code by default.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as folder:
        ...     cache = FileCache(Path(folder) / ".pactape", "examples")
        ...     name = cache.name_of(b"the input")
        ...     cache.write(name, b"the result")
        ...     cache.read(name)
        b'the result'
    """

    def __init__(self, folder: Path, kind: str, *, fingerprint: bytes | None = None) -> None:
        self._ignore = folder / ".gitignore"
        self._folder = folder / kind
        self._fingerprint = code_fingerprint() if fingerprint is None else fingerprint
        self._used: set[str] = set()
        self._prepared = False

    def name_of(self, *parts: bytes) -> str:
        """Return the name of the file whose content depends on `parts` and on the fingerprint."""
        digest = hashlib.sha256(self._fingerprint)  # most processors have an instruction for it
        for part in parts:
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
        return f"{self._prefix}{digest.hexdigest()[:40]}"

    def read(self, name: str) -> bytes | None:
        """Return what was written under `name`; None when there is nothing, or not what was written."""
        self._used.add(name)
        try:
            content = (self._folder / name).read_bytes()
        except OSError:
            return None
        return cached_data(content)

    def write(self, name: str, data: bytes) -> None:
        """Write a file, or replace one atomically; if it can't be written, nothing is cached.

        A new file needs no other name until it is complete: before that its checksum is wrong, and it isn't used.
        """
        with suppress(OSError):
            self._prepare()
            path, content = self._folder / name, _checksum(data) + data
            try:
                with path.open("xb") as file:
                    file.write(content)
            except FileExistsError:
                _replace(path, content)

    def keep(self, name: str) -> None:
        """Keep the file of this name from `delete_unused`, without reading it."""
        self._used.add(name)

    def used_files(self) -> set[str]:
        """Return the names that were read or requested through this object."""
        return set(self._used)

    def delete_unused(self) -> None:
        """Delete the files that were neither read nor requested through this object."""
        self._delete_but(self._used)

    @property
    def _prefix(self) -> str:
        return f"{self._fingerprint.hex()[:_FINGERPRINT_DIGITS]}-"

    def _prepare(self) -> None:
        if self._prepared:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        if not self._ignore.is_file():
            _replace(self._ignore, b"*\n")
        self._delete_but({name for name in self._names() if name.startswith(self._prefix)})
        self._prepared = True

    def _delete_but(self, names: set[str]) -> None:
        for name in self._names() - names:
            with suppress(OSError):
                (self._folder / name).unlink()

    def _names(self) -> set[str]:
        """The names of the cached files; temporary ones of other processes begin with a dot."""
        with suppress(OSError):
            return {path.name for path in self._folder.iterdir() if not path.name.startswith(".")}
        return set()


def cached_data(content: bytes) -> bytes | None:
    """Return the data in the content of a cached file; None if it isn't one, or isn't complete."""
    checksum, data = content[:_CHECKSUM_BYTES], content[_CHECKSUM_BYTES:]
    return data if checksum == _checksum(data) else None


def _checksum(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()[:_CHECKSUM_BYTES]


def _replace(path: Path, data: bytes) -> None:
    """Write without waiting for the disk: a file left incomplete by a crash isn't used, but made again."""
    temporary = path.with_name(f".{path.name}.{os.urandom(8).hex()}")
    temporary.write_bytes(data)
    temporary.replace(path)


@lru_cache(maxsize=1)
def code_fingerprint() -> bytes:
    """Return a digest of the code that results depend on: all modules of the toolkit, and some libraries' versions.

    It depends on content, because installers may give every file the same date.
    """
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415 -- slow to import

    digest = hashlib.sha256()
    for path in sorted(_PACKAGE.rglob("*.py")):
        digest.update(path.relative_to(_PACKAGE).as_posix().encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    for library in _LIBRARIES:
        with suppress(PackageNotFoundError):
            digest.update(f"{library}=={version(library)}\n".encode())
    return digest.digest()


def recording_digest(path: Path) -> bytes:
    """Return a digest of a recording's bytes; the file may be of any size.

    Raises:
        CassetteFormatError: It can't be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").digest()
    except OSError as error:
        raise unreadable(path, error) from error
