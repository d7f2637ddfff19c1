"""The cassette that vcrpy's stubs use to play and record: scrubbed, and looked up by request keys."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from vcr.errors import UnhandledHTTPRequestError
from vcr.record_mode import RecordMode as VcrRecordMode
from vcr.request import Request as VcrRequest

from pactape.cassettes.announcements import announced_for
from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.record_mode import RecordMode
from pactape.cassettes.replay.indexed_cassette import IndexedCassette
from pactape.cassettes.replay.live_interaction import LiveInteraction
from pactape.cassettes.replay.parsed_cache import unpacked_request, unpacked_response
from pactape.cassettes.replay.request_keys.key_matcher import KeyMatcher, sent_bytes
from pactape.cassettes.replay.request_keys.request_key import RequestKey
from pactape.cassettes.replay.request_keys.sent_placeholders import placeholder_error, placeholders_of
from pactape.cassettes.replay.source import load_source
from pactape.errors import CassetteFormatError
from pactape.http_bodies import content_codings, decode_body

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pactape.cassettes.replay.index import Bucket
    from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions
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
        self._filter = recording_filter
        self._options = options
        super().__init__(
            path=str(source.path),
            record_mode=VcrRecordMode(mode.value),
            match_on=(KeyMatcher(self._live),),
            before_record_request=recording_filter.request,
            before_record_response=recording_filter.response,
        )
        self.data: list[tuple[Any, Any]] = []
        self.file = source.path
        self.metadata = CassetteMetadata()
        self.calls: list[Call | None] = []
        self.unmatched: list[PactapeError] = []
        self.live_interactions: list[LiveInteraction] = []
        self.rewound = mode is not RecordMode.ALL and not source.is_missing
        self._source = source
        self._is_loaded = False

    @property
    def replays_only(self) -> bool:
        """Whether no request may reach the network."""
        return bool(self.write_protected)

    @property
    def recording_filter(self) -> RecordingFilter:
        """The filter that replaces the secrets of its recordings."""
        return self._filter

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
            loaded = load_source(self._source, key_of=self._live, cache=cache, fingerprint=fingerprint)
        except CassetteFormatError as error:
            self.unmatched.append(error)
            raise
        self.data = [(request, response) for _, request, response in loaded.rows]
        for position, row in enumerate(loaded.rows):
            self._index.add_key(position, row[0])
        self._loaded_count = self._indexed = len(self.data)
        self.calls = list(loaded.metadata.calls) or [None] * len(self.data)
        self.metadata = loaded.metadata

    def recorded_requests(self, start: int = 0) -> list[VcrRequest]:
        """Return the recorded requests from a position on, unpacked."""
        self.load()
        with self._lock:
            return [unpacked_request(request) for request, _ in self.data[start:]]

    def __len__(self) -> int:
        self.load()
        return len(self.data)

    def find_requests_with_most_matches(self, request: VcrRequest) -> Any:
        """Override vcrpy's method, which its own aiohttp stub uses to follow recorded redirects."""
        self.load()
        rows = [(unpacked_request(recorded), unpacked_response(response)) for recorded, response in self.data]
        self.data = [(self.filter_request(recorded), response) for recorded, response in rows]
        return super().find_requests_with_most_matches(request)

    def append(self, request: VcrRequest, response: dict[str, Any]) -> None:
        """Record an interaction, with the call that the client announced for it."""
        call = announced_for(request.method, self._filter.canonical(request.uri))
        with self._lock:
            self.load()
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

    def answer(self, request: VcrRequest) -> dict[str, Any] | None:
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

    def response_bodies(self, start: int = 0) -> Iterator[tuple[int, bytes]]:
        """Yield the position and the decoded body of each recorded response, from a position on.

        A body that can't be decoded is skipped.
        """
        self.load()
        for position in range(start, len(self.data)):
            response = unpacked_response(self.data[position][1])
            with suppress(ValueError):
                body = response["body"].get("string") or b""
                data = body.encode() if isinstance(body, str) else body
                yield position, decode_body(data, content_codings(response["headers"]))

    def unplayed(self) -> list[str]:
        """Return the interactions of the file that no request played, as "interactions[3]: GET https://..."."""
        self.load()
        with self._lock:
            unplayed = (position for position in range(self._loaded_count) if not self.play_counts[position])
            requests = [(position, self.recorded_request(position)) for position in unplayed]
        return [f"interactions[{position}]: {request.method} {request.uri}" for position, request in requests]

    def digest_of(self, request: VcrRequest) -> bytes:
        """Return the key of a recorded request as bytes."""
        return self._live(request).digest

    def key_of(self, method: str, url: str, body: Any, headers: Any) -> RequestKey:
        """Return the key under which a live request is looked up."""
        return RequestKey(*self._filter.for_matching(method, url, body, headers), self._options.rules)

    def _live(self, request: VcrRequest | RequestKey) -> RequestKey:
        """Override the filtering, because most headers are ignored."""
        if isinstance(request, RequestKey):
            return request
        key = self.key_of(request.method, request.uri, sent_bytes(request), request.headers)
        key.request = request
        return key

    def request_as_matched(self, request: VcrRequest) -> VcrRequest:
        """Return the parts of a request that are matched, with one placeholder for all secrets."""
        return VcrRequest(
            *self._filter.for_matching(request.method, request.uri, sent_bytes(request), request.headers)
        )

    def _first(self, bucket: Bucket, live: VcrRequest) -> Sequence[int]:
        """Override the search in a bucket: equal placeholders take precedence; `repeats` repeats the last."""
        first, positions = super()._first(bucket, live), bucket.positions
        sent = placeholders_of(live.request) if len(positions) > 1 and live.request else frozenset()
        unplayed = (position for position in positions[bucket.start :] if sent and self._may_play(position))
        own = next((position for position in unplayed if self._has_all(position, sent)), None)
        if own is not None:
            return [own]
        if not self._options.repeats:
            return first
        played = [position for position in positions if sent and self._has_all(position, sent)]
        return played[-1:] or first or positions[-1:]

    def _has_all(self, position: int, placeholders: frozenset[str]) -> bool:
        return placeholders_of(self.recorded_request(position)).issuperset(placeholders)

    def recorded_request(self, position: int) -> VcrRequest:
        """Return a recorded request."""
        return unpacked_request(self.data[position][0])

    def recorded_response(self, position: int) -> dict[str, Any]:
        """Return a recorded response, in new containers."""
        return unpacked_response(self.data[position][1])

    def label(self, request: VcrRequest) -> str:
        """Return the method and the URL of a live request for messages, scrubbed."""
        scrubbed_request = self.request_as_matched(request)
        return f"{scrubbed_request.method} {scrubbed_request.uri}"

    def ignores(self, request: VcrRequest, field: str) -> bool:
        """Return whether a field of a request is ignored, see `request_fields`."""
        return self._options.rules.for_host(urlsplit(request.uri).netloc).ignores(field)

    def _check_placeholders(self, request: VcrRequest) -> None:
        """Refuse to send a placeholder from a replayed response to the real API."""
        played = [
            (self.recorded_request(position), self.recorded_response(position))
            for position in sorted(self.play_counts)
        ]
        error = placeholder_error(request, played, label=self.label(request), test=self._options.test)
        if error is not None:
            self.unmatched.append(error)
            raise error

    def _no_match(self, request: VcrRequest) -> NoMatchError:
        from pactape.cassettes.replay.no_match_report import no_match  # noqa: PLC0415 -- start-up time: only failures need it

        error = no_match(
            self.file,
            self.request_as_matched(request),
            [self.request_as_matched(recorded_request) for recorded_request in self.recorded_requests()],
            test=self._options.test,
            is_missing=self._source.is_missing,
            rules=self._options.rules,
        )
        self.unmatched.append(error)
        return error
