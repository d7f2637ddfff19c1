"""The scrubbed cache: an unchanged cassette is neither parsed nor scrubbed again.

An entry depends on the cassette's content and on the project's own scrub rules; it holds no secrets.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.contents import Contents, is_stream, read_any, read_parts
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.contracts.samples.sanitizing import message_without_secrets, without_secrets
from pactape.exchange import Exchange, RecordedMessage
from pactape.file_cache import FileCache, recording_digest
from pactape.recorders import ReadOptions, SkippedEntry

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = ["ScrubbedCache"]


#: The exchanges of a part, each with why it can't be used (empty when it can), its messages, and what it skips.
ScrubbedPart = tuple[list[tuple[Exchange, str]], list[RecordedMessage], tuple[SkippedEntry, ...]]


class _StoredCassette(msgspec.Struct, array_like=True):
    """The exchanges without secrets, for each why that could not be had (empty when it could), and the messages."""

    exchanges: list[Exchange]
    broken: list[str]
    messages: list[RecordedMessage]
    skipped: tuple[SkippedEntry, ...] = ()


class ScrubbedCache:
    """Cassettes without secrets, from the cache where it has them.

    Args:
        folder: The cache folder; None to cache nothing.
        rules: The project's own rules of what a secret is.
    """

    def __init__(self, folder: Path | None, rules: ScrubRules) -> None:
        self._rules = rules
        self._files = None if folder is None else FileCache(folder, "exchanges")

    def read(
        self, path: Path, base_url: str | None = None
    ) -> tuple[list[tuple[Exchange, str]], list[RecordedMessage], tuple[SkippedEntry, ...]]:
        """Return the exchanges of a recording, its messages, and the entries that gave no exchange.

        Each exchange comes without secrets, or with the reason why that can't be had.

        Args:
            path: The recording.
            base_url: Scheme and host, for formats that record only paths.

        Raises:
            CassetteFormatError: The recording can't be read.
        """
        cassette = self._read(path, base_url)
        exchanges = [
            (msgspec.structs.replace(exchange, cassette=str(path)), broken)
            for exchange, broken in zip(cassette.exchanges, cassette.broken, strict=True)
        ]
        messages = [msgspec.structs.replace(each, cassette=str(path)) for each in cassette.messages]
        return exchanges, messages, cassette.skipped

    def read_parts(self, path: Path, base_url: str | None = None) -> Iterator[ScrubbedPart]:
        """Yield a recording part by part; one that is read line by line is not cached.

        Args:
            path: The recording.
            base_url: Scheme and host, for formats that record only paths.

        Raises:
            CassetteFormatError: The recording can't be read.
        """
        if not is_stream(path):
            yield self.read(path, base_url)
            return
        scrubber = Scrubber(self._rules)
        for contents in read_parts(path, ReadOptions(base_url=base_url)):
            part = _scrubbed_contents(contents, scrubber)
            yield list(zip(part.exchanges, part.broken, strict=True)), part.messages, part.skipped

    def keep(self, path: Path, base_url: str | None = None) -> None:
        """Have `delete_unused` spare what is cached of the cassette at `path`, without reading it.

        Args:
            path: The recording.
            base_url: The same as for `read`.

        Raises:
            CassetteFormatError: The cassette can't be read.
        """
        if self._files is not None and not is_stream(path):
            self._files.keep(self._name(self._files, path, base_url))

    def delete_unused(self) -> None:
        """Delete the cached files of cassettes that have not been read."""
        if self._files is not None:
            self._files.delete_unused()

    def _read(self, path: Path, base_url: str | None) -> _StoredCassette:
        if self._files is None:
            return _scrubbed(path, self._rules, base_url)
        name = self._name(self._files, path, base_url)
        stored = self._files.read(name)
        with suppress(msgspec.DecodeError):
            if stored is not None:
                return msgspec.msgpack.decode(stored, type=_StoredCassette)
        cassette = _scrubbed(path, self._rules, base_url)
        with suppress(OverflowError, TypeError):
            self._files.write(name, msgspec.msgpack.encode(cassette))
        return cassette

    def _name(self, files: FileCache, path: Path, base_url: str | None) -> str:
        suffix = f"{path.suffix} {base_url}".encode("utf-8", "surrogateescape")
        return files.name_of(self._rules.fingerprint, suffix, recording_digest(path))


def _scrubbed(path: Path, rules: ScrubRules, base_url: str | None) -> _StoredCassette:
    return _scrubbed_contents(read_any(path, ReadOptions(base_url=base_url)), Scrubber(rules))


def _scrubbed_contents(contents: Contents, scrubber: Scrubber) -> _StoredCassette:
    messages = [message_without_secrets(each, scrubber) for each in contents.messages]
    cassette = _StoredCassette([], [], messages, contents.skipped)
    for exchange in contents.exchanges:
        try:
            clean, broken = without_secrets(exchange, scrubber), ""
        except ValueError as error:
            clean, broken = _emptied(exchange, scrubber), f"a body can't be read: {error}"
        cassette.exchanges.append(clean)
        cassette.broken.append(broken)
    return cassette


def _emptied(exchange: Exchange, scrubber: Scrubber) -> Exchange:
    """What is left of an exchange that can't be scrubbed: enough to name it, and to say whose it is."""
    return msgspec.structs.replace(
        exchange,
        request=msgspec.structs.replace(
            exchange.request, url=scrubber.url(exchange.request.url), headers=(), body=b""
        ),
        response=msgspec.structs.replace(exchange.response, headers=(), body=b""),
        provenance=None,
    )
