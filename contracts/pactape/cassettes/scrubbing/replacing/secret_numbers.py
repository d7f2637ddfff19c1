"""A compact table of secrets and their numbers, because a body may hold tens of thousands of secrets."""

from __future__ import annotations

from array import array
from typing import NamedTuple

__all__ = ["SecretNumbers"]

_SMALLEST = 64
_64_BITS = 2**64 - 1
#: Spreads Python's hashes of integers, which are the integers themselves (Knuth's multiplicative hashing).
_FACTOR = 0x9E3779B97F4A7C15


class _Table(NamedTuple):
    """A hash table with open addressing. To grow, it is replaced by a larger copy, so readers need no lock."""

    fingerprints: array[int]
    numbers: array[int]

    def slot_of(self, fingerprint: int) -> int:
        """Return the slot of a fingerprint, or the free slot for it."""
        fingerprints = self.fingerprints
        mask = len(fingerprints) - 1
        slot = fingerprint >> 24 & mask
        while fingerprints[slot] not in {0, fingerprint}:
            slot = slot + 1 & mask
        return slot


class SecretNumbers:
    """The number of each secret, by a fingerprint of 64 bits; the secrets themselves are not stored.

    Several threads may read while one writes.
    """

    def __init__(self) -> None:
        self._table = _make_table(_SMALLEST)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def get(self, secret: str | float) -> int:
        """Return the number of a secret; 0 if it has none."""
        table = self._table
        return table.numbers[table.slot_of(_fingerprint(secret))]

    def add(self, secret: str | float, number: int) -> None:
        """Store the number of a secret that has none yet.

        Example:
            >>> numbers = SecretNumbers()
            >>> numbers.add("tulip", 7)
            >>> numbers.get("tulip"), numbers.get("rose"), len(numbers)
            (7, 0, 1)
        """
        if self._count * 3 >= len(self._table.numbers) * 2:
            self._grow()
        _put(self._table, _fingerprint(secret), number)
        self._count += 1

    def _grow(self) -> None:
        larger = _make_table(len(self._table.numbers) * 2)
        for fingerprint, number in zip(*self._table, strict=True):
            if fingerprint:
                _put(larger, fingerprint, number)
        self._table = larger


def _make_table(size: int) -> _Table:
    return _Table(array("Q", bytes(8 * size)), array("I", bytes(4 * size)))


def _put(table: _Table, fingerprint: int, number: int) -> None:
    slot = table.slot_of(fingerprint)
    table.numbers[slot] = number
    table.fingerprints[slot] = fingerprint


def _fingerprint(secret: str | float) -> int:
    return hash(secret) * _FACTOR & _64_BITS or 1
