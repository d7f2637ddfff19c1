"""A vcrpy cassette that finds its answers by an index: the same answers, at a cost that doesn't grow.

vcrpy compares a request with all that is recorded, twice, and so replays a cassette in quadratic time.
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
    """The same answers as `vcr.cassette.Cassette` for any matchers, filters, modes and repeats.

    It takes the same arguments. Several threads may ask at once: no recorded answer is given twice.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._lock = threading.RLock()
        self._index = RequestIndex(self._match_on)
        self._indexed = 0
        self._asked = threading.local()

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Whether a recorded interaction answers `request`."""
        if self.record_mode == VcrRecordMode.ALL or not (self.rewound or self.allow_playback_repeats):
            return False
        live = self._live(request)
        self._asked.last = (request, request.uri, request.body, live)
        return bool(live) and self._playable(live) is not None

    def play_response(self, request: VcrRequest) -> Any:
        """The next recorded response to `request`, which is thereby played.

        Raises:
            UnhandledHTTPRequestError: There is none left.
        """
        response = self._play(self._filtered(request))
        if response is None:
            raise UnhandledHTTPRequestError(
                f"The cassette ({self._path!r}) doesn't contain the request ({request!r}) asked for"
            )
        return response

    def _play(self, live: VcrRequest) -> Any:
        """The next recorded response, which is thereby played; None when there is none left."""
        with self._lock:
            place = self._playable(live)
            if place is None:
                return None
            if not self.play_counts[place] and place < self._loaded_count:
                self._played_interactions.append(self.data[place])
            self.play_counts[place] += 1
            return self.data[place][1]

    def rewind(self) -> None:
        """Make every recorded response playable again."""
        with self._lock:
            super().rewind()
            self._index.rewind()

    def __contains__(self, request: VcrRequest) -> bool:
        return self._playable(self._before_record_request(request)) is not None

    def _filtered(self, request: VcrRequest) -> VcrRequest:
        """The request as the filters leave it, which `can_play_response_for` has mostly just asked for."""
        last = getattr(self._asked, "last", None)
        self._asked.last = None
        if last and last[0] is request and last[1] is request.uri and last[2] is request.body:
            return last[3]
        return self._live(request)

    def _live(self, request: VcrRequest) -> VcrRequest:
        """The request in the form in which it is looked up."""
        return self._before_record_request(request)

    def _responses(self, request: VcrRequest) -> Iterator[tuple[int, Any]]:
        """Overrides vcrpy's own search, for `responses_of`: every match, played or not."""
        live = self._before_record_request(request)
        with self._lock:
            buckets = self._buckets(live)
            if buckets is None:
                places: Iterable[int] = range(len(self.data))
            else:
                places = sorted({place for bucket in buckets for place in bucket.places})
        for place in places:
            if requests_match(live, self.data[place][0], self._match_on):
                yield place, self.data[place][1]

    def _playable(self, live: VcrRequest) -> int | None:
        """The first place that matches and may still be played."""
        with self._lock:
            buckets = self._buckets(live)
            if buckets is None:
                return next(self._scan(live), None)
            return min((place for bucket in buckets for place in self._first(bucket, live)), default=None)

    def _scan(self, live: VcrRequest) -> Iterator[int]:
        """Ask every matcher about every place, as vcrpy does: for requests that have no key."""
        for place, (recorded, _) in enumerate(self.data):
            if self._may_play(place) and requests_match(live, recorded, self._match_on):
                yield place

    def _first(self, bucket: Bucket, live: VcrRequest) -> Sequence[int]:
        """The bucket's first place that answers, as a list of one or none."""
        places = bucket.places
        if not self.allow_playback_repeats:
            while bucket.start < len(places) and self.play_counts[places[bucket.start]]:
                bucket.start += 1
        for number in range(bucket.start, len(places)):
            place = places[number]
            if self._may_play(place) and self._confirmed(live, place):
                return [place]
        return []

    def _may_play(self, place: int) -> bool:
        return bool(self.allow_playback_repeats or not self.play_counts[place])

    def _confirmed(self, live: VcrRequest, place: int) -> bool:
        confirm = self._index.confirm
        return not confirm or bool(requests_match(live, self.data[place][0], confirm))

    def _buckets(self, live: VcrRequest) -> list[Bucket] | None:
        """The candidates' buckets, after taking in what has been recorded since."""
        for place in range(self._indexed, len(self.data)):
            self._index.add(place, self.data[place][0])
        self._indexed = len(self.data)
        return self._index.buckets(live)
