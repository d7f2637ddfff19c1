"""The scrubbed cache: an unchanged cassette is neither parsed nor scrubbed again.

An entry depends on the cassette's content and on the project's own scrub rules; it holds no secrets.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pactape.cassettes.format.reading import read_contents
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.contracts.samples.sanitizing import message_without_secrets, without_secrets
from pactape.exchange import Exchange, RecordedMessage
from pactape.file_cache import FileCache, cassette_bytes

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.cassettes.scrubbing.rules import ScrubRules

__all__ = ["ScrubbedCache"]


class _StoredCassette(msgspec.Struct, array_like=True):
    """The exchanges without secrets, for each why that could not be had (empty when it could), and the messages."""

    exchanges: list[Exchange]
    broken: list[str]
    messages: list[RecordedMessage]


class ScrubbedCache:
    """Cassettes without secrets, from the cache where it has them.

    Args:
        folder: The cache folder; None to cache nothing.
        rules: The project's own rules of what a secret is.
    """

    def __init__(self, folder: Path | None, rules: ScrubRules) -> None:
        self._rules = rules
        self._files = None if folder is None else FileCache(folder, "exchanges")

    def read(self, path: Path) -> tuple[list[tuple[Exchange, str]], list[RecordedMessage]]:
        """The exchanges of a cassette, each without secrets or with the reason why that can't be had; its messages.

        Raises:
            CassetteFormatError: The cassette can't be read.
        """
        cassette = self._read(path)
        exchanges = [
            (msgspec.structs.replace(exchange, cassette=str(path)), broken)
            for exchange, broken in zip(cassette.exchanges, cassette.broken, strict=True)
        ]
        return exchanges, [msgspec.structs.replace(each, cassette=str(path)) for each in cassette.messages]

    def keep(self, path: Path) -> None:
        """Have `delete_unused` spare what is cached of the cassette at `path`, without reading it.

        Raises:
            CassetteFormatError: The cassette can't be read.
        """
        if self._files is not None:
            self._files.keep(self._name(self._files, path))

    def delete_unused(self) -> None:
        """Delete the cached files of cassettes that have not been read."""
        if self._files is not None:
            self._files.delete_unused()

    def _read(self, path: Path) -> _StoredCassette:
        if self._files is None:
            return _scrubbed(path, self._rules)
        name = self._name(self._files, path)
        stored = self._files.read(name)
        with suppress(msgspec.DecodeError):
            if stored is not None:
                return msgspec.msgpack.decode(stored, type=_StoredCassette)
        cassette = _scrubbed(path, self._rules)
        with suppress(OverflowError, TypeError):
            self._files.write(name, msgspec.msgpack.encode(cassette))
        return cassette

    def _name(self, files: FileCache, path: Path) -> str:
        suffix = path.suffix.encode("utf-8", "surrogateescape")
        return files.name_of(self._rules.fingerprint, suffix, cassette_bytes(path))


def _scrubbed(path: Path, rules: ScrubRules) -> _StoredCassette:
    scrubber = Scrubber(rules)
    exchanges, messages = read_contents(path)
    cassette = _StoredCassette([], [], [message_without_secrets(each, scrubber) for each in messages])
    for exchange in exchanges:
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
