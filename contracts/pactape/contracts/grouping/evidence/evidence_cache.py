"""The evidence cache: the evidence of each cassette, so that an unchanged one is not analysed again.

An entry depends on the cassette's content and path and on the project's settings; it holds no secrets.
"""

from __future__ import annotations

import hashlib
from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence.operations import GroupKey
from pactape.contracts.grouping.evidence.sample_evidence import Evidence
from pactape.contracts.participants import ContractParties
from pactape.contracts.samples.exclusions import Exclusion
from pactape.exchange import RecordedMessage
from pactape.file_cache import FileCache
from pactape.settings import ProviderSettings

if TYPE_CHECKING:
    from pathlib import Path

    from pactape.recorders import RecordingStates
    from pactape.settings import Settings

__all__ = ["CassetteEvidence", "EvidenceCache"]


class CassetteEvidence(msgspec.Struct, frozen=True):
    """The evidence of one cassette.

    Args:
        groups: Consumer and provider, the provider's settings, the key of the group, and its evidence.
        messages: The consumer and provider of each message, and the message.
        exclusions: The exchanges and messages that are excluded.
    """

    groups: list[tuple[ContractParties, ProviderSettings, GroupKey, Evidence]]
    messages: list[tuple[ContractParties, RecordedMessage]]
    exclusions: list[Exclusion]


class _StoredCassette(msgspec.Struct, array_like=True):
    """The stored form of `CassetteEvidence`; a provider is stored as its key, name and URL."""

    groups: list[tuple[ContractParties, tuple[str, str, str], GroupKey, Evidence]]
    messages: list[tuple[ContractParties, RecordedMessage]]
    exclusions: list[Exclusion]


class EvidenceCache:
    """The cached evidence of a project's cassettes.

    Args:
        settings: The project's settings.
        all_fields: Whether every response field counts as read.
        states: The states of the recordings.
    """

    def __init__(self, settings: Settings, *, all_fields: bool, states: RecordingStates) -> None:
        self._settings = settings
        self._states = states
        self._files = FileCache(settings.cache_folder, "evidence")
        self._state = _state(settings, all_fields=all_fields)

    def find(self, path: Path) -> tuple[str, CassetteEvidence | None]:
        """Return the name of a cassette's entry, and its evidence; None if it is not cached.

        Raises:
            CassetteFormatError: The cassette can't be read.
        """
        name = self._name(path)
        data = self._files.read(name)
        with suppress(msgspec.DecodeError):
            if data is None:
                return name, None
            entry = _decode(data)
            groups = [
                (parties, self._provider(identity), key, of_group)
                for parties, identity, key, of_group in entry.groups
            ]
            return name, CassetteEvidence(groups, entry.messages, entry.exclusions)
        return name, None

    def store(self, name: str, evidence: CassetteEvidence) -> None:
        """Cache a cassette's evidence; do nothing if it can't be stored."""
        with suppress(OverflowError, ValueError, TypeError):
            groups = [
                (parties, (provider.key, provider.name, provider.url), key, of_group.pack())
                for parties, provider, key, of_group in evidence.groups
            ]
            entry = _StoredCassette(groups, evidence.messages, evidence.exclusions)
            self._files.write(name, msgspec.msgpack.encode(entry))

    def used_files(self) -> set[str]:
        """Return the names of the entries that were requested."""
        return self._files.used_files()

    def keep(self, name: str) -> None:
        """Mark an entry as used, so that `delete_unused` keeps it."""
        self._files.keep(name)

    def delete_unused(self) -> None:
        """Delete the entries of cassettes that were not requested."""
        self._files.delete_unused()

    def _provider(self, identity: tuple[str, str, str]) -> ProviderSettings:
        key, name, url = identity
        return self._settings.providers.get(key) or ProviderSettings(key=key, name=name, url=url)

    def _name(self, path: Path) -> str:
        place = str(path).encode("utf-8", "surrogateescape")
        return self._files.name_of(self._state, place, self._states.of(path))


_decode = msgspec.msgpack.Decoder(_StoredCassette).decode


def _state(settings: Settings, *, all_fields: bool) -> bytes:
    """Return a fingerprint of what the evidence depends on, apart from the cassette."""
    documents = [provider.openapi for provider in settings.providers.values() if provider.openapi is not None]
    file_states = [str((path, _changed(path))) for path in documents]
    return hashlib.blake2b(
        repr((settings, all_fields, file_states)).encode("utf-8", "surrogateescape"), digest_size=20
    ).digest()


def _changed(path: Path) -> tuple[int, int]:
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size
