"""Evidence: what the samples of one group have shown, by distinct answer; many take no more room than a few."""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import TYPE_CHECKING

import msgspec

from pactape.contracts.grouping.operations import is_declared
from pactape.contracts.inference.fields import EVERYTHING, ReadFields, headers_read, read_fields
from pactape.contracts.inference.shape import Shape, answer_id
from pactape.contracts.samples.sample import Sample
from pactape.contracts.samples.self_names import segments_named
from pactape.http_bodies import form_fields, is_json, media_type, strings_in

if TYPE_CHECKING:
    from pactape.exchange import Exchange

__all__ = ["MOST_CASSETTES", "Evidence", "StoredEvidence", "evidence_of", "has_statable_json", "paths_read"]

#: How many recordings an interaction refers to.
MOST_CASSETTES = 20
#: How many texts of requests are remembered, so that what the provider repeats is not taken for its vocabulary.
_MOST_SENT = 200
_LONGEST_SENT = 40
_FIRST_FAILURE = 400

_encode = msgspec.msgpack.Encoder().encode
_decode_sample = msgspec.msgpack.Decoder(Sample).decode


class StoredEvidence(msgspec.Struct, array_like=True, gc=False):
    """Evidence in a form that can be written down; see the attributes of `Evidence`.

    Args:
        first: The sample, which is decoded only when it is asked for.
        position: Its cassette and index.
    """

    first: msgspec.Raw
    position: tuple[str, int]
    count: int
    observed: int
    shape: Shape | None
    reads: set[str] | None
    headers: set[str]
    sent: set[str]
    named: set[str]
    known_ids: set[str]
    test: str
    cassettes: tuple[str, ...]
    declared: bool


_FIELDS = tuple(name for name in StoredEvidence.__struct_fields__ if name != "first")


class Evidence:
    """What the samples of a group have in common; joining is associative and commutative.

    Args:
        sample: The first of them.
        with_shape: Whether its answer is looked at.

    Attributes:
        position: The smallest cassette and index of all samples.
        count: How many samples there were.
        observed: Of how many of them it is known what was read.
        shape: The shape of all answers; None when they are not JSON.
        reads: The paths of the response fields and headers that are read; None when every field is.
        headers: The names of the headers that all answers had, in lower case.
        sent: Texts that the requests sent.
        named: The path segments that an answer names as its own: "/users/ada" answers {"login": "ada"}.
        known_ids: The path segments that an earlier answer of the same recording brought.
        test: The first of the tests' node ids; empty when no test is known.
        cassettes: Where the first samples stand, as "path#index", sorted.
        declared: Whether the operation has a name of its own, and not one that its path gave it.
    """

    __slots__ = ("_first", *_FIELDS)

    position: tuple[str, int]
    count: int
    observed: int
    shape: Shape | None
    reads: set[str] | None
    headers: set[str]
    sent: set[str]
    named: set[str]
    known_ids: set[str]
    test: str
    cassettes: tuple[str, ...]
    declared: bool

    def __init__(self, sample: Sample, *, with_shape: bool = True) -> None:
        exchange = sample.exchange
        self._first: Sample | msgspec.Raw = sample
        self.position = sample.position
        self.count = 1
        self.observed = int(_fields_read(exchange) is not None)
        self.shape = _shape(sample) if with_shape else None
        reads = paths_read(sample)
        self.reads = None if reads is None else set(reads)
        self.headers = {name.lower() for name, _ in exchange.response.headers}
        self.sent = set(_short_texts(sample))
        self.named = set(segments_named(sample))
        self.known_ids = set(sample.known_ids)
        self.test = (
            exchange.provenance.test if exchange.provenance and exchange.provenance.description else ""
        )
        self.cassettes = (sample.reference,)
        self.declared = is_declared(sample)

    @property
    def first(self) -> Sample:
        """The sample with the smallest position: it gives the examples."""
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
        values = {name: getattr(self, name) for name in _FIELDS}
        return StoredEvidence(first=msgspec.Raw(_encode(self._first)), **values)

    @classmethod
    def restored(cls, stored: StoredEvidence) -> Evidence:
        """Return the evidence that was written down."""
        evidence = cls.__new__(cls)
        evidence._first = stored.first.copy()  # noqa: SLF001 -- of the same class
        for name in _FIELDS:
            setattr(evidence, name, getattr(stored, name))
        return evidence

    @property
    def fields(self) -> ReadFields:
        """What the consumer reads of the answers."""
        return EVERYTHING if self.reads is None else read_fields([tuple(self.reads)])

    @property
    def headers_read(self) -> frozenset[str]:
        """The names of the headers that were read and that all answers had, in lower case."""
        return headers_read(self.reads or ()) & self.headers

    def add(self, sample: Sample) -> None:
        """Add what one more sample shows."""
        shape = self.shape
        if shape is not None and has_statable_json(sample):
            shape.observe(sample.answer, answer_id(sample.answer))
            self.join(Evidence(sample, with_shape=False))
            self.shape = shape
        else:
            self.join(Evidence(sample))

    def take_example(self, sample: Sample) -> None:
        """Take another of the samples as the one that gives the examples."""
        self._first = sample

    def join(self, other: Evidence) -> None:
        """Add all that `other` has shown; it is used up by that."""
        if other.position < self.position:
            self.position, self._first = other.position, other._first
        self.count += other.count
        self.observed += other.observed
        if self.shape is None or other.shape is None:
            self.shape = None
        else:
            self.shape.absorb(other.shape)
        self.reads = None if self.reads is None or other.reads is None else self.reads | other.reads
        self.headers &= other.headers
        self.sent = set(sorted(self.sent | other.sent)[:_MOST_SENT])
        self.named |= other.named
        self.known_ids |= other.known_ids
        self.test = min(filter(None, (self.test, other.test)), default="")
        self.cassettes = tuple(sorted({*self.cassettes, *other.cassettes})[:MOST_CASSETTES])
        self.declared = self.declared or other.declared


def evidence_of(samples: list[Sample]) -> Evidence:
    """Return what several samples have shown; at least one."""
    evidence, *others = [Evidence(each) for each in samples]
    for other in others:
        evidence.join(other)
    return evidence


def paths_read(sample: Sample) -> tuple[str, ...] | None:
    """Return what is read; a refusal that is read at all is read whole, by the client's error handling."""
    fields = _fields_read(sample.exchange)
    is_refusal = sample.exchange.response.status >= _FIRST_FAILURE or (
        isinstance(sample.answer, dict) and bool(sample.answer.get("errors"))
    )
    if not is_refusal or fields == ():
        return fields
    headers = [path for path in fields or () if headers_read([path])]
    return ("", *headers) if headers else None


def _fields_read(exchange: Exchange) -> tuple[str, ...] | None:
    """What a model reads, since it reads it every time; else what the test was seen to read."""
    declared = exchange.call.fields if exchange.call else None
    if declared is None or exchange.reads is None:
        return exchange.reads if declared is None else declared
    return (*declared, *(path for path in exchange.reads if headers_read([path])))


def has_statable_json(sample: Sample) -> bool:
    """Return whether a contract can state the answer's body: JSON that doesn't begin with a byte order mark."""
    response = sample.exchange.response
    return is_json(media_type(response)) and not response.body.startswith(BOM_UTF8)


def _short_texts(sample: Sample) -> list[str]:
    texts = strings_in(sample.sent)
    texts += [value for values in form_fields(sample.exchange.request).values() for value in values]
    return [text for text in texts if len(text) <= _LONGEST_SENT][:_MOST_SENT]


def _shape(sample: Sample) -> Shape | None:
    if not has_statable_json(sample):
        return None
    shape = Shape()
    shape.observe(sample.answer, answer_id(sample.answer))
    return shape
