"""The evidence cache: what single cassettes show, so that an unchanged one is not analysed again.

An entry depends on the cassette's content and path and on the project's settings; it holds no secrets.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence import Evidence, KeptEvidence
from pactape.contracts.grouping.operations import GroupKey
from pactape.contracts.participants import Party
from pactape.contracts.samples.exclusions import LeftOut
from pactape.exchange import RecordedMessage
from pactape.file_cache import FileCache, cassette_bytes
from pactape.settings import ProviderSettings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.settings import Settings

__all__ = ["Digests", "Found"]


class Found(msgspec.Struct, frozen=True):
    """What one cassette shows.

    Args:
        groups: Whose samples, with which provider, the key that each has by itself, and what they have shown.
        messages: Each with whose it is.
        left_out: What takes no part.
    """

    groups: list[tuple[Party, ProviderSettings, GroupKey, Evidence]]
    messages: list[tuple[Party, RecordedMessage]]
    left_out: list[LeftOut]


class _Digest(msgspec.Struct, array_like=True):
    """The same as it is written down; of a provider the key, the name and the URL."""

    groups: list[tuple[Party, tuple[str, str, str], GroupKey, KeptEvidence]]
    messages: list[tuple[Party, RecordedMessage]]
    left_out: list[LeftOut]


class Digests:
    """The digests of a project.

    Args:
        settings: The project's settings.
        all_fields: Whether every response field counts as read.
    """

    def __init__(self, settings: Settings, *, all_fields: bool) -> None:
        self._settings = settings
        self._files = FileCache(settings.cache_folder, "digests")
        self._state = _state(settings, all_fields=all_fields)

    def find(self, path: Path) -> tuple[str, Found | None]:
        """The name of a cassette's digest, and what it says; None when it is not kept.

        Raises:
            CassetteFormatError: The cassette can't be read.
        """
        name = self._name(path)
        stored = self._files.read(name)
        with suppress(msgspec.DecodeError):
            if stored is None:
                return name, None
            digest = _decode(stored)
            groups = [
                (party, self._provider(told), key, Evidence.restored(kept))
                for party, told, key, kept in digest.groups
            ]
            return name, Found(groups, digest.messages, digest.left_out)
        return name, None

    def store(self, name: str, found: Found) -> None:
        """Keep what a cassette shows; where that can't be done, do without."""
        with suppress(OverflowError, ValueError, TypeError):
            groups = [
                (party, (provider.key, provider.name, provider.url), key, evidence.kept)
                for party, provider, key, evidence in found.groups
            ]
            digest = _Digest(groups, found.messages, found.left_out)
            self._files.write(name, msgspec.msgpack.encode(digest))

    def forget_others(self) -> None:
        """Delete the digests of what has not been looked for."""
        self._files.delete_unused()

    def _provider(self, told: tuple[str, str, str]) -> ProviderSettings:
        key, name, url = told
        return self._settings.providers.get(key) or ProviderSettings(key=key, name=name, url=url)

    def _name(self, path: Path) -> str:
        place = str(path).encode("utf-8", "surrogateescape")
        return self._files.name_of(self._state, place, cassette_bytes(path))


_decode = msgspec.msgpack.Decoder(_Digest).decode


def _state(settings: Settings, *, all_fields: bool) -> bytes:
    """Stands for all that decides what a cassette shows, beside the cassette."""
    documents = [each.openapi for each in settings.providers.values() if each.openapi is not None]
    told = [str((path, _changed(path))) for path in documents]
    return hashlib.blake2b(
        repr((settings, all_fields, told)).encode("utf-8", "surrogateescape"), digest_size=20
    ).digest()


def _changed(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
