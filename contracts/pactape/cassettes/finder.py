"""Finds a project's cassettes, and their names, consumers and providers."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import CassetteFormatError
from pactape.files import is_special
from pactape.pactfile.naming import pact_files_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.exchange import Exchange, RecordedMessage
    from pactape.settings import RecordingSource, Settings

__all__ = [
    "base_urls",
    "cassette_name",
    "cassettes_below",
    "cassettes_in",
    "exchange_with_consumer",
    "find_cassettes",
    "is_excluded",
    "message_with_consumer",
    "other_recordings",
    "project_cassettes",
    "recordings_in",
    "unused_exclusions",
]

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
#: Suffixes of files that aren't cassettes, whatever their content.
_OTHER_SUFFIXES = frozenset(
    """
    .bz2 .cfg .csv .gz .har .html .ini .jpg .lock .log .md .pdf .png .py .pyc .rst .sh .tar .toml .txt .xml .zip
    """.split()  # noqa: SIM905 -- a long list reads better as words
)
#: Name patterns of other recorders' files; other files in a folder of `recordings` are ignored.
_RECORDING_SUFFIXES = _SUFFIXES | {
    ".bru",
    ".bz2",
    ".flow",
    ".flows",
    ".gz",
    ".har",
    ".jsonl",
    ".mitm",
    ".ndjson",
    ".xz",
    ".zhar",
    ".zip",
    ".zst",
}
_BODIES = "__files"
_INTERACTIONS = re.compile(rb"^interactions:|\A\s*\{[^{]*\"interactions\"\s*:", re.MULTILINE)
_HEAD_BYTES = 4096


def find_cassettes(settings: Settings) -> list[Path]:
    """Return the cassettes of all of the project's consumers and its other recordings, sorted.

    Raises:
        CassetteFormatError: No cassette exists, or a folder can't be read.
    """
    cassettes = project_cassettes(settings)
    if not cassettes:
        prune = "; `pactape derive --prune` deletes contracts that no recording supports any more"
        has_contracts = bool(pact_files_in(settings.pacts))
        raise CassetteFormatError(
            "contains no cassette",
            where=settings.cassettes,
            remedy="record one with `pytest --pactape-record once`, or set [tool.pactape] cassettes"
            + (prune if has_contracts else ""),
        )
    return cassettes


def project_cassettes(settings: Settings) -> list[Path]:
    """Return the same as `find_cassettes`, or an empty list if there are none.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    return sorted(path for path in _recordings(settings) if not is_excluded(path, settings))


def other_recordings(settings: Settings) -> list[Path]:
    """Return the project's recordings that are not in its folders of cassettes, sorted.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    own = set(cassettes_in(settings.cassette_folders))
    return sorted(path for path in _others(settings, own) - own if not is_excluded(path, settings))


def _recordings(settings: Settings) -> set[Path]:
    """Return all recordings of the project, including excluded ones."""
    own = set(cassettes_in(settings.cassette_folders))
    return own | _others(settings, own)


def _others(settings: Settings, own: set[Path]) -> set[Path]:
    """Return the files of `recordings`, without links to others of them or to the project's own cassettes."""
    paths = {path for recording in settings.recordings for path in _files_of(recording, settings.root)}
    return _without_links(paths, own)


def is_excluded(path: Path, settings: Settings) -> bool:
    """Return whether `[tool.pactape] exclude` contains a file, a folder above it, or a matching pattern.

    In a pattern such as "tests/**/grpc/*.yaml", "*" matches any text, including slashes.
    """
    name = _name_in_project(path, settings)
    return any(_matches(name, entry) for entry in settings.exclude)


def unused_exclusions(settings: Settings) -> list[str]:
    """Return the entries of `[tool.pactape] exclude` that match no recording.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    if not settings.exclude:
        return []
    names = [_name_in_project(path, settings) for path in _recordings(settings)]
    return [entry for entry in settings.exclude if not any(_matches(name, entry) for name in names)]


def _name_in_project(path: Path, settings: Settings) -> str:
    is_inside = path.is_relative_to(settings.root)
    return (path.relative_to(settings.root) if is_inside else path).as_posix()


def _matches(name: str, entry: str) -> bool:
    pattern = entry.removeprefix("./")
    return fnmatchcase(name, pattern) or name.startswith(f"{pattern.rstrip('/')}/")


def cassettes_in(paths: Iterable[Path]) -> list[Path]:
    """Return the given files and the cassettes in the given folders, sorted.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    return sorted({file for path in paths for file in ((path,) if path.is_file() else cassettes_below(path))})


def recordings_in(paths: Iterable[Path]) -> list[Path]:
    """Return the given files and the recordings of any tool in the given folders, sorted.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    return sorted(
        {file for path in paths for file in ((path,) if path.is_file() else _recordings_below(path))}
    )


def cassettes_below(folder: Path) -> Iterator[Path]:
    """Yield the cassettes in a folder and its subfolders, in any order.

    Cassettes are files with the suffix .yaml, .yml or .json, and files with the key `interactions` that have no
    suffix, or one that is part of a test's name. Hidden files, pipes and devices are ignored.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    yield from (path for path in _files_below(folder) if _is_cassette(path))


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files in a folder and its subfolders, except hidden files, pipes and devices."""
    for parent, _, names in os.walk(folder, onerror=_refuse):
        for path in (Path(parent, name) for name in names if not name.startswith(".")):
            if not is_special(path):
                yield path


def _is_cassette(path: Path) -> bool:
    suffix = path.suffix.lower()
    return suffix in _SUFFIXES or (suffix not in _OTHER_SUFFIXES and _has_interactions(path))


def _has_interactions(path: Path) -> bool:
    """Return whether a file of unknown kind begins like a cassette; vcrpy allows any name: "test_a.test_b"."""
    with suppress(OSError), path.open("rb") as file:
        return _INTERACTIONS.search(file.read(_HEAD_BYTES)) is not None
    return False


def base_urls(settings: Settings) -> dict[Path, str]:
    """Return the base URLs in `[tool.pactape] recordings` by file; if a file has several, the first."""
    urls: dict[Path, str] = {}
    for source in settings.recordings:
        if source.base_url:
            for path in _files_of(source, settings.root):
                urls.setdefault(path, source.base_url)
    return urls


def _files_of(source: RecordingSource, root: Path) -> set[Path]:
    """Return the files of an entry of `recordings`: the file itself, or those in a folder or matching a pattern.

    An entry without any file is returned itself, so that it is reported as unreadable.
    """
    path = root / source.path
    if path.is_file():
        return {path}
    if path.is_dir():
        return set(_recordings_below(path, cassettes=False))
    found = () if Path(source.path).is_absolute() else root.glob(source.path)
    return {path for path in found if path.is_file()} or {path}


def _without_links(paths: set[Path], further: set[Path]) -> set[Path]:
    """Return files without links to others of them, or of further files: a recording counts once."""
    folders = {folder: Path(os.path.realpath(folder)) for folder in {path.parent for path in paths | further}}
    files: dict[Path, Path] = {}
    for path in sorted(paths):
        is_link = path.is_symlink() or folders[path.parent] != path.parent
        real = Path(os.path.realpath(path)) if is_link else path
        files[real] = path if real == path else files.get(real, path)
    own = {folders[path.parent] / path.name for path in further}
    return {path for real, path in files.items() if real not in own or path in further}


def _recordings_below(folder: Path, *, cassettes: bool = True) -> Iterator[Path]:
    for path in _files_below(folder):
        if _may_be_recording(path) or (cassettes and _is_cassette(path)):
            yield path


def _may_be_recording(path: Path) -> bool:
    """Return whether a file may be a recording; WireMock's folder `__files` contains bodies only."""
    return path.suffix.lower() in _RECORDING_SUFFIXES and path.parent.name != _BODIES


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise CassetteFormatError(
            f"can't be read ({error.strerror})",
            where=error.filename,
            remedy="make the folder readable",
        ) from error


def exchange_with_consumer(
    exchange: Exchange, cassette: str, consumer: str, *, all_fields: bool
) -> tuple[str, Exchange]:
    """Return the name of an exchange's consumer, and the exchange with its cassette's name in the project.

    Args:
        exchange: Any exchange.
        cassette: The `cassette_name` of its cassette.
        consumer: The cassette's consumer, used if the exchange has none.
        all_fields: Whether every response field counts as read.
    """
    project_exchange = msgspec.structs.replace(exchange, cassette=cassette)
    consumer = (exchange.provenance and exchange.provenance.consumer) or consumer
    return consumer, _reading_everything(project_exchange) if all_fields else project_exchange


def message_with_consumer(
    message: RecordedMessage, path: Path, settings: Settings, *, all_fields: bool
) -> tuple[str, RecordedMessage]:
    """Return the name of a message's consumer, and the message with its cassette's name in the project.

    Args:
        message: A message of the cassette at `path`.
        path: The cassette.
        settings: The project's settings.
        all_fields: Whether every field counts as read.
    """
    project_message = msgspec.structs.replace(message, cassette=cassette_name(path, settings))
    consumer = (message.provenance and message.provenance.consumer) or settings.consumer_of(path)
    return consumer, msgspec.structs.replace(project_message, reads=None) if all_fields else project_message


def _reading_everything(exchange: Exchange) -> Exchange:
    call = exchange.call and msgspec.structs.replace(exchange.call, fields=None)
    return msgspec.structs.replace(exchange, call=call, reads=None)


def cassette_name(path: Path, settings: Settings) -> str:
    """Return a cassette's path in the project; for a cassette elsewhere, its path in the cassette folder."""
    for folder in (settings.root, *settings.cassette_folders):
        with suppress(ValueError):
            return path.relative_to(folder).as_posix()
    return path.name
