"""Notes in a cassette what its test reads of its answers and messages."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pactape.observing.fragments import event_lines
from pactape.observing.libraries import observing
from pactape.observing.tracking import track
from pactape.observing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.cassettes.replay.cassette import Cassette

__all__ = ["recording_usage"]

#: How streams of events begin: server-sent ones, and JSON by line.
_STREAMS = (b"data:", b"event:", b"id:", b":", b"retry:", b'{"')


@contextmanager
def recording_usage(cassette: Cassette) -> Iterator[Callable[[int, Any], Any]]:
    """Observe which fields are read of a cassette's responses and messages, and note them in it at the end.

    A response whose body was not touched is noted as not read.

    Yields:
        A function that takes the index of a message and its content, and returns the content so that what is read
        of it is noted.
    """
    of_messages: dict[int, Usage] = {}
    bodies = _RecordedBodies(cassette)
    with observing(bodies.find) as observer:
        yield lambda index, content: track(content, of_messages.setdefault(index, Usage()))
    for each in observer.answers:
        if each.position is not None:
            cassette.note_reads_at([each.position], each.paths())
        elif each.method:
            cassette.note_reads(
                each.method, each.url, headers=each.headers, body=each.body, paths=each.paths()
            )
    cassette.values_read |= observer.values_read
    cassette.messages.reads |= {index: usage.paths() for index, usage in of_messages.items()}


class _RecordedBodies:
    """The bodies of a cassette's responses, to find whose a text is that is parsed."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette
        self._positions: dict[bytes, int] = {}
        self._events: dict[bytes, int] = {}
        self._indexed = 0

    def find(self, body: bytes) -> int | None:
        """Return the position of the recorded response with a body, or with an event of this JSON; else None."""
        for position, each in self._cassette.player.response_bodies(self._indexed):
            self._positions[each] = position
            self._indexed = position + 1
            if b"\n" in each and each.startswith(_STREAMS):
                self._events |= dict.fromkeys(event_lines(each), position)
        return self._positions.get(body, self._events.get(body.strip()))
