"""Reading and writing compressed files: recognized by magic number when read, by suffix when written.

The formats are gzip, Zstandard, bzip2 and xz.
"""

from __future__ import annotations

import bz2
import gzip
import importlib
import io
import lzma
import zlib
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, BinaryIO, cast

from pactape.errors import BadInputError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

__all__ = ["COMPRESSED_SUFFIXES", "DAMAGED", "compressed", "decompress", "open_decompressed"]

#: The suffixes of compressed files.
COMPRESSED_SUFFIXES = frozenset({".gz", ".zst", ".bz2", ".xz"})
#: The exceptions that reading a damaged file raises.
DAMAGED = (OSError, EOFError, zlib.error, lzma.LZMAError)
_GZIP = b"\x1f\x8b"
_ZSTD = b"\x28\xb5\x2f\xfd"
_BZIP2 = b"BZh"
_XZ = b"\xfd7zXZ"
#: Larger data is rejected, so that a small file can't fill the memory.
_MAX_BYTES = 512 * 2**20


def open_decompressed(path: Path) -> BinaryIO:
    """Open a file for reading from its beginning, decompressing as it is read.

    Raises:
        OSError: It can't be opened; reading raises one of `DAMAGED` when it is damaged.
        BadInputError: It is compressed with Zstandard, and no library for that is installed.
    """
    with path.open("rb") as file:
        magic = file.read(len(_XZ))
    for prefix, opener in _OPENERS.items():
        if magic.startswith(prefix):
            return cast("BinaryIO", opener(path, "rb"))
    if not magic.startswith(_ZSTD):
        return path.open("rb")
    library = _zstd(path)
    if library.__name__ != "zstandard":
        return cast("BinaryIO", library.open(path, "rb"))
    reader = library.ZstdDecompressor().stream_reader(path.open("rb"), read_across_frames=True)
    return io.BufferedReader(_ZstdFile(reader, library))


def decompress(data: bytes) -> bytes:
    """Return data decompressed if it is bzip2 or xz; any other data unchanged.

    Raises:
        OSError: The data is damaged, or larger than 512 MiB.
    """
    if not data.startswith((_BZIP2, _XZ)):
        return data
    opener = bz2.open if data.startswith(_BZIP2) else lzma.open
    try:
        with opener(io.BytesIO(data), "rb") as file:
            plain = file.read(_MAX_BYTES + 1)
    except (EOFError, lzma.LZMAError) as error:
        raise OSError(str(error)) from error
    if len(plain) > _MAX_BYTES:
        raise OSError(f"it has more than {_MAX_BYTES} bytes")
    return plain


@contextmanager
def compressed(file: BinaryIO, suffix: str) -> Iterator[BinaryIO]:
    """Yield a file that writes to another one, compressed according to a suffix; equal data gives equal bytes.

    Args:
        file: The target; it is not closed.
        suffix: One of `COMPRESSED_SUFFIXES`; with any other, nothing is compressed.

    Raises:
        BadInputError: No library for Zstandard is installed.
    """
    if suffix == ".gz":
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0) as coded:
            yield cast("BinaryIO", coded)
    elif suffix in _WRITERS:
        with _WRITERS[suffix](file, "wb") as coded:
            yield cast("BinaryIO", coded)
    elif suffix == ".zst":
        library = _zstd(suffix)
        if library.__name__ == "zstandard":
            with library.ZstdCompressor().stream_writer(file, closefd=False) as coded:
                yield coded
        else:
            with library.ZstdFile(file, "wb") as coded:
                yield coded
    else:
        yield file


_OPENERS: dict[bytes, Callable[..., Any]] = {_GZIP: gzip.open, _BZIP2: bz2.open, _XZ: lzma.open}
_WRITERS: dict[str, Callable[..., Any]] = {".bz2": bz2.open, ".xz": lzma.open}


class _ZstdFile(io.RawIOBase):
    """A file over a stream of the package zstandard; it raises OSError when the stream is damaged."""

    def __init__(self, reader: Any, library: Any) -> None:
        self._reader = reader
        self._library = library

    def readable(self) -> bool:
        """Return True: the file can be read."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read some bytes.

        Raises:
            OSError: The data is damaged.
        """
        try:
            return int(self._reader.readinto(buffer))
        except self._library.ZstdError as error:
            raise OSError(str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._reader.close()
        super().close()


def _zstd(where: object) -> Any:
    for name in ("compression.zstd", "backports.zstd", "zstandard"):
        with suppress(ImportError):
            return importlib.import_module(name)
    raise BadInputError(
        "is compressed with Zstandard, for which no library is installed",
        where=where,
        remedy="pip install zstandard",
    )
