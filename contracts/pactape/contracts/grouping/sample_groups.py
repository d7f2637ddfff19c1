"""Samples in groups, for those who want the samples themselves and not only what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.accumulator import recorded_in
from pactape.contracts.grouping.evidence import evidence_of
from pactape.contracts.grouping.final_keys import settled
from pactape.contracts.participants import Party
from pactape.exchange import RecordedMessage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pactape.contracts.grouping.operations import GroupKey
    from pactape.contracts.samples.sample import Sample
    from pactape.contracts.samples.scrubbed_cache import CleanCopies
    from pactape.settings import Settings

__all__ = ["Grouped", "Groups", "grouped"]

#: The samples of each operation and kind of answer, in the order of cassette and index.
Groups = dict["GroupKey", list["Sample"]]


class Grouped(msgspec.Struct, frozen=True, kw_only=True):
    """What cassettes hold for contracts.

    Args:
        groups: The samples by contract, in the groups that contracts are derived from.
        messages: The messages by contract, in the order of the cassettes.
    """

    groups: dict[Party, Groups]
    messages: dict[Party, list[RecordedMessage]]

    def messages_by_description(self) -> dict[str, list[RecordedMessage]]:
        """The messages of all contracts by description."""
        found: dict[str, list[RecordedMessage]] = {}
        for message in (each for of_party in self.messages.values() for each in of_party):
            found.setdefault(message.description, []).append(message)
        return found


def grouped(paths: Iterable[Path], settings: Settings, *, copies: CleanCopies) -> Grouped:
    """What cassettes hold for contracts; each is read once.

    Args:
        paths: The cassettes.
        settings: The project's settings.
        copies: Where cassettes are read from.

    Raises:
        CassetteFormatError: A cassette can't be read.
    """
    first: dict[Party, Groups] = {}
    messages: dict[Party, list[RecordedMessage]] = {}
    for path in paths:
        samples, received = recorded_in(path, settings, copies=copies, left_out=[])
        for party, _, key, sample in samples:
            first.setdefault(party, {}).setdefault(key, []).append(sample)
        for party, message in received:
            messages.setdefault(party, []).append(message)
    return Grouped(groups={party: _settled(groups) for party, groups in first.items()}, messages=messages)


def _settled(groups: Mapping[GroupKey, list[Sample]]) -> Groups:
    final = settled({key: evidence_of(samples) for key, samples in groups.items()})
    found: Groups = {}
    for key, samples in groups.items():
        found.setdefault(final[key], []).extend(samples)
    return {key: sorted(samples, key=_place) for key, samples in found.items()}


def _place(sample: Sample) -> tuple[str, int]:
    return sample.place
