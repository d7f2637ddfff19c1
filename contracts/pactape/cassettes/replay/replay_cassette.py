"""The cassette that vcrpy's stubs replay and record: scrubbed, with responses found by request keys."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, Any

from vcr.errors import UnhandledHTTPRequestError
from vcr.record_mode import RecordMode as VcrRecordMode

from pactape.cassettes.announcements import announced_for
from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.record_mode import RecordMode
from pactape.cassettes.replay.indexed_cassette import IndexedCassette
from pactape.cassettes.replay.live_interaction import LiveInteraction
from pactape.cassettes.replay.packed_interactions import PackedInteractions
from pactape.cassettes.replay.parsed_cache import unpacked_response
from pactape.cassettes.replay.request_keys.key_matcher import KeyMatcher
from pactape.cassettes.replay.request_keys.keying import Keying
from pactape.cassettes.replay.request_keys.sent_placeholders import placeholders_of
from pactape.cassettes.replay.request_keys.unnamed_secrets import fits_with_unnamed_secrets
from pactape.cassettes.replay.source import load_source
from pactape.cassettes.replay.unmatched_requests import UnmatchedRequests
from pactape.errors import CassetteFormatError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.index import Bucket
    from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions
    from pactape.cassettes.replay.request_keys.request_key import RequestKey
    from pactape.cassettes.replay.source import CassetteSource
    from pactape.cassettes.scrubbing.filters import RecordingFilter
    from pactape.errors import NoMatchError, PactapeError
    from pactape.exchange import Call

__all__ = ["ReplayCassette"]


class ReplayCassette(IndexedCassette):
    """Replays a cassette, and records to it.

    Args:
        source: The cassette's file.
        mode: When to record and when to replay.
        recording_filter: Replaces live URLs and secrets.
        options: The options for finding recorded responses.

    Attributes:
        file: The cassette's file.
        metadata: The key `pactape` of the file.
        calls: The announced call of each interaction, or None.
        keying: Makes the keys of its requests.
        recording_filter: Replaces live URLs and secrets.
        unmatched: The errors of unmatched requests, in order.
        live_interactions: The interactions recorded in this run, before replacement; only for the self-check.
    """

    def __init__(
        self,
        source: CassetteSource,
        *,
        mode: RecordMode,
        recording_filter: RecordingFilter,
        options: LookupOptions,
    ) -> None:
        self.recording_filter, self._options = recording_filter, options
        self.keying = Keying(recording_filter, options.rules)
        super().__init__(
            path=str(source.path),
            record_mode=VcrRecordMode(mode.value),
            match_on=(KeyMatcher(self.keying.key_of_request),),
            before_record_request=recording_filter.request,
            before_record_response=recording_filter.response,
        )
        self.data = PackedInteractions()
        self.file = source.path
        self.metadata = CassetteMetadata()
        self.calls: list[Call | None] = []
        self._unmatched_requests = UnmatchedRequests(source, keying=self.keying, options=options)
        self.unmatched: list[PactapeError] = self._unmatched_requests.errors
        self.live_interactions: list[LiveInteraction] = []
        self.sent_by_children = self._unmatched_requests.sent_by_children
        self.rewound = mode is not RecordMode.ALL and not source.is_missing
        self._source = source
        self._is_loaded = False

    @property
    def replays_only(self) -> bool:
        """Whether no request may reach the network."""
        return bool(self.write_protected)

    @property
    def interactions(self) -> PackedInteractions:
        """The recorded interactions, from the file and of this run.

        Raises:
            CassetteFormatError: The file can't be read as a cassette.
        """
        self.load()
        return self.data

    @property
    def loaded_count(self) -> int:
        """The number of interactions from the file."""
        return int(self._loaded_count)

    def load(self) -> None:
        """Parse the file, if not done yet.

        Raises:
            CassetteFormatError: The file can't be read as a cassette.
        """
        with self._lock:
            if self._is_loaded:
                return
            if self.rewound:
                self._load_source()
            self._is_loaded = True

    def _load_source(self) -> None:
        cache, fingerprint = self._options.cache, self._options.fingerprint
        try:
            loaded = load_source(
                self._source, key_of=self.keying.key_of_request, cache=cache, fingerprint=fingerprint
            )
        except CassetteFormatError as error:
            self.unmatched.append(error)
            raise
        self.data = PackedInteractions((request, response) for _, request, response in loaded.rows)
        for position, row in enumerate(loaded.rows):
            self._index.add_key(position, row[0])
        self._loaded_count = self._indexed = len(self.data)
        self.calls = list(loaded.metadata.calls) or [None] * len(self.data)
        self.metadata = loaded.metadata

    def __len__(self) -> int:
        self.load()
        return len(self.data)

    def find_requests_with_most_matches(
        self, request: VcrRequest
    ) -> list[tuple[VcrRequest, list[str], list[str]]]:
        """Return the request itself, which vcrpy's own aiohttp stub looks up next to follow a recorded redirect."""
        return [(request, [], [])]

    def append(self, request: VcrRequest, response: dict[str, Any]) -> None:
        """Record an interaction, with the call that the client announced for it."""
        call = announced_for(request.method, self.recording_filter.canonical(request.uri))
        response = {**response, "headers": dict(response["headers"])}  # vcrpy's stub for tornado has pairs
        with self._lock:
            self.load()
            self._unmatched_requests.note_sent(request)
            before = len(self.data)
            super().append(request, response)
            if len(self.data) > before:
                self.calls.append(call)
                self.live_interactions.append(
                    LiveInteraction(position=before, request=request, response=response)
                )

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Return whether a recorded interaction matches `request`.

        Raises:
            CassetteFormatError: The file can't be read as a cassette.
            NoMatchError: No interaction matches, and this cassette may not record.
        """
        self.load()
        if super().can_play_response_for(request):
            return True
        if self.replays_only:
            raise self._no_match(request)
        self._check_placeholders(request)
        return False

    def play_response(self, request: VcrRequest) -> dict[str, Any]:
        """Return the next recorded response, in new containers, because vcrpy's stubs change them."""
        try:
            return unpacked_response(super().play_response(request))
        except UnhandledHTTPRequestError:  # another thread used the last one in the meantime
            raise self._no_match(request) from None

    def response_to(self, request: VcrRequest) -> dict[str, Any] | None:
        """Return the recorded response in one step, without `can_play_response_for`; None if nothing matches.

        Raises:
            CassetteFormatError: The file can't be read as a cassette.
            NoMatchError: No interaction matches, and this cassette may not record.
        """
        self.load()
        if not self.rewound or self.record_mode == VcrRecordMode.ALL:
            return None
        response = self._play(self._live(request))
        if response is not None:
            return unpacked_response(response)
        if self.replays_only:
            raise self._no_match(request)
        self._check_placeholders(request)
        return None

    def positions_of(self, key: RequestKey) -> list[int]:
        """Return the positions of all interactions whose request has a key, played or not."""
        self.load()
        with self._lock:
            return [position for bucket in self._buckets(key) or () for position in bucket.positions]

    def collect_from_children(self) -> None:
        """Add the errors of requests of forked children to `unmatched`, and note what they sent."""
        self._unmatched_requests.collect_from_children()

    def unplayed(self) -> list[str]:
        """Return the interactions of the file that no request played, as "interactions[3]: GET https://..."."""
        self.load()
        with self._lock:
            unplayed = (position for position in range(self._loaded_count) if not self.play_counts[position])
            requests = [(position, self.data.request(position)) for position in unplayed]
        return [f"interactions[{position}]: {request.method} {request.uri}" for position, request in requests]

    def _live(self, request: VcrRequest | RequestKey) -> RequestKey:
        """Override the filtering, because most headers are ignored."""
        return self.keying.key_of_request(request)

    def _find(self, live: Any) -> int | None:
        """Override the search: a secret may have been sent before a later request gave it a name."""
        position = super()._find(live)
        request = getattr(live, "request", None)
        if position is not None or not self.replays_only or request is None:
            return position
        return next(self._with_unnamed_secrets(request), None)

    def _with_unnamed_secrets(self, request: VcrRequest) -> Iterator[int]:
        live = self.keying.as_matched(request)
        earlier = ""
        for position in range(len(self.data)):
            recorded = self.data.request(position)
            is_new = partial(_is_absent, text=earlier)
            if self._may_play(position) and fits_with_unnamed_secrets(recorded, live, is_new=is_new):
                yield position
            earlier += f" {recorded.uri} {recorded.body!r} {self.data.response(position)!r}"

    def _first(self, bucket: Bucket, live: VcrRequest) -> Sequence[int]:
        """Override the search in a bucket: equal placeholders take precedence; `repeats` repeats the last."""
        first, positions = super()._first(bucket, live), bucket.positions
        sent = placeholders_of(live.request) if len(positions) > 1 and live.request else frozenset()
        unplayed = (position for position in positions[bucket.start :] if sent and self._may_play(position))
        own = next((position for position in unplayed if self._has_placeholders(position, sent)), None)
        if own is not None:
            return [own]
        if not self._options.repeats:
            return first
        played = [position for position in positions if sent and self._has_placeholders(position, sent)]
        return played[-1:] or first or positions[-1:]

    def _has_placeholders(self, position: int, placeholders: frozenset[str]) -> bool:
        return placeholders_of(self.data.request(position)).issuperset(placeholders)

    def _check_placeholders(self, request: VcrRequest) -> None:
        data = self.data
        played = [(data.request(position), data.response(position)) for position in sorted(self.play_counts)]
        self._unmatched_requests.check_placeholders(request, played)

    def _no_match(self, request: VcrRequest) -> NoMatchError:
        with self._lock:
            recorded = self.interactions.requests()
        return self._unmatched_requests.no_match(request, recorded)


def _is_absent(placeholder: str, *, text: str) -> bool:
    return re.search(rf"{re.escape(placeholder)}(?![\w-])", text) is None
