"""From what was observed to what a cassette says of its test."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from pactape.observing.libraries import observing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape.cassettes.tape import Tape

__all__ = ["noting_reads"]


@contextmanager
def noting_reads(tape: Tape) -> Iterator[None]:
    """Observe what is read of the tape's answers, and have the tape remember it when the context ends."""
    with observing() as observer:
        yield
    for each in observer.observed:
        tape.note_reads(each.method, each.url, headers=each.headers, body=each.body, paths=each.usage.paths())
