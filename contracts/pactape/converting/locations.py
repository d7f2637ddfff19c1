"""Locations of recordings: files, the standard streams, and URLs of any file system that fsspec knows."""

from __future__ import annotations

import shutil
import sys
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pactape.compression import COMPRESSED_SUFFIXES, compressed
from pactape.errors import BadInputError, OutputError
from pactape.files import atomic_file
from pactape.imports import require_extra
from pactape.urls import without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

__all__ = ["STREAM", "format_suffix", "is_compressed", "is_url", "local_file", "shown", "writing"]

#: The location of standard input and output.
STREAM = "-"


def is_url(location: str) -> bool:
    """Whether a location is a URL, and not a file or a standard stream.

    Example:
        >>> is_url("s3://bucket/traffic.ndjson.gz"), is_url("traffic.ndjson"), is_url("-")
        (True, False, False)
    """
    return "://" in location


def shown(location: str) -> str:
    """Return a location for messages: a URL without user, password and query, which may be a signature."""
    return without_credentials(location).partition("?")[0] if is_url(location) else location


def format_suffix(location: str) -> str:
    """Return the suffix that indicates the format, without that of the compression.

    Example:
        >>> format_suffix("traffic.ndjson.gz"), format_suffix("s3://bucket/a.har?version=2")
        ('.ndjson', '.har')
    """
    suffixes = PurePosixPath(shown(location).lower()).suffixes
    while suffixes and suffixes[-1] in COMPRESSED_SUFFIXES:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def is_compressed(location: str) -> bool:
    """Return whether the suffix of a location is that of a compressed file."""
    return PurePosixPath(shown(location).lower()).suffix in COMPRESSED_SUFFIXES


def local_file(location: str, folder: Path) -> Path:
    """Return a file with the data of a location: the file itself, or a copy of a stream or URL.

    Args:
        location: A path, "-" for standard input, or a URL.
        folder: An empty folder for a copy.

    Raises:
        MissingExtraError: fsspec isn't installed.
        BadInputError: The URL can't be read.
    """
    if location == STREAM:
        copy = folder / "standard-input"
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file)
        return copy
    if not is_url(location):
        return Path(location)
    copy = folder / (PurePosixPath(urlsplit(location).path).name or "file")
    with _remote(location, "rb", BadInputError) as source, copy.open("wb") as file:
        shutil.copyfileobj(source, file)
    return copy


@contextmanager
def writing(location: str) -> Iterator[BinaryIO]:
    """Yield a file for writing to a location, compressed according to the location's suffix.

    A local file is replaced when everything is written, and not changed after an error.

    Args:
        location: A path, "-" for standard output, or a URL.

    Raises:
        MissingExtraError: fsspec isn't installed.
        OutputError: It can't be written.
    """
    if location == STREAM:
        yield sys.stdout.buffer
    elif is_url(location):
        suffix = PurePosixPath(urlsplit(location).path).suffix.lower()
        with _remote(location, "wb", OutputError) as file, compressed(file, suffix) as coded:
            yield coded
    else:
        with atomic_file(Path(location)) as file, compressed(file, Path(location).suffix.lower()) as coded:
            yield coded


@contextmanager
def _remote(location: str, mode: str, kind: type[BadInputError]) -> Iterator[Any]:
    """A file of a remote file system, whose errors say what to do."""
    require_extra("fsspec", "a URL as a recording", "fsspec")
    import fsspec  # noqa: PLC0415 -- an extra

    try:
        with fsspec.open(location, mode) as file:
            yield file
    except ImportError as error:
        raise kind(
            f"needs a library that isn't installed ({error})",
            where=shown(location),
            remedy="install the library of this file system, for example s3fs for s3:// or gcsfs for gs://",
        ) from None
    except (OSError, ValueError) as error:
        verb = "read" if mode == "rb" else "written"
        raise kind(
            f"can't be {verb} ({type(error).__name__})",
            where=shown(location),
            remedy="check the URL, and the credentials that the file system's library finds",
        ) from None
