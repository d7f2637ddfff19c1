"""The evidence cache: what single cassettes show, so that an unchanged one is not analysed again.

An entry depends on the cassette's content and path and on the project's settings; it holds no secrets.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence import Evidence, StoredEvidence
from pactape.contracts.grouping.operations import GroupKey
from pactape.contracts.participants import ContractParties
from pactape.contracts.samples.exclusions import Exclusion
from pactape.exchange import RecordedMessage
from pactape.file_cache import FileCache, recording_digest
from pactape.settings import ProviderSettings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.settings import Settings

__all__ = ["CassetteEvidence", "EvidenceCache"]


class CassetteEvidence(msgspec.Struct, frozen=True):
    """What one cassette shows.

    Args:
        groups: Whose samples, with which provider, the key that each has by itself, and what they have shown.
        messages: Each with whose it is.
        exclusions: What takes no part.
    """

    groups: list[tuple[ContractParties, ProviderSettings, GroupKey, Evidence]]
    messages: list[tuple[ContractParties, RecordedMessage]]
    exclusions: list[Exclusion]


class _StoredCassette(msgspec.Struct, array_like=True):
    """The same as it is written down; of a provider the key, the name and the URL."""

    groups: list[tuple[ContractParties, tuple[str, str, str], GroupKey, StoredEvidence]]
    messages: list[tuple[ContractParties, RecordedMessage]]
    exclusions: list[Exclusion]


class EvidenceCache:
    """The cached evidence of a project's cassettes.

    Args:
        settings: The project's settings.
        all_fields: Whether every response field counts as read.
    """

    def __init__(self, settings: Settings, *, all_fields: bool) -> None:
        self._settings = settings
        self._files = FileCache(settings.cache_folder, "evidence")
        self._state = _state(settings, all_fields=all_fields)

    def find(self, path: Path) -> tuple[str, CassetteEvidence | None]:
        """Return the name of a cassette's entry, and its evidence; None when it is not cached.

        Raises:
            CassetteFormatError: The cassette can't be read.
        """
        name = self._name(path)
        stored = self._files.read(name)
        with suppress(msgspec.DecodeError):
            if stored is None:
                return name, None
            entry = _decode(stored)
            groups = [
                (parties, self._provider(identity), key, Evidence.restored(stored_group))
                for parties, identity, key, stored_group in entry.groups
            ]
            return name, CassetteEvidence(groups, entry.messages, entry.exclusions)
        return name, None

    def store(self, name: str, found: CassetteEvidence) -> None:
        """Cache a cassette's evidence; where that can't be done, nothing is cached."""
        with suppress(OverflowError, ValueError, TypeError):
            groups = [
                (parties, (provider.key, provider.name, provider.url), key, evidence.stored)
                for parties, provider, key, evidence in found.groups
            ]
            entry = _StoredCassette(groups, found.messages, found.exclusions)
            self._files.write(name, msgspec.msgpack.encode(entry))

    def delete_unused(self) -> None:
        """Delete the entries of cassettes that have not been looked for."""
        self._files.delete_unused()

    def _provider(self, identity: tuple[str, str, str]) -> ProviderSettings:
        key, name, url = identity
        return self._settings.providers.get(key) or ProviderSettings(key=key, name=name, url=url)

    def _name(self, path: Path) -> str:
        place = str(path).encode("utf-8", "surrogateescape")
        return self._files.name_of(self._state, place, recording_digest(path))


_decode = msgspec.msgpack.Decoder(_StoredCassette).decode


def _state(settings: Settings, *, all_fields: bool) -> bytes:
    """Stands for all that decides what a cassette shows, beside the cassette."""
    documents = [each.openapi for each in settings.providers.values() if each.openapi is not None]
    changed = [str((path, _changed(path))) for path in documents]
    return hashlib.blake2b(
        repr((settings, all_fields, changed)).encode("utf-8", "surrogateescape"), digest_size=20
    ).digest()


def _changed(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
