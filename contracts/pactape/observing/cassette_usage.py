"""Notes in a cassette what its test reads of its answers and messages."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from pactape.observing.libraries import observing
from pactape.observing.tracking import track
from pactape.observing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.cassettes.replay.cassette import Cassette

__all__ = ["recording_usage"]


@contextmanager
def recording_usage(cassette: Cassette) -> Iterator[Callable[[int, Any], Any]]:
    """Observe which fields are read of a cassette's responses and messages, and note them in it at the end.

    A response that was given and whose body nobody touched is noted as read not at all.

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
    cassette.messages.reads |= {index: usage.paths() for index, usage in of_messages.items()}


class _RecordedBodies:
    """The bodies of a cassette's responses, to find whose a text is that is parsed."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette
        self._positions: dict[bytes, int] = {}
        self._indexed = 0

    def find(self, body: bytes) -> int | None:
        """Return the position of a recorded response by its body; None when no response has it."""
        for position, each in self._cassette.player.response_bodies(self._indexed):
            self._positions[each] = position
            self._indexed = position + 1
        return self._positions.get(body)
