"""The finder of a project's cassettes: which files they are, what they are called, and whose they are."""

from __future__ import annotations

import os
import re
from contextlib import suppress
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.errors import CassetteFormatError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.exchange import Exchange, RecordedMessage
    from pactape.settings import RecordingSource, Settings

__all__ = [
    "base_url_of",
    "cassette_name",
    "cassettes_below",
    "cassettes_in",
    "find_cassettes",
    "is_excluded",
    "owned",
    "owned_message",
]

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
#: What is no cassette, whatever it begins with.
_OTHER_SUFFIXES = frozenset(
    """
    .bz2 .cfg .csv .gz .har .html .ini .jpg .lock .log .md .pdf .png .py .pyc .rst .sh .tar .toml .txt .xml .zip
    """.split()  # noqa: SIM905 -- a long list reads better as words
)
#: What other recorders' files are called; in a folder named in `recordings` others are left alone.
_RECORDING_SUFFIXES = _SUFFIXES | {
    ".bru",
    ".flow",
    ".flows",
    ".gz",
    ".har",
    ".jsonl",
    ".mitm",
    ".ndjson",
    ".zhar",
    ".zip",
    ".zst",
}
_INTERACTIONS = re.compile(rb"^interactions:|\A\s*\{[^{]*\"interactions\"\s*:", re.MULTILINE)
_HEAD_BYTES = 4096


def find_cassettes(settings: Settings) -> list[Path]:
    """Return the cassettes of all of the project's consumers and its other recordings, sorted.

    Raises:
        CassetteFormatError: There is none, or a folder can't be read.
    """
    own = set(cassettes_in(settings.cassette_folders))
    others = {path for each in settings.recordings for path in _files_of(each, settings.root)}
    cassettes = sorted(path for path in own | others if not is_excluded(path, settings))
    if not cassettes:
        raise CassetteFormatError(
            "contains no cassette",
            where=settings.cassettes,
            remedy="record one with `pytest --pactape-record once`, or set [tool.pactape] cassettes",
        )
    return cassettes


def is_excluded(path: Path, settings: Settings) -> bool:
    """Return whether `[tool.pactape] exclude` names a file, a folder above it, or a pattern that it matches.

    In a pattern, as in "tests/**/grpc/*.yaml", "*" stands for any text, slashes among it.
    """
    name = (
        path.relative_to(settings.root).as_posix() if path.is_relative_to(settings.root) else path.as_posix()
    )
    return any(
        fnmatchcase(name, pattern) or name.startswith(f"{pattern.rstrip('/')}/")
        for pattern in settings.exclude
    )


def cassettes_in(paths: Iterable[Path]) -> list[Path]:
    """Return the cassettes among files and folders, sorted: files as they are, and those below the folders.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    return sorted({file for path in paths for file in ((path,) if path.is_file() else cassettes_below(path))})


def cassettes_below(folder: Path) -> Iterator[Path]:
    """Yield the cassettes in a folder and in those below it, in no order.

    Cassettes are the files whose suffix is .yaml, .yml or .json, and those without a suffix, or with one that is
    only a part of a test's name, that have the key `interactions`. Hidden files are none.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    for parent, _, names in os.walk(folder, onerror=_refuse):
        yield from (path for name in names if _is_cassette(path := Path(parent, name)))


def _is_cassette(path: Path) -> bool:
    if path.name.startswith("."):
        return False
    return path.suffix in _SUFFIXES or (path.suffix not in _OTHER_SUFFIXES and _has_interactions(path))


def _has_interactions(path: Path) -> bool:
    """Whether a file of no known kind begins like a cassette; vcrpy writes what its name says: "test_a.test_b"."""
    with suppress(OSError), path.open("rb") as file:
        return _INTERACTIONS.search(file.read(_HEAD_BYTES)) is not None
    return False


def base_url_of(path: Path, settings: Settings) -> str | None:
    """Return the base URL that `[tool.pactape] recordings` gives for a file; None when it gives none."""
    return next(
        (
            each.base_url
            for each in settings.recordings
            if each.base_url and path in _files_of(each, settings.root)
        ),
        None,
    )


def _files_of(source: RecordingSource, root: Path) -> set[Path]:
    """The files of an entry of `recordings`: itself, those below a folder, or those that match a pattern."""
    path = root / source.path
    if path.is_file():
        return {path}
    if path.is_dir():
        return {
            Path(place, name)
            for place, _, names in os.walk(path, onerror=_refuse)
            for name in names
            if Path(name).suffix in _RECORDING_SUFFIXES
        }
    return {each for each in root.glob(source.path) if each.is_file()}


def _refuse(error: OSError) -> None:
    if not isinstance(error, FileNotFoundError):
        raise CassetteFormatError(
            f"can't be read ({error.strerror})",
            where=error.filename,
            remedy="make the folder readable",
        ) from error


def owned(exchange: Exchange, path: Path, settings: Settings, *, all_fields: bool) -> tuple[str, Exchange]:
    """The name of an exchange's consumer, and the exchange with its cassette's name in the project.

    Args:
        exchange: Of the cassette at `path`.
        path: The cassette.
        settings: The project's settings.
        all_fields: Whether every response field counts as read.
    """
    named = msgspec.structs.replace(exchange, cassette=cassette_name(path, settings))
    consumer = (exchange.provenance and exchange.provenance.consumer) or settings.consumer_of(path)
    return consumer, _reading_everything(named) if all_fields else named


def owned_message(
    message: RecordedMessage, path: Path, settings: Settings, *, all_fields: bool
) -> tuple[str, RecordedMessage]:
    """The name of a message's consumer, and the message with its cassette's name in the project.

    Args:
        message: Of the cassette at `path`.
        path: The cassette.
        settings: The project's settings.
        all_fields: Whether every field counts as read.
    """
    named = msgspec.structs.replace(message, cassette=cassette_name(path, settings))
    consumer = (message.provenance and message.provenance.consumer) or settings.consumer_of(path)
    return consumer, msgspec.structs.replace(named, reads=None) if all_fields else named


def _reading_everything(exchange: Exchange) -> Exchange:
    call = exchange.call and msgspec.structs.replace(exchange.call, fields=None)
    return msgspec.structs.replace(exchange, call=call, reads=None)


def cassette_name(path: Path, settings: Settings) -> str:
    """Return a cassette's path in the project; for one that lies elsewhere, its path in the folder of cassettes."""
    for folder in (settings.root, *settings.cassette_folders):
        with suppress(ValueError):
            return path.relative_to(folder).as_posix()
    return path.name
