"""The accumulator reads recordings one by one and adds their evidence to a digest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.contracts.grouping.evidence.digest import Digest
from pactape.contracts.grouping.evidence.evidence_cache import CassetteEvidence, EvidenceCache
from pactape.contracts.grouping.evidence.operations import own_key
from pactape.contracts.grouping.evidence.sample_evidence import Evidence
from pactape.contracts.grouping.evidence.sample_keys import SampleKeys
from pactape.contracts.samples.reader import SampleReader
from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
from pactape.recorders import RecordingStates

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.participants import ContractParties
    from pactape.contracts.samples.exclusions import Exclusion
    from pactape.contracts.samples.reader import CassetteSamples
    from pactape.exchange import RecordedMessage
    from pactape.recorders import LineRange
    from pactape.settings import ProviderSettings, Settings

__all__ = ["Accumulator", "evidence_of_parts"]


class Accumulator:
    """Reads recordings, from the caches if possible, and adds their evidence to a digest.

    Args:
        settings: The project's settings.
        all_fields: Whether every response field counts as read.

    Attributes:
        digest: The evidence of the recordings.
        reader: Reads recordings again.
        keys: The groups of the samples in recordings that were not cached.
        line_keys: The same for parts of recordings that were read line by line.
    """

    def __init__(self, settings: Settings, *, all_fields: bool = False) -> None:
        self.digest = Digest()
        self.keys: dict[Path, SampleKeys] = {}
        self.line_keys: dict[tuple[Path, LineRange], SampleKeys] = {}
        states, rules = RecordingStates(), ScrubRules.from_settings(settings.scrub)
        self._scrubbed = ScrubbedCache(settings.cache_folder, rules, states)
        self.reader = SampleReader(settings, self._scrubbed, all_fields=all_fields)
        self._cache = EvidenceCache(settings, all_fields=all_fields, states=states)

    def read(self, path: Path) -> None:
        """Add one recording to the digest.

        Raises:
            CassetteFormatError: It can't be read.
        """
        if (name := self.add_cached(path)) is not None:
            keys = self.keys[path] = SampleKeys()
            self.store(path, name, evidence_of_parts(self.reader.read_parts(path), keys))

    def add_cached(self, path: Path) -> str | None:
        """Add a recording to the digest if its evidence is cached; otherwise return the missing entry's name.

        Raises:
            CassetteFormatError: It can't be read.
        """
        name, evidence = self._cache.find(path)
        if evidence is None:
            return name
        self.reader.keep(path)
        self._add(path, name, evidence)
        return None

    def store(self, path: Path, name: str, evidence: CassetteEvidence) -> None:
        """Cache the evidence of a recording, and add it to the digest.

        Args:
            path: The recording.
            name: The name of its cache entry, see `add_cached`.
            evidence: Its evidence; must not be used afterwards.
        """
        for _, _, _, of_group in evidence.groups:
            of_group.compact()
        self._cache.store(name, evidence)
        self._add(path, name, evidence)

    def analyse(self, path: Path, lines: LineRange, keys: SampleKeys) -> CassetteEvidence:
        """Return the evidence of some lines of a recording, without caching it or adding it to the digest.

        Raises:
            CassetteFormatError: It can't be read.
        """
        return evidence_of_parts(self.reader.read_parts(path, lines), keys)

    def used_files(self) -> set[str]:
        """Return the names of the cached files of the recordings read so far."""
        return self._cache.used_files() | self._scrubbed.used_files()

    def keep_files(self, names: Iterable[str]) -> None:
        """Mark cached files that other accumulators used (see `used_files`), so that `delete_unused` keeps them."""
        for name in names:
            self._cache.keep(name)
            self._scrubbed.keep_file(name)

    def delete_unused(self) -> None:
        """Delete the cached files of recordings that were not read, because they were removed or changed."""
        self._cache.delete_unused()
        self._scrubbed.delete_unused()

    def _add(self, path: Path, name: str, evidence: CassetteEvidence) -> None:
        digest = self.digest
        digest.paths.append(path)
        if evidence.messages:
            digest.with_messages.append(path)
        if not (evidence.groups or evidence.messages or evidence.exclusions):
            digest.empty.append(path)
        digest.entries.append(name)
        digest.add(evidence)


def evidence_of_parts(parts: Iterable[CassetteSamples], keys: SampleKeys | None = None) -> CassetteEvidence:
    """Return the evidence of the parts of one recording.

    Args:
        parts: In order.
        keys: Receives the groups of the samples.
    """
    messages: list[tuple[ContractParties, RecordedMessage]] = []
    exclusions: list[Exclusion] = []
    groups: dict[tuple[ContractParties, ProviderSettings, GroupKey], Evidence] = {}
    for part in parts:
        messages += part.messages
        exclusions += part.exclusions
        for sample in part.samples:
            key = own_key(sample.sample, sample.provider)
            group = sample.parties, sample.provider, key
            if keys is not None:
                keys.add(sample.sample.exchange.index, (sample.parties, key))
            if group in groups:
                groups[group].add(sample.sample)
            else:
                groups[group] = Evidence.of(sample.sample)
    return CassetteEvidence([(*group, evidence) for group, evidence in groups.items()], messages, exclusions)
