"""Samples in groups, for those who want the samples themselves and not only what they have in common."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence import evidence_of
from pactape.contracts.grouping.final_keys import KnownRoutes, final_keys
from pactape.contracts.grouping.known_routes import RouteKnowledge
from pactape.contracts.grouping.operations import own_key
from pactape.contracts.participants import ContractParties
from pactape.contracts.samples.reader import SampleReader
from pactape.errors import CassetteFormatError
from pactape.exchange import RecordedMessage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pactape.contracts.grouping.operations import GroupKey
    from pactape.contracts.samples.sample import Sample
    from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
    from pactape.settings import ProviderSettings, Settings

__all__ = ["GroupedSamples", "Groups", "group_samples"]

#: The samples of each operation and kind of answer, in the order of cassette and index.
Groups = dict["GroupKey", list["Sample"]]


class GroupedSamples(msgspec.Struct, frozen=True, kw_only=True):
    """What cassettes hold for contracts.

    Args:
        groups: The samples by contract, in the groups that contracts are derived from.
        messages: The messages by contract, in the order of the cassettes.
        paths: The cassettes that were read.
        skipped: The files that are no cassettes, each with what is wrong.
    """

    groups: dict[ContractParties, Groups]
    messages: dict[ContractParties, list[RecordedMessage]]
    paths: tuple[Path, ...] = ()
    skipped: tuple[tuple[Path, str], ...] = ()

    def messages_by_description(self) -> dict[str, list[RecordedMessage]]:
        """The messages of all contracts by description."""
        found: dict[str, list[RecordedMessage]] = {}
        for message in (each for of_contract in self.messages.values() for each in of_contract):
            found.setdefault(message.description, []).append(message)
        return found


def group_samples(paths: Iterable[Path], settings: Settings, *, cache: ScrubbedCache) -> GroupedSamples:
    """Return what cassettes hold for contracts; each is read once.

    Args:
        paths: The cassettes.
        settings: The project's settings.
        cache: Where cassettes are read from.

    Raises:
        CassetteFormatError: None of them can be read.
    """
    routes = RouteKnowledge(settings)
    found = _read(paths, SampleReader(settings, cache))
    if found.skipped and not found.paths:
        raise found.skipped[0][1]
    groups = {
        parties: _final_groups(groups, routes.of(found.providers[parties]))
        for parties, groups in found.groups.items()
    }
    return GroupedSamples(
        groups=groups,
        messages=found.messages,
        paths=tuple(found.paths),
        skipped=tuple((path, error.what) for path, error in found.skipped),
    )


@dataclass
class _Found:
    """What the cassettes hold, in the groups of each recording alone."""

    groups: dict[ContractParties, Groups] = field(default_factory=dict)
    providers: dict[ContractParties, ProviderSettings] = field(default_factory=dict)
    messages: dict[ContractParties, list[RecordedMessage]] = field(default_factory=dict)
    paths: list[Path] = field(default_factory=list)
    skipped: list[tuple[Path, CassetteFormatError]] = field(default_factory=list)


def _read(paths: Iterable[Path], reader: SampleReader) -> _Found:
    found = _Found()
    for path in paths:
        try:
            recorded = reader.read(path)
        except CassetteFormatError as error:
            found.skipped.append((path, error))
            continue
        found.paths.append(path)
        for each in recorded.samples:
            key = own_key(each.sample, each.provider)
            found.providers[each.parties] = each.provider
            found.groups.setdefault(each.parties, {}).setdefault(key, []).append(each.sample)
        for parties, message in recorded.messages:
            found.messages.setdefault(parties, []).append(message)
    return found


def _final_groups(groups: Mapping[GroupKey, list[Sample]], known: KnownRoutes) -> Groups:
    final = final_keys({key: evidence_of(samples) for key, samples in groups.items()}, known)
    found: Groups = {}
    for key, samples in groups.items():
        found.setdefault(final[key], []).extend(samples)
    return {key: sorted(samples, key=_position) for key, samples in found.items()}


def _position(sample: Sample) -> tuple[str, int]:
    return sample.position
