"""Samples in groups, for those who want the samples themselves and not only what they have in common."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.evidence import evidence_of
from pactape.contracts.gathering import samples_in
from pactape.contracts.settling import settled

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pactape.contracts.kept import CleanCopies
    from pactape.contracts.operations import GroupKey
    from pactape.contracts.parties import Party
    from pactape.contracts.samples import Sample
    from pactape.settings import Settings

__all__ = ["Groups", "grouped"]

#: The samples of each operation and kind of answer, in the order of cassette and index.
Groups = dict["GroupKey", list["Sample"]]


def grouped(paths: Iterable[Path], settings: Settings, *, copies: CleanCopies) -> dict[Party, Groups]:
    """What cassettes hold for contracts, in the groups that contracts are derived from.

    Args:
        paths: The cassettes.
        settings: The project's settings.
        copies: Where cassettes are read from.

    Raises:
        CassetteFormatError: A cassette can't be read.
    """
    first: dict[Party, Groups] = {}
    for path in paths:
        for party, _, key, sample in samples_in(path, settings, copies=copies, left_out=[]):
            first.setdefault(party, {}).setdefault(key, []).append(sample)
    return {party: _settled(groups) for party, groups in first.items()}


def _settled(groups: Mapping[GroupKey, list[Sample]]) -> Groups:
    final = settled({key: evidence_of(samples) for key, samples in groups.items()})
    found: Groups = {}
    for key, samples in groups.items():
        found.setdefault(final[key], []).extend(samples)
    return {key: sorted(samples, key=_place) for key, samples in found.items()}


def _place(sample: Sample) -> tuple[str, int]:
    return sample.place
