"""Samples in groups, for those who want the samples themselves and not only what they have in common."""

from __future__ import annotations

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
    first: dict[ContractParties, Groups] = {}
    providers: dict[ContractParties, ProviderSettings] = {}
    messages: dict[ContractParties, list[RecordedMessage]] = {}
    reader = SampleReader(settings, cache)
    read: list[Path] = []
    skipped: list[tuple[Path, CassetteFormatError]] = []
    for path in paths:
        try:
            found = reader.read(path)
        except CassetteFormatError as error:
            skipped.append((path, error))
            continue
        read.append(path)
        for each in found.samples:
            key = own_key(each.sample, each.provider)
            providers[each.parties] = each.provider
            first.setdefault(each.parties, {}).setdefault(key, []).append(each.sample)
        for parties, message in found.messages:
            messages.setdefault(parties, []).append(message)
    if skipped and not read:
        raise skipped[0][1]
    return GroupedSamples(
        groups={
            parties: _final_groups(groups, routes.of(providers[parties])) for parties, groups in first.items()
        },
        messages=messages,
        paths=tuple(read),
        skipped=tuple((path, error.what) for path, error in skipped),
    )


def _final_groups(groups: Mapping[GroupKey, list[Sample]], known: KnownRoutes) -> Groups:
    final = final_keys({key: evidence_of(samples) for key, samples in groups.items()}, known)
    found: Groups = {}
    for key, samples in groups.items():
        found.setdefault(final[key], []).extend(samples)
    return {key: sorted(samples, key=_position) for key, samples in found.items()}


def _position(sample: Sample) -> tuple[str, int]:
    return sample.position
