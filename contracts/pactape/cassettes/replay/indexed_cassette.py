"""A vcrpy cassette that finds the same responses with an index, at constant cost.

vcrpy compares a request twice with every recorded one, so it replays a cassette in quadratic time.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from vcr.cassette import Cassette
from vcr.errors import UnhandledHTTPRequestError
from vcr.matchers import requests_match
from vcr.record_mode import RecordMode as VcrRecordMode

from pactape.cassettes.replay.index import Bucket, RequestIndex

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from vcr.request import Request as VcrRequest

__all__ = ["IndexedCassette"]


class IndexedCassette(Cassette):  # type: ignore[misc]  # vcrpy ships no types
    """Returns the same responses as `vcr.cassette.Cassette` for any matchers, filters, modes and repeats.

    It has the same arguments. Several threads may use it at once: no recorded response is returned twice.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lock = threading.RLock()
        self._index = RequestIndex(self._match_on)
        self._indexed = 0
        self._last_lookup = threading.local()

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Return whether a recorded interaction matches `request`."""
        if self.record_mode == VcrRecordMode.ALL or not (self.rewound or self.allow_playback_repeats):
            return False
        live = self._live(request)
        self._last_lookup.value = (request, request.uri, request.body, live)
        return bool(live) and self._find(live) is not None

    def play_response(self, request: VcrRequest) -> Any:
        """Return the next recorded response to `request` and count it as played.

        Raises:
            UnhandledHTTPRequestError: No response is left.
        """
        response = self._play(self._filtered_request(request))
        if response is None:
            raise UnhandledHTTPRequestError(
                f"The cassette ({self._path!r}) doesn't contain the request ({request!r}) asked for"
            )
        return response

    def _play(self, live: VcrRequest) -> Any:
        """Return the next recorded response and count it as played; None if none is left."""
        with self._lock:
            position = self._find(live)
            if position is None:
                return None
            if not self.play_counts[position] and position < self._loaded_count:
                self._played_interactions.append(self.data[position])
            self.play_counts[position] = (
                self.play_counts.pop(position, 0) + 1
            )  # the last one played is at the end
            return self.data[position][1]

    def rewind(self) -> None:
        """Make every recorded response available again."""
        with self._lock:
            super().rewind()
            self._index.rewind()

    def __contains__(self, request: VcrRequest) -> bool:
        return self._find(self._before_record_request(request)) is not None

    def _filtered_request(self, request: VcrRequest) -> VcrRequest:
        """Return the filtered request, which `can_play_response_for` has usually just computed."""
        last = getattr(self._last_lookup, "value", None)
        self._last_lookup.value = None
        if last and last[0] is request and last[1] is request.uri and last[2] is request.body:
            return last[3]
        return self._live(request)

    def _live(self, request: VcrRequest) -> VcrRequest:
        """Return the request in the form for look-ups."""
        return self._before_record_request(request)

    def _responses(self, request: VcrRequest) -> Iterator[tuple[int, Any]]:
        """Override vcrpy's search for `responses_of`: yield every match, played or not."""
        live = self._before_record_request(request)
        with self._lock:
            buckets = self._buckets(live)
            if buckets is None:
                positions: Iterable[int] = range(len(self.data))
            else:
                positions = sorted({position for bucket in buckets for position in bucket.positions})
        for position in positions:
            if requests_match(live, self.data[position][0], self._match_on):
                yield position, self.data[position][1]

    def _find(self, live: VcrRequest) -> int | None:
        """Return the first matching position that may still be played."""
        with self._lock:
            buckets = self._buckets(live)
            if buckets is None:
                return next(self._scan(live), None)
            return min(
                (position for bucket in buckets for position in self._first(bucket, live)), default=None
            )

    def _scan(self, live: VcrRequest) -> Iterator[int]:
        """Run every matcher on every interaction, as in vcrpy, for requests without a key."""
        for position, (recorded_request, _) in enumerate(self.data):
            if self._may_play(position) and requests_match(live, recorded_request, self._match_on):
                yield position

    def _first(self, bucket: Bucket, live: VcrRequest) -> Sequence[int]:
        """Return the bucket's first matching position, as a list of at most one."""
        positions = bucket.positions
        if not self.allow_playback_repeats:
            while bucket.start < len(positions) and self.play_counts[positions[bucket.start]]:
                bucket.start += 1
        for number in range(bucket.start, len(positions)):
            position = positions[number]
            if self._may_play(position) and self._confirm(live, position):
                return [position]
        return []

    def _may_play(self, position: int) -> bool:
        return bool(self.allow_playback_repeats or not self.play_counts[position])

    def _confirm(self, live: VcrRequest, position: int) -> bool:
        confirm = self._index.confirm
        return not confirm or bool(requests_match(live, self.data[position][0], confirm))

    def _buckets(self, live: VcrRequest) -> list[Bucket] | None:
        """Return the candidates' buckets, after indexing new recordings."""
        for position in range(self._indexed, len(self.data)):
            self._index.add(position, self.data[position][0])
        self._indexed = len(self.data)
        return self._index.buckets(live)
