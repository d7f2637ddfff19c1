"""Packs samples as bytes, without their parsed bodies, which are parsed again on demand."""

from __future__ import annotations

from functools import lru_cache

import msgspec

from pactape.contracts.grouping.evidence.packing import large_number, pack
from pactape.contracts.samples.sample import Sample
from pactape.http_bodies import json_body_or_none

__all__ = ["pack_sample", "unpack_sample"]

_decode = msgspec.msgpack.Decoder(Sample, ext_hook=large_number).decode


def pack_sample(sample: Sample) -> bytes:
    """Return a sample as bytes.

    Raises:
        ValueError: A text can't be written as UTF-8.
    """
    return pack(msgspec.structs.replace(sample, sent=None, received=None))


@lru_cache(maxsize=4)  # the samples of the groups in progress
def unpack_sample(data: bytes) -> Sample:
    """Return the sample that `pack_sample` packed."""
    sample = _decode(data)
    sent, received = json_body_or_none(sample.exchange.request), json_body_or_none(sample.exchange.response)
    return msgspec.structs.replace(sample, sent=sent, received=received)
