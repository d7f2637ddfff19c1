"""Evidence: what the samples of one group have shown, counted and joined; many take no more room than a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.operations import is_declared
from pactape.contracts.inference.fields import EVERYTHING, ReadFields, read_fields
from pactape.contracts.inference.shape import Shape
from pactape.contracts.samples.sample import Sample
from pactape.http_bodies import is_json, media_type

if TYPE_CHECKING:
    from pactape.exchange import Exchange

__all__ = ["MOST_CASSETTES", "Evidence", "StoredEvidence", "evidence_of", "paths_read"]

#: How many recordings an interaction refers to.
MOST_CASSETTES = 20
_FIRST_FAILURE = 400

_encode = msgspec.msgpack.Encoder().encode
_decode_sample = msgspec.msgpack.Decoder(Sample).decode


class StoredEvidence(msgspec.Struct, array_like=True, gc=False):
    """Evidence in a form that can be written down; see the attributes of `Evidence`.

    Args:
        first: The sample, which is decoded only when it is asked for.
        place: Its cassette and index.
    """

    first: msgspec.Raw
    place: tuple[str, int]
    count: int
    shape: Shape | None
    reads: set[str] | None
    test: str
    cassettes: tuple[str, ...]
    declared: bool


class Evidence:
    """What the samples of a group have in common; joining is associative and commutative.

    Args:
        sample: The first of them.
        observed: Whether its answer is looked at.

    Attributes:
        place: The smallest cassette and index of all samples.
        count: How many samples there were.
        shape: The shape of all answers; None when they are no JSON.
        reads: The paths of the response fields that are read; None when every field is.
        test: The first of the tests' node ids; empty when no test is known.
        cassettes: Where the first samples stand, as "path#index", sorted.
        declared: Whether the operation has a name of its own, and not one that its path gave it.
    """

    __slots__ = ("_first", "cassettes", "count", "declared", "place", "reads", "shape", "test")

    def __init__(self, sample: Sample, *, observed: bool = True) -> None:
        exchange = sample.exchange
        self._first: Sample | msgspec.Raw = sample
        self.place = sample.place
        self.count = 1
        self.shape = _shape(sample) if observed else None
        reads = paths_read(sample)
        self.reads: set[str] | None = None if reads is None else set(reads)
        self.test = exchange.provenance.test if exchange.provenance else ""
        self.cassettes: tuple[str, ...] = (f"{exchange.cassette}#{exchange.index}",)
        self.declared = is_declared(sample)

    @property
    def first(self) -> Sample:
        """The sample with the smallest place: it gives the examples."""
        if isinstance(self._first, msgspec.Raw):
            self._first = _decode_sample(self._first)
        return self._first

    @property
    def stored(self) -> StoredEvidence:
        """All of it, to be written down.

        Raises:
            ValueError: A text can't be written as UTF-8.
            OverflowError: A number is too large to be written.
        """
        return StoredEvidence(
            first=msgspec.Raw(_encode(self._first)),
            place=self.place,
            count=self.count,
            shape=self.shape,
            reads=self.reads,
            test=self.test,
            cassettes=self.cassettes,
            declared=self.declared,
        )

    @classmethod
    def restored(cls, stored: StoredEvidence) -> Evidence:
        """The evidence that was written down."""
        evidence = cls.__new__(cls)
        evidence._first = stored.first.copy()  # noqa: SLF001 -- of the same class
        for name in ("place", "count", "shape", "reads", "test", "cassettes", "declared"):
            setattr(evidence, name, getattr(stored, name))
        return evidence

    @property
    def fields(self) -> ReadFields:
        """What the consumer reads of the answers."""
        return EVERYTHING if self.reads is None else read_fields([tuple(self.reads)])

    def add(self, sample: Sample) -> None:
        """Add what one more sample shows."""
        if self.shape is not None:
            self.shape.observe(sample.answer)
        other = Evidence(sample, observed=self.shape is None)
        self.join(other)

    def join(self, other: Evidence) -> None:
        """Add all that `other` has shown; it is used up by that."""
        if other.place < self.place:
            self.place, self._first = other.place, other._first
        self.count += other.count
        if self.shape is not None and other.shape is not None:
            self.shape.absorb(other.shape)
        self.reads = None if self.reads is None or other.reads is None else self.reads | other.reads
        self.test = min(filter(None, (self.test, other.test)), default="")
        self.cassettes = tuple(sorted({*self.cassettes, *other.cassettes})[:MOST_CASSETTES])
        self.declared = self.declared or other.declared


def evidence_of(samples: list[Sample]) -> Evidence:
    """What several samples have shown; at least one."""
    evidence, *others = [Evidence(each) for each in samples]
    for other in others:
        evidence.join(other)
    return evidence


def paths_read(sample: Sample) -> tuple[str, ...] | None:
    """What is read of a success; a refusal is read by the client's error handling, as a whole: None."""
    if sample.exchange.response.status >= _FIRST_FAILURE:
        return None
    if isinstance(sample.answer, dict) and sample.answer.get("errors"):
        return None
    return _fields_read(sample.exchange)


def _fields_read(exchange: Exchange) -> tuple[str, ...] | None:
    """What a model reads, since it reads it every time; else what the test was seen to read."""
    declared = exchange.call.fields if exchange.call else None
    return exchange.reads if declared is None else declared


def _shape(sample: Sample) -> Shape | None:
    if not is_json(media_type(sample.exchange.response)):
        return None
    shape = Shape()
    shape.observe(sample.answer)
    return shape
