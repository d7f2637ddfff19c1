"""The scrubbed cache: an unchanged cassette is neither parsed nor scrubbed again.

An entry depends on the cassette's content and on the project's own scrub rules; it holds no secrets.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.contents import Contents, is_stream, read_any, read_parts
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.contracts.samples.sanitizing import (
    message_without_secrets,
    without_later_secrets,
    without_secrets,
)
from pactape.exchange import Exchange, RecordedMessage
from pactape.file_cache import FileCache
from pactape.recorders import ReadOptions, RecordingStates, SkippedEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.cassettes.scrubbing.rules import ScrubRules
    from pactape.recorders import LineRange

__all__ = ["ScrubbedCache"]


#: The exchanges of a part, each with the reason why it can't be used (or ""), the messages, and skipped entries.
ScrubbedPart = tuple[list[tuple[Exchange, str]], list[RecordedMessage], tuple[SkippedEntry, ...]]


class _StoredCassette(msgspec.Struct, array_like=True):
    """Exchanges without secrets, each with the reason why it can't be used (or ""), and the messages."""

    exchanges: list[Exchange]
    broken: list[str]
    messages: list[RecordedMessage]
    skipped: tuple[SkippedEntry, ...] = ()


class ScrubbedCache:
    """Reads cassettes without secrets, from the cache if possible.

    Args:
        folder: The cache folder; None to cache nothing.
        rules: The project's scrub rules.
        states: The states of the recordings, if others have use for them, too.
    """

    def __init__(self, folder: Path | None, rules: ScrubRules, states: RecordingStates | None = None) -> None:
        self._rules = rules
        self._states = states or RecordingStates()
        self._files = None if folder is None else FileCache(folder, "exchanges")

    def read(
        self, path: Path, base_url: str | None = None
    ) -> tuple[list[tuple[Exchange, str]], list[RecordedMessage], tuple[SkippedEntry, ...]]:
        """Return the exchanges of a recording, its messages, and its skipped entries.

        Each exchange is without secrets, or has the reason why it can't be scrubbed.

        Args:
            path: The recording.
            base_url: Scheme and host, for formats that record only paths.

        Raises:
            CassetteFormatError: The recording can't be read.
        """
        cassette = self._read(path, base_url)
        exchanges = [
            (msgspec.structs.replace(exchange, cassette=str(path)), failure)
            for exchange, failure in zip(cassette.exchanges, cassette.broken, strict=True)
        ]
        messages = [msgspec.structs.replace(message, cassette=str(path)) for message in cassette.messages]
        return exchanges, messages, cassette.skipped

    def read_parts(
        self, path: Path, base_url: str | None = None, lines: LineRange | None = None
    ) -> Iterator[ScrubbedPart]:
        """Yield a recording part by part; recordings that are read line by line are not cached.

        Args:
            path: The recording.
            base_url: Scheme and host, for formats that record only paths.
            lines: Which lines to read of a recording that is read line by line; None for all.

        Raises:
            CassetteFormatError: The recording can't be read.
        """
        if not is_stream(path):
            yield self.read(path, base_url)
            return
        scrubber = Scrubber(self._rules)
        for contents in read_parts(path, ReadOptions(base_url=base_url), lines):
            yield _part(_scrub_contents(contents, scrubber))

    def scrub(self, contents: Contents) -> ScrubbedPart:
        """Return the contents of a recording without secrets, without caching them."""
        return _part(_scrub_contents(contents, Scrubber(self._rules)))

    def keep(self, path: Path, base_url: str | None = None) -> None:
        """Mark the cached file of the cassette at `path` as used, so that `delete_unused` keeps it.

        Args:
            path: The recording.
            base_url: The same as for `read`.

        Raises:
            CassetteFormatError: The cassette can't be read.
        """
        if self._files is not None and not is_stream(path):
            self._files.keep(self._name(self._files, path, base_url))

    def used_files(self) -> set[str]:
        """Return the names of the cached files that were read or requested."""
        return set() if self._files is None else self._files.used_files()

    def keep_file(self, name: str) -> None:
        """Mark a cached file (see `used_files`) as used, so that `delete_unused` keeps it."""
        if self._files is not None:
            self._files.keep(name)

    def delete_unused(self) -> None:
        """Delete the cached files of cassettes that have not been read."""
        if self._files is not None:
            self._files.delete_unused()

    def _read(self, path: Path, base_url: str | None) -> _StoredCassette:
        if self._files is None:
            return _scrub_recording(path, self._rules, base_url)
        name = self._name(self._files, path, base_url)
        data = self._files.read(name)
        with suppress(msgspec.DecodeError):
            if data is not None:
                return msgspec.msgpack.decode(data, type=_StoredCassette)
        cassette = _scrub_recording(path, self._rules, base_url)
        with suppress(OverflowError, TypeError):
            self._files.write(name, msgspec.msgpack.encode(cassette))
        return cassette

    def _name(self, files: FileCache, path: Path, base_url: str | None) -> str:
        suffix = f"{path.suffix} {base_url}".encode("utf-8", "surrogateescape")
        return files.name_of(self._rules.fingerprint, suffix, self._states.of(path))


def _scrub_recording(path: Path, rules: ScrubRules, base_url: str | None) -> _StoredCassette:
    return _scrub_contents(read_any(path, ReadOptions(base_url=base_url)), Scrubber(rules))


def _part(cassette: _StoredCassette) -> ScrubbedPart:
    return list(zip(cassette.exchanges, cassette.broken, strict=True)), cassette.messages, cassette.skipped


def _scrub_contents(contents: Contents, scrubber: Scrubber) -> _StoredCassette:
    messages = [message_without_secrets(message, scrubber) for message in contents.messages]
    cassette = _StoredCassette([], [], messages, contents.skipped)
    counts: list[int] = []
    for exchange in contents.exchanges:
        try:
            clean, failure = without_secrets(exchange, scrubber), ""
        except ValueError as error:
            clean, failure = _without_content(exchange, scrubber), f"a body can't be read: {error}"
        cassette.exchanges.append(clean)
        cassette.broken.append(failure)
        counts.append(scrubber.secret_count)
    if counts and counts[0] < counts[-1]:
        cassette.exchanges = [without_later_secrets(clean, scrubber) for clean in cassette.exchanges]
    return cassette


def _without_content(exchange: Exchange, scrubber: Scrubber) -> Exchange:
    """Return what remains of an exchange that can't be scrubbed: enough to report it and its provider."""
    return msgspec.structs.replace(
        exchange,
        request=msgspec.structs.replace(
            exchange.request, url=scrubber.url(exchange.request.url), headers=(), body=b""
        ),
        response=msgspec.structs.replace(exchange.response, headers=(), body=b""),
        provenance=None,
    )
