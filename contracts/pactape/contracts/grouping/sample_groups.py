"""Groups samples, for callers that need the samples themselves and not only their evidence."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.evidence.operations import own_key
from pactape.contracts.grouping.evidence.sample_evidence import evidence_of
from pactape.contracts.grouping.final_keys import KnownRoutes, final_keys
from pactape.contracts.grouping.known_routes import RouteKnowledge
from pactape.contracts.grouping.traffic import assign_traffic
from pactape.contracts.participants import ContractParties
from pactape.contracts.samples.exclusions import Exclusion
from pactape.contracts.samples.reader import SampleReader
from pactape.errors import CassetteFormatError
from pactape.exchange import RecordedMessage
from pactape.settings import ProviderSettings

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.samples.sample import Sample
    from pactape.contracts.samples.scrubbed_cache import ScrubbedCache
    from pactape.settings import Settings

__all__ = ["GroupedSamples", "Groups", "group_samples", "group_samples_alike"]

#: The samples of each operation and kind of response, sorted by cassette and index.
Groups = dict["GroupKey", list["Sample"]]


class GroupedSamples(msgspec.Struct, frozen=True, kw_only=True):
    """The content of cassettes that takes part in contracts.

    Args:
        groups: The samples by contract and group.
        messages: The messages by contract, in the order of the cassettes.
        providers: The settings of the provider of each contract with groups.
        paths: The cassettes that were read.
        skipped: The files that can't be read as cassettes, each with the reason.
        exclusions: The exchanges and messages that are left out.
    """

    groups: dict[ContractParties, Groups]
    messages: dict[ContractParties, list[RecordedMessage]]
    providers: dict[ContractParties, ProviderSettings]
    paths: tuple[Path, ...] = ()
    skipped: tuple[tuple[Path, CassetteFormatError], ...] = ()
    exclusions: tuple[Exclusion, ...] = ()

    def messages_by_description(self) -> dict[str, list[RecordedMessage]]:
        """Return the messages of all contracts by description."""
        messages: dict[str, list[RecordedMessage]] = {}
        for message in (message for of_contract in self.messages.values() for message in of_contract):
            messages.setdefault(message.description, []).append(message)
        return messages


def group_samples(paths: Iterable[Path], settings: Settings, *, cache: ScrubbedCache) -> GroupedSamples:
    """Return the content of cassettes that takes part in contracts; each is read once.

    Args:
        paths: The cassettes.
        settings: The project's settings.
        cache: Where cassettes are read from.

    Raises:
        CassetteFormatError: None of them can be read.
    """
    routes = RouteKnowledge(settings)
    contents = _read(paths, SampleReader(settings, cache))
    groups = {
        parties: _regroup(groups, _final_groups(groups, routes.of(contents.providers[parties])))
        for parties, groups in contents.groups.items()
    }
    return _grouped(contents, groups)


def group_samples_alike(
    sets: Iterable[Iterable[Path]], settings: Settings, *, cache: ScrubbedCache
) -> list[GroupedSamples]:
    """Return the content of several sets of cassettes, in groups of the same keys.

    The path templates of a provider are those of all sets together, so that another response to the same request
    doesn't change the operation.

    Args:
        sets: The cassettes of each set.
        settings: The project's settings.
        cache: Where cassettes are read from.

    Raises:
        CassetteFormatError: None of a set can be read.
    """
    routes, reader = RouteKnowledge(settings), SampleReader(settings, cache)
    contents = [_read(paths, reader) for paths in sets]
    together: dict[str, Groups] = {}
    providers: dict[str, ProviderSettings] = {}
    for content in contents:
        for parties, groups in content.groups.items():
            providers[parties.provider] = content.providers[parties]
            for key, samples in groups.items():
                together.setdefault(parties.provider, {}).setdefault(key, []).extend(samples)
    final = {name: _final_groups(groups, routes.of(providers[name])) for name, groups in together.items()}
    return [
        _grouped(
            content,
            {
                parties: _regroup(groups, final[parties.provider])
                for parties, groups in content.groups.items()
            },
        )
        for content in contents
    ]


@dataclass
class _CassetteContents:
    """The content of the cassettes, in the groups that each recording alone gives."""

    groups: dict[ContractParties, Groups] = field(default_factory=dict)
    providers: dict[ContractParties, ProviderSettings] = field(default_factory=dict)
    messages: dict[ContractParties, list[RecordedMessage]] = field(default_factory=dict)
    paths: list[Path] = field(default_factory=list)
    skipped: list[tuple[Path, CassetteFormatError]] = field(default_factory=list)
    exclusions: list[Exclusion] = field(default_factory=list)


def _read(paths: Iterable[Path], reader: SampleReader) -> _CassetteContents:
    contents = _CassetteContents()
    for path in paths:
        try:
            cassette = reader.read(path)
        except CassetteFormatError as error:
            contents.skipped.append((path, error))
            continue
        contents.paths.append(path)
        contents.exclusions += cassette.exclusions
        for sample in cassette.samples:
            key = own_key(sample.sample, sample.provider)
            contents.providers[sample.parties] = sample.provider
            contents.groups.setdefault(sample.parties, {}).setdefault(key, []).append(sample.sample)
        for parties, message in cassette.messages:
            contents.messages.setdefault(parties, []).append(message)
    return contents


def _grouped(contents: _CassetteContents, groups: dict[ContractParties, Groups]) -> GroupedSamples:
    if contents.skipped and not contents.paths:
        raise contents.skipped[0][1]
    return GroupedSamples(
        groups=groups,
        messages=contents.messages,
        providers=contents.providers,
        paths=tuple(contents.paths),
        skipped=tuple(contents.skipped),
        exclusions=tuple(contents.exclusions),
    )


def _final_groups(
    groups: Mapping[GroupKey, list[Sample]], known_routes: KnownRoutes
) -> dict[GroupKey, tuple[GroupKey, ...]]:
    """The keys of the final groups that the samples of each key belong to."""
    final = final_keys({key: evidence_of(samples) for key, samples in groups.items()}, known_routes)
    traffic = assign_traffic(set(final.values()))
    return {key: tuple(traffic.get(final[key], (final[key],))) for key in groups}


def _regroup(
    groups: Mapping[GroupKey, list[Sample]], final: Mapping[GroupKey, tuple[GroupKey, ...]]
) -> Groups:
    by_final_key: Groups = {}
    for key, samples in groups.items():
        for group in final[key]:
            by_final_key.setdefault(group, []).extend(samples)
    return {key: sorted(samples, key=_order) for key, samples in by_final_key.items()}


def _order(sample: Sample) -> tuple[bool, str, int]:
    """Return the sort key of a sample: tests come before captured traffic."""
    return sample.exchange.traffic, *sample.position
