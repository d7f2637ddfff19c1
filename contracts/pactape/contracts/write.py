"""Writes contracts; a file is written only if its bytes change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pactape.errors import PactFormatError
from pactape.files import write_atomically
from pactape.pactfile import read_pact
from pactape.pactfile.naming import is_further_file, messages_stem, pact_files_in, requests_stem
from pactape.pactfile.writing import encode_document

if TYPE_CHECKING:
    from collections.abc import Container
    from pathlib import Path

    from pactape.contracts.derive import Derivation
    from pactape.pactfile.writing import Specification

__all__ = ["leftover_files", "write_contracts"]


def write_contracts(
    derivation: Derivation, folder: Path, *, specification: Specification = "V4", largest: int = 0
) -> list[Path]:
    """Write each contract to its file in `folder`; files that already have these bytes are not touched.

    Args:
        derivation: The contracts.
        folder: The folder of the contract files.
        specification: The version of the Pact specification.
        largest: How many interactions a file may have; 0 for any number. Further files of a contract are numbered
            from 2; surplus ones are deleted.

    Returns:
        The files whose bytes changed.

    Raises:
        OutputError: A file can't be written.
        SettingsError: V3 was requested, but can't express a handwritten message.
    """
    files = {
        folder / name: data
        for contract in derivation.contracts
        for name, data in contract.encode(specification=specification, largest=largest).items()
    }
    outdated = [path for path, data in files.items() if _bytes_at(path) != data]
    for path in outdated:
        write_atomically(path, files[path])
    for contract in derivation.contracts:
        for name in (contract.file_name, contract.messages_file_name):
            _delete_further(folder, name.removesuffix(".json"), files)
    return outdated


def leftover_files(derivation: Derivation, folder: Path) -> list[Path]:
    """Return the pact files in `folder` that Pactape wrote but no recording supports any more, sorted.

    Such a file is named after its consumer and provider, and has exactly the bytes that Pactape would write.

    Args:
        derivation: The current contracts.
        folder: The folder of the contract files.
    """
    names = {name for contract in derivation.contracts for name in contract.file_names}
    stems = [name.removesuffix(".json") for name in names]
    return [
        path
        for path in pact_files_in(folder)
        if path.name not in names
        and not any(is_further_file(path.name, stem) for stem in stems)
        and _is_ours(path)
    ]


def _is_ours(path: Path) -> bool:
    try:
        pact = read_pact(path)
    except PactFormatError:
        return False
    stems = [of(pact.consumer, pact.provider) for of in (requests_stem, messages_stem)]
    is_named = path.stem in stems or any(is_further_file(path.name, stem) for stem in stems)
    documents = [interaction.document for interaction in pact.interactions]
    versions: tuple[Specification, ...] = ("V3", "V4")
    keys: tuple[Literal["interactions", "messages"], ...] = ("interactions", "messages")
    return is_named and any(
        pact.data
        == encode_document(
            consumer=pact.consumer,
            provider=pact.provider,
            interactions=documents,
            specification=version,
            key=key,
        )
        for version in versions
        for key in keys
    )


def _delete_further(folder: Path, stem: str, files: Container[Path]) -> None:
    """Delete surplus numbered files of a contract that needs fewer."""
    for path in pact_files_in(folder):
        if is_further_file(path.name, stem) and path not in files:
            path.unlink()


def _bytes_at(path: Path) -> bytes | None:
    """Return the bytes of the file; None if it can't be read and must be written again."""
    try:
        return path.read_bytes()
    except OSError:
        return None
