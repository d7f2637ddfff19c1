"""From what was observed to what a cassette says of its test."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pactape.observing.libraries import observing
from pactape.observing.tracking import track
from pactape.observing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.cassettes.replay.cassette import Cassette

__all__ = ["noting_reads"]


@contextmanager
def noting_reads(cassette: Cassette) -> Iterator[Callable[[int, Any], Any]]:
    """Observe which fields are read of a cassette's responses and messages, and note them in it at the end.

    Yields:
        A function that takes the place of a message and its content, and gives the content so that what is read
        of it is noted.
    """
    of_messages: dict[int, Usage] = {}
    with observing() as observer:
        yield lambda place, content: track(content, of_messages.setdefault(place, Usage()))
    for each in observer.observed:
        cassette.note_reads(
            each.method, each.url, headers=each.headers, body=each.body, paths=each.usage.paths()
        )
    cassette.messages.reads |= {place: usage.paths() for place, usage in of_messages.items()}
