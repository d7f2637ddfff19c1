"""Evidence: what the samples of one group have in common, counted by distinct response, in bounded size."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from contextlib import suppress
from math import isinf
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.contracts.grouping.evidence.operations import is_declared
from pactape.contracts.grouping.evidence.packed_samples import pack_sample, unpack_sample
from pactape.contracts.inference.fields import (
    EVERYTHING,
    ReadFields,
    headers_read,
    join_paths,
    read_fields,
)
from pactape.contracts.inference.joined_shape import Shape, response_id
from pactape.contracts.samples.item_names import item_names, smallest_names
from pactape.contracts.samples.self_names import segments_named
from pactape.contracts.samples.text_parts import text_parts
from pactape.http_bodies import form_fields, is_json, media_type, strings_in

if TYPE_CHECKING:
    from pactape.contracts.samples.sample import Sample
    from pactape.exchange import Exchange

__all__ = ["MOST_CASSETTES", "Evidence", "evidence_of", "has_statable_json", "paths_read"]

#: The most recordings that an interaction lists.
MOST_CASSETTES = 20
#: The most request texts that are kept; a response that echoes one shows nothing about the provider's vocabulary.
_MOST_SENT = 200
_LONGEST_SENT = 40
_FIRST_FAILURE = 400

#: What every JSON text with a number too large for a float contains, and few others do.
_EXPONENT = re.compile(rb"\d[eE]\+?\d")


class Evidence(msgspec.Struct, array_like=True, dict=True, eq=False, kw_only=True):
    """What the samples of a group have in common; `join` is associative and commutative.

    The first sample is encoded on demand: call `pack` before encoding the evidence.

    Args:
        packed: The first sample, which gives the examples, as bytes; empty until `pack` is called.
        position: The smallest cassette and index among the samples.
        count: The number of samples.
        observed: The number of samples whose read fields are known.
        shape: The shape of all responses; None if they are not JSON.
        reads: The paths of the response fields and headers that are read; None when every field is.
        headers: The names of the headers that all responses have, in lower case.
        sent: Texts in the requests.
        named: The path segments that a response contains as a name, as in "/users/ada" returns {"login": "ada"}.
        known_ids: The path segments that an earlier response of the same recording contained.
        items: The names of items that a response shows to be in the requested collection.
        test: The smallest node id of the tests; empty if no test is known.
        cassettes: The locations of the first samples as "path#index", sorted.
        declared: Whether the client named the operation, rather than its path.
        traffic: Whether all samples were captured from traffic.
        parts: The parts of texts, as `text_parts` returns them, that all responses have; None if no part is known.
    """

    packed: bytes
    position: tuple[str, int]
    count: int
    observed: int
    shape: Shape | None
    reads: set[str] | None
    headers: set[str]
    sent: set[str]
    named: set[str]
    known_ids: set[str]
    items: set[str]
    test: str
    cassettes: tuple[str, ...]
    declared: bool
    traffic: bool = False
    parts: set[str] | None = None

    def __reduce__(self) -> str | tuple[Any, ...]:
        """Pickle the evidence with the first sample as bytes."""
        self.pack()
        return super().__reduce__()

    @classmethod
    def of(cls, sample: Sample, *, with_shape: bool = True) -> Evidence:
        """Return the evidence of one sample.

        Args:
            sample: The sample.
            with_shape: Whether its response is analysed.
        """
        exchange = sample.exchange
        reads, parts = paths_read(sample), text_parts(exchange.response)
        evidence = cls(
            packed=b"",
            position=sample.position,
            count=1,
            observed=int(_fields_read(exchange) is not None),
            shape=_shape(sample) if with_shape else None,
            reads=None if reads is None else set(reads),
            headers={name.lower() for name, _ in exchange.response.headers},
            sent=set(_short_texts(sample)),
            named=set(segments_named(sample)),
            known_ids=set(sample.known_ids),
            items=item_names(sample),
            test=exchange.provenance.test if exchange.provenance and exchange.provenance.description else "",
            cassettes=(sample.reference,),
            declared=is_declared(sample),
            traffic=exchange.traffic,
            parts=None if parts is None else set(parts),
        )
        evidence.take_example(sample)
        return evidence

    @property
    def first(self) -> Sample:
        """Return the sample with the smallest position, which gives the examples."""
        sample: Sample | None = self.__dict__.get("sample")
        return unpack_sample(self.packed) if sample is None else sample

    def pack(self) -> Evidence:
        """Encode the first sample, and return the evidence, which can then be encoded.

        Raises:
            ValueError: A text can't be written as UTF-8.
        """
        if not self.packed:
            self.packed = pack_sample(self.first)
        return self

    def compact(self) -> None:
        """Keep the first sample only as bytes, a third of the memory, unless it can't be encoded."""
        with suppress(OverflowError, ValueError, TypeError):
            self.pack()
            self.__dict__.clear()

    @property
    def fields(self) -> ReadFields:
        """Return the response fields that the consumer reads."""
        return EVERYTHING if self.reads is None else read_fields([tuple(self.reads)])

    @property
    def headers_read(self) -> frozenset[str]:
        """Return the names, in lower case, of the headers that were read and that all responses have."""
        return headers_read(self.reads or ()) & self.headers

    def add(self, sample: Sample) -> None:
        """Add one more sample."""
        shape = self.shape
        if shape is not None and has_statable_json(sample):
            shape.observe(sample.received, response_id(sample.received))
            self.join(Evidence.of(sample, with_shape=False))
            self.shape = shape
        else:
            self.join(Evidence.of(sample))

    def _join_reads(self, other: Evidence) -> None:
        """Join the first sample and the reads; beside tests, those of captured traffic don't count."""
        if self.traffic is not other.traffic:
            test_evidence, traffic = (other, self) if self.traffic else (self, other)
            self.position, self.reads = test_evidence.position, test_evidence.reads
            if test_evidence is other:
                self._take_first(other)
            self.observed = test_evidence.observed + traffic.count
            self.traffic = False
            return
        if other.position < self.position or (
            other.position == self.position and other.pack().packed < self.pack().packed
        ):
            self.position = other.position
            self._take_first(other)
        self.observed += other.observed
        self.reads = join_paths(self.reads, other.reads)

    def _take_first(self, other: Evidence) -> None:
        """Use the first sample of `other`, packed or not."""
        self.packed = other.packed
        self.__dict__.clear()
        self.__dict__.update(other.__dict__)

    def uncounted_copy(self) -> Evidence:
        """Return a copy with a count of 0, to be joined to several others."""
        shape = None if self.shape is None else Shape()
        copy = msgspec.structs.replace(self.pack(), count=0, observed=0, shape=shape)
        if copy.shape is not None and self.shape is not None:
            copy.shape.join(self.shape)
        return copy

    def take_example(self, sample: Sample) -> None:
        """Use another sample for the examples."""
        self.packed = b""
        self.__dict__["sample"] = sample

    def join(self, other: Evidence) -> None:
        """Add the evidence of `other`, which must not be used afterwards."""
        self._join_reads(other)
        self.count += other.count
        if self.shape is None or other.shape is None:
            self.shape = None
        else:
            self.shape.absorb(other.shape)
        self.headers &= other.headers
        self.parts = None if self.parts is None or other.parts is None else self.parts & other.parts
        if not other.sent <= self.sent:
            self.sent = set(sorted(self.sent | other.sent)[:_MOST_SENT])
        self.named |= other.named
        self.known_ids |= other.known_ids
        if not other.items <= self.items:
            self.items = smallest_names(self.items | other.items)
        self.test = min(self.test, other.test) if self.test and other.test else self.test or other.test
        if len(self.cassettes) < MOST_CASSETTES or other.cassettes[0] < self.cassettes[-1]:
            self.cassettes = tuple(sorted({*self.cassettes, *other.cassettes})[:MOST_CASSETTES])
        self.declared = self.declared or other.declared


def evidence_of(samples: list[Sample]) -> Evidence:
    """Return the evidence of one or more samples."""
    evidence, *others = [Evidence.of(sample) for sample in samples]
    for other in others:
        evidence.join(other)
    return evidence


def paths_read(sample: Sample) -> tuple[str, ...] | None:
    """Return the fields that are read; all or none of an error response's fields."""
    fields = _fields_read(sample.exchange)
    is_refusal = sample.exchange.response.status >= _FIRST_FAILURE or (
        isinstance(sample.received, dict) and bool(sample.received.get("errors"))
    )
    if not is_refusal or fields == ():
        return fields
    headers = [path for path in fields or () if headers_read([path])]
    return ("", *headers) if headers else None


def _fields_read(exchange: Exchange) -> tuple[str, ...] | None:
    """Return the fields that the model reads; without a model, those that the test was observed to read."""
    model_fields = exchange.call.fields if exchange.call else None
    if model_fields is None or exchange.reads is None:
        return exchange.reads if model_fields is None else model_fields
    return (*model_fields, *(path for path in exchange.reads if headers_read([path])))


def has_statable_json(sample: Sample) -> bool:
    """Return whether a contract can state the response's body as JSON.

    Pact's engine reads JSON in UTF-8 without a byte order mark, with numbers that fit into 64 bits, and takes an
    empty text for a missing body.
    """
    response = sample.exchange.response
    body = response.body
    if not is_json(media_type(response)) or body.startswith(BOM_UTF8) or sample.received == "":
        return False
    return (body.isascii() or _is_utf8(body)) and not (
        _EXPONENT.search(body) and _has_infinity(sample.received)
    )


def _is_utf8(body: bytes) -> bool:
    try:
        body.decode()
    except UnicodeDecodeError:
        return False
    return True


def _has_infinity(value: Any) -> bool:
    """Return whether a JSON value contains a number too large for a float, such as 1e400."""
    if isinstance(value, dict):
        return any(map(_has_infinity, value.values()))
    if isinstance(value, list):
        return any(map(_has_infinity, value))
    return isinstance(value, float) and isinf(value)


def _short_texts(sample: Sample) -> list[str]:
    texts = strings_in(sample.sent)
    texts += [value for values in form_fields(sample.exchange.request).values() for value in values]
    return [text for text in texts if len(text) <= _LONGEST_SENT][:_MOST_SENT]


def _shape(sample: Sample) -> Shape | None:
    if not has_statable_json(sample):
        return None
    shape = Shape()
    shape.observe(sample.received, response_id(sample.received))
    return shape
