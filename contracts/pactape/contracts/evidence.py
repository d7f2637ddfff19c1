"""Evidence: what the samples of one group have shown, counted and joined; many take no more room than a few."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.contracts.bodies import is_json, media_type
from pactape.contracts.fields import EVERYTHING, ReadFields, read_fields
from pactape.contracts.operations import is_declared
from pactape.contracts.shape import Shape

if TYPE_CHECKING:
    from pactape.contracts.samples import Sample
    from pactape.exchange import Exchange

__all__ = ["MOST_CASSETTES", "Evidence", "evidence_of", "paths_read"]

#: How many recordings an interaction refers to.
MOST_CASSETTES = 20
_FIRST_FAILURE = 400


class Evidence:
    """What the samples of a group have in common; joining is associative and commutative.

    Args:
        sample: The first of them.
        observed: Whether its answer is looked at.

    Attributes:
        first: The sample with the smallest place: it gives the examples.
        count: How many samples there were.
        shape: The shape of all answers; None when they are no JSON.
        reads: The paths of the response fields that are read; None when every field is.
        test: The first of the tests' node ids; empty when no test is known.
        cassettes: Where the first samples stand, as "path#index", sorted.
        declared: Whether the operation has a name of its own, and not one that its path gave it.
    """

    __slots__ = ("cassettes", "count", "declared", "first", "reads", "shape", "test")

    def __init__(self, sample: Sample, *, observed: bool = True) -> None:
        exchange = sample.exchange
        self.first = sample
        self.count = 1
        self.shape = _shape(sample) if observed else None
        reads = paths_read(sample)
        self.reads: set[str] | None = None if reads is None else set(reads)
        self.test = exchange.provenance.test if exchange.provenance else ""
        self.cassettes: tuple[str, ...] = (f"{exchange.cassette}#{exchange.index}",)
        self.declared = is_declared(sample)

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
        if other.first.place < self.first.place:
            self.first = other.first
        self.count += other.count
        if self.shape is not None and other.shape is not None:
            self.shape.join(other.shape)
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
    return _read_of(sample.exchange)


def _read_of(exchange: Exchange) -> tuple[str, ...] | None:
    """What a model reads, since it reads it every time; else what the test was seen to read."""
    declared = exchange.call.fields if exchange.call else None
    return exchange.reads if declared is None else declared


def _shape(sample: Sample) -> Shape | None:
    if not is_json(media_type(sample.exchange.response)):
        return None
    shape = Shape()
    shape.observe(sample.answer)
    return shape
