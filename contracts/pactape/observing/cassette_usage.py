"""Records in a cassette which fields of its responses and messages the test reads."""

from __future__ import annotations

from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pactape.observing.fragments import event_lines
from pactape.observing.libraries import observing
from pactape.observing.observed_response import is_unread_file
from pactape.observing.tracking import track
from pactape.observing.usage import Usage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from pactape.cassettes.replay.cassette import Cassette
    from pactape.observing.observed_response import ObservedResponse
    from pactape.observing.observer import Observer

__all__ = ["recording_usage"]

#: The beginning of event streams: server-sent events, and one JSON value per line.
_STREAMS = (b"data:", b"event:", b"id:", b":", b"retry:", b'{"')


@contextmanager
def recording_usage(cassette: Cassette) -> Iterator[Callable[[int, Any], Any]]:
    """Observe which fields of a cassette's responses and messages are read, and record them in it at the end.

    A response whose body was not touched is recorded as not read.

    Yields:
        A function that takes the index of a message and its content, and returns the content as a tracked value.
    """
    of_messages: dict[int, Usage] = {}
    recorded = _RecordedResponses(cassette)
    with observing(recorded.find) as observer:
        yield lambda index, content: track(content, of_messages.setdefault(index, Usage()))
    parsed = {observed.position for observed in observer.observed}
    unread = _positions_unread(observer)
    cassette.note_reads(unread, ())
    for observed in observer.responses:
        positions = recorded.positions_of(observed)
        if observed.position is not None:
            observed.is_touched &= observed.position not in unread
        elif not (observed.content or parsed.isdisjoint(positions)):
            observed.is_touched = False  # its stream was read, and what came out of it was parsed
        cassette.note_reads(positions, observed.paths())
    cassette.values_read |= observer.values_read
    cassette.messages.reads |= {index: usage.paths() for index, usage in of_messages.items()}


def _positions_unread(observer: Observer) -> set[int]:
    """Return the positions of responses of whose bodies, which are files, nothing was read."""
    read = {position for response, position in observer.files if not is_unread_file(response)}
    return {position for _, position in observer.files} - read


class _RecordedResponses:
    """The responses of a cassette, to find the one that a parsed text or a library's response belongs to."""

    def __init__(self, cassette: Cassette) -> None:
        self._cassette = cassette
        self._positions: dict[bytes, list[int]] = {}
        self._events: dict[bytes, int] = {}
        self._indexed = 0

    def find(self, body: bytes) -> int | None:
        """Return the position of the recorded response with this body or JSON event; None without one.

        Of several with the same body, it is the one that was received last.
        """
        self._index()
        positions = self._positions.get(body)
        if positions is None:
            return self._events.get(body.strip())
        played = (
            position for position in reversed(self._cassette.player.play_counts) if position in positions
        )
        return positions[-1] if len(positions) == 1 else next(played, positions[-1])

    def positions_of(self, observed: ObservedResponse) -> list[int]:
        """Return the positions of a response: its own, or those of its request, or of its URL and its content."""
        if observed.position is not None:
            return [observed.position]
        if not observed.method:
            return []
        if observed.body is not None:
            player = self._cassette.player
            return player.positions_of(
                player.keying.key_of(observed.method, observed.url, observed.body or None, observed.headers)
            )
        self._index()
        positions = self._by_url.get(self._key(observed.method, observed.url), [])
        equal = self._positions.get(observed.content, []) if observed.content else []
        return [position for position in equal if position in positions] or positions

    @cached_property
    def _by_url(self) -> dict[bytes, list[int]]:
        """The positions by method and URL; only used after the last request."""
        positions: dict[bytes, list[int]] = {}
        for position, request in enumerate(self._cassette.player.interactions.requests()):
            positions.setdefault(self._key(request.method, request.uri), []).append(position)
        return positions

    def _key(self, method: str, url: str) -> bytes:
        return self._cassette.player.keying.key_of(method, url, None, {}).digest

    def _index(self) -> None:
        """Add the responses that were recorded since the last time."""
        for position, body in self._cassette.player.interactions.response_bodies(self._indexed):
            self._positions.setdefault(body, []).append(position)
            self._indexed = position + 1
            if b"\n" in body and body.startswith(_STREAMS):
                self._events |= dict.fromkeys(event_lines(body), position)
