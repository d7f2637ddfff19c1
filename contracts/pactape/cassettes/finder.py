"""The finder of a project's cassettes: their files, names, consumers and providers."""

from __future__ import annotations

import os
import re
import stat
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
    "base_urls",
    "cassette_name",
    "cassettes_below",
    "cassettes_in",
    "exchange_with_consumer",
    "find_cassettes",
    "is_excluded",
    "message_with_consumer",
    "project_cassettes",
    "recordings_in",
]

_SUFFIXES = frozenset({".yaml", ".yml", ".json"})
#: Suffixes of files that aren't cassettes, whatever they begin with.
_OTHER_SUFFIXES = frozenset(
    """
    .bz2 .cfg .csv .gz .har .html .ini .jpg .lock .log .md .pdf .png .py .pyc .rst .sh .tar .toml .txt .xml .zip
    """.split()  # noqa: SIM905 -- a long list reads better as words
)
#: What other recorders' files are called; in a folder named in `recordings` others are left alone.
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
        CassetteFormatError: There is none, or a folder can't be read.
    """
    cassettes = project_cassettes(settings)
    if not cassettes:
        prune = "; `pactape derive --prune` deletes contracts that no recording supports any more"
        has_contracts = any(settings.pacts.glob("*.json"))
        raise CassetteFormatError(
            "contains no cassette",
            where=settings.cassettes,
            remedy="record one with `pytest --pactape-record once`, or set [tool.pactape] cassettes"
            + (prune if has_contracts else ""),
        )
    return cassettes


def project_cassettes(settings: Settings) -> list[Path]:
    """Return the same; an empty list where there is none.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    own = set(cassettes_in(settings.cassette_folders))
    others = {path for each in settings.recordings for path in _files_of(each, settings.root)}
    return sorted(path for path in own | others if not is_excluded(path, settings))


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
    """Return the cassettes among files and folders, sorted: the files themselves, and those below the folders.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    return sorted({file for path in paths for file in ((path,) if path.is_file() else cassettes_below(path))})


def recordings_in(paths: Iterable[Path]) -> list[Path]:
    """Return the recordings of any tool among files and folders, sorted: files as they are.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    return sorted(
        {file for path in paths for file in ((path,) if path.is_file() else _recordings_below(path))}
    )


def cassettes_below(folder: Path) -> Iterator[Path]:
    """Yield the cassettes in a folder and in those below it, in no order.

    Cassettes are the files whose suffix is .yaml, .yml or .json, and those without a suffix, or with one that is
    only a part of a test's name, that have the key `interactions`. Hidden files, pipes and devices are none.

    Raises:
        CassetteFormatError: A folder can't be read.
    """
    yield from (path for path in _files_below(folder) if _is_cassette(path))


def _files_below(folder: Path) -> Iterator[Path]:
    """Yield the files below a folder, also those that can't be read; hidden files, pipes and devices excepted."""
    for parent, _, names in os.walk(folder, onerror=_refuse):
        for path in (Path(parent, name) for name in names if not name.startswith(".")):
            if not _is_special(path):
                yield path


def _is_special(path: Path) -> bool:
    """Return whether reading a path could go on for ever, as it is a pipe, a socket or a device."""
    try:
        return not stat.S_ISREG(path.stat().st_mode)
    except (OSError, ValueError):
        return False


def _is_cassette(path: Path) -> bool:
    return path.suffix in _SUFFIXES or (path.suffix not in _OTHER_SUFFIXES and _has_interactions(path))


def _has_interactions(path: Path) -> bool:
    """Whether a file of no known kind begins like a cassette; vcrpy writes what its name says: "test_a.test_b"."""
    with suppress(OSError), path.open("rb") as file:
        return _INTERACTIONS.search(file.read(_HEAD_BYTES)) is not None
    return False


def base_urls(settings: Settings) -> dict[Path, str]:
    """Return the base URLs that `[tool.pactape] recordings` gives, by file; of several for a file the first."""
    urls: dict[Path, str] = {}
    for source in settings.recordings:
        if source.base_url:
            for path in _files_of(source, settings.root):
                urls.setdefault(path, source.base_url)
    return urls


def _files_of(source: RecordingSource, root: Path) -> set[Path]:
    """The files of an entry of `recordings`: itself, those below a folder, or those that match a pattern.

    An entry without any file is a file that can't be read, so that it is named like one.
    """
    path = root / source.path
    if path.is_file():
        return {path}
    if path.is_dir():
        return set(_recordings_below(path, cassettes=False))
    found = () if Path(source.path).is_absolute() else root.glob(source.path)
    return {each for each in found if each.is_file()} or {path}


def _recordings_below(folder: Path, *, cassettes: bool = True) -> Iterator[Path]:
    for path in _files_below(folder):
        if _may_be_recording(path) or (cassettes and _is_cassette(path)):
            yield path


def _may_be_recording(path: Path) -> bool:
    """Whether a file in a folder is looked into; WireMock's folder `__files` holds bodies, and no recordings."""
    return path.suffix in _RECORDING_SUFFIXES and path.parent.name != _BODIES


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
    """The name of an exchange's consumer, and the exchange with its cassette's name in the project.

    Args:
        exchange: Any exchange.
        cassette: The `cassette_name` of its cassette.
        consumer: The cassette's consumer, used when the exchange doesn't name one.
        all_fields: Whether every response field counts as read.
    """
    project_exchange = msgspec.structs.replace(exchange, cassette=cassette)
    consumer = (exchange.provenance and exchange.provenance.consumer) or consumer
    return consumer, _reading_everything(project_exchange) if all_fields else project_exchange


def message_with_consumer(
    message: RecordedMessage, path: Path, settings: Settings, *, all_fields: bool
) -> tuple[str, RecordedMessage]:
    """The name of a message's consumer, and the message with its cassette's name in the project.

    Args:
        message: Of the cassette at `path`.
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
    """Return a cassette's path in the project; for one that lies elsewhere, its path in the folder of cassettes."""
    for folder in (settings.root, *settings.cassette_folders):
        with suppress(ValueError):
            return path.relative_to(folder).as_posix()
    return path.name
