"""Deleting the old cassettes of a project that is adopted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.errors import OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["delete_files"]


def delete_files(files: Iterable[Path]) -> None:
    """Delete files; those that are gone already are fine.

    Raises:
        OutputError: A file can't be deleted.
    """
    for file in files:
        try:
            file.unlink(missing_ok=True)
        except OSError as error:
            raise OutputError(
                f"can't be deleted ({error.strerror})", where=file, remedy="delete it: its copy is in use"
            ) from error
