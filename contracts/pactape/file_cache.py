"""Files that are kept beside a project to spare work: named after all that they depend on, and never missed."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from pathlib import Path

from pactape.errors import CassetteFormatError

__all__ = ["KeptFiles", "cassette_bytes"]


class KeptFiles:
    """The files of one kind.

    Args:
        folder: Where they are; it need not exist.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._used: set[str] = set()

    def find(self, name: str) -> bytes:
        """What a file holds, which may be torn.

        Raises:
            OSError: There is none.
        """
        self._used.add(name)
        return (self._folder / name).read_bytes()

    def keep(self, name: str, data: bytes) -> None:
        """Write a file in one step; it need not outlive a crash, for a torn one is not used and made anew.

        Raises:
            OSError: It can't be written.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder, delete=False) as file:
            file.write(data)
        Path(file.name).replace(self._folder / name)

    def forget_others(self) -> None:
        """Delete the files that nobody has looked for."""
        for each in self._folder.iterdir() if self._folder.is_dir() else ():
            if each.name not in self._used:
                with suppress(OSError):
                    each.unlink()


def cassette_bytes(path: Path) -> bytes:
    """What a cassette's file holds.

    Raises:
        CassetteFormatError: It can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise CassetteFormatError(
            f"can't be read ({error.strerror})", where=path, remedy="let it be read, or take it away"
        ) from error
