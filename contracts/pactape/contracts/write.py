"""Writing contracts: files change only when their bytes do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.files import write_atomically
from pactape.pactfile.naming import is_further_file

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from pactape.contracts.derive import Derivation
    from pactape.pactfile.writing import Specification

__all__ = ["write_contracts"]


def write_contracts(
    derivation: Derivation, folder: Path, *, specification: Specification = "V4", largest: int = 0
) -> list[Path]:
    """Write each contract to its file in `folder`; a file that already has these bytes is left alone.

    Args:
        derivation: The contracts.
        folder: Where their files are.
        specification: The version of the Pact specification.
        largest: How many interactions a file may have; 0 for any number. Further files of a contract are
            numbered from 2, and those that it does not need any more are deleted.

    Returns:
        The files whose bytes changed.

    Raises:
        OutputError: A file can't be written.
        SettingsError: V3 is asked for, and it has no form for a message that somebody wrote.
    """
    files = {
        folder / name: data
        for each in derivation.contracts
        for name, data in each.encoded(specification=specification, largest=largest).items()
    }
    changed = [path for path, data in files.items() if _bytes_at(path) != data]
    for path in changed:
        write_atomically(path, files[path])
    for contract in derivation.contracts:
        for name in (contract.file_name, contract.messages_file_name):
            _delete_further(folder, name.removesuffix(".json"), files)
    return changed


def _delete_further(folder: Path, stem: str, files: Container[Path]) -> None:
    """Delete the numbered files of a contract that has become smaller."""
    for path in folder.glob("*.json"):
        if is_further_file(path.name, stem) and path not in files:
            path.unlink()


def _bytes_at(path: Path) -> bytes | None:
    """What the file holds; None when it can't be read, and is to be written anew."""
    try:
        return path.read_bytes()
    except OSError:
        return None
