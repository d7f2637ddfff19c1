"""The groups of a recording's samples, in a few bytes each, so that a second reading needs no analysis."""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pactape.contracts.grouping.evidence.operations import GroupKey
    from pactape.contracts.participants import ContractParties
    from pactape.exchange import Exchange

__all__ = ["SampleGroup", "SampleKeys"]

#: The consumer and provider of a sample, and the group key that the sample alone gives.
SampleGroup = tuple["ContractParties", "GroupKey"]


class SampleKeys:
    """The groups of the samples of one recording, in order."""

    def __init__(self) -> None:
        self._numbers: dict[SampleGroup, int] = {}
        self._indexes = array("L")
        self._groups = array("L")

    def add(self, index: int, group: SampleGroup) -> None:
        """Add the next sample.

        Args:
            index: The index of its exchange in the recording.
            group: Its group.
        """
        self._indexes.append(index)
        self._groups.append(self._numbers.setdefault(group, len(self._numbers)))

    def groups(self) -> Iterable[SampleGroup]:
        """Return all groups."""
        return self._numbers.keys()

    def of(self, exchanges: Iterable[Exchange]) -> Iterator[tuple[SampleGroup, Exchange]]:
        """Yield the exchanges that are samples, each with its group.

        Args:
            exchanges: The exchanges of the recording, in order.
        """
        names = list(self._numbers)
        samples = zip(self._indexes, self._groups, strict=True)
        index, number = next(samples, (None, 0))
        for exchange in exchanges:
            if exchange.index == index:
                yield names[number], exchange
                index, number = next(samples, (None, 0))
