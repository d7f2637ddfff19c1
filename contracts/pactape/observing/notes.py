"""From what was observed to what a cassette says of its test."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from vcr.request import Request as VcrRequest

from pactape.observing.libraries import observing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.cassettes.tape import Tape
    from pactape.observing.libraries import Observed

__all__ = ["noting_reads"]


@contextmanager
def noting_reads(tape: Tape) -> Iterator[None]:
    """Observe what is read of the tape's answers, and have the tape remember it when the context ends."""
    with observing() as observer:
        yield
    for each in observer.observed:
        tape.note_reads(_request(each), each.usage.paths())


def _request(observed: Observed) -> VcrRequest:
    return VcrRequest(observed.method, observed.url, observed.body, observed.headers)
