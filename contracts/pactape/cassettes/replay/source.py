"""A cassette's file, read at the start of its test, so that changes to the file system by the test don't matter."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.reading import read_for_replay
from pactape.cassettes.format.vcr_formats import decoded_response
from pactape.cassettes.replay.parsed_cache import find_parsed, store_parsed
from pactape.errors import CassetteFormatError

if TYPE_CHECKING:
    from collections.abc import Callable

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.request_keys.request_key import RequestKey

    Row = tuple[bytes, Any, Any]
    Keying = Callable[[VcrRequest], RequestKey]

__all__ = ["CassetteSource", "LoadedCassette", "load_source", "open_source"]


#: A smaller file is parsed faster than its cached copy is found.
_SMALL = 4096


class CassetteSource(msgspec.Struct, frozen=True, kw_only=True):
    """The file of a cassette.

    Args:
        path: The absolute path.
        data: Its bytes; None if the file doesn't exist or can't be read.
        problem: Why it can't be read; empty if it can, or if it doesn't exist.
    """

    path: Path
    data: bytes | None = None
    problem: str = ""

    @property
    def is_missing(self) -> bool:
        """Whether the file didn't exist."""
        return self.data is None and not self.problem


class LoadedCassette(msgspec.Struct, frozen=True):
    """The contents of a cassette, ready to replay.

    Args:
        rows: The key, request and response of each interaction; request and response may be packed.
        metadata: The key `pactape`.
    """

    rows: list[Any]
    metadata: CassetteMetadata


def open_source(path: Path) -> CassetteSource:
    """Read the bytes of a cassette's file; a missing file is an empty cassette."""
    path = path.absolute()
    try:
        return CassetteSource(path=path, data=path.read_bytes())
    except FileNotFoundError:
        return CassetteSource(path=path)
    except OSError as error:
        return CassetteSource(path=path, problem=error.strerror or str(error))


def load_source(
    source: CassetteSource, *, key_of: Keying, cache: Path | None, fingerprint: bytes
) -> LoadedCassette:
    """Return the contents of a cassette, from the parsed cache if possible.

    Args:
        source: The cassette's file.
        key_of: Returns the key of a recorded request.
        cache: The folder of the parsed cache; None for none.
        fingerprint: Identifies the options that keys depend on.

    Raises:
        CassetteFormatError: The file can't be read as a cassette.
    """
    if source.problem:
        raise CassetteFormatError(
            f"can't be read ({source.problem})", where=source.path, remedy="make the file readable"
        )
    data = source.data or b""
    cache = cache if len(data) > _SMALL else None
    parsed = find_parsed(cache, data, fingerprint) if cache else None
    if parsed is not None:
        return LoadedCassette(
            [
                (interaction.key, interaction.request, interaction.response)
                for interaction in parsed.interactions
            ],
            parsed.metadata,
        )
    contents = read_for_replay(source.path, data)
    rows = [
        (key_of(request).digest, request, decoded_response(response))
        for request, response in zip(contents.requests, contents.responses, strict=True)
    ]
    if cache:
        store_parsed(cache, data, rows, metadata=contents.metadata, fingerprint=fingerprint)
    return LoadedCassette(rows, contents.metadata)
