"""The cassette that vcrpy plays and records on, made safe: nothing is written before it is scrubbed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from vcr.errors import UnhandledHTTPRequestError
from vcr.record_mode import RecordMode as VcrRecordMode
from vcr.util import read_body

from pactape.cassettes.announcements import announced_for
from pactape.cassettes.format.metadata import Notes
from pactape.cassettes.format.reading import read_recorded
from pactape.cassettes.format.writing import Take, annotate_cassette, extend_cassette, replace_cassette
from pactape.cassettes.messages import Inbox
from pactape.cassettes.record_mode import RecordMode
from pactape.cassettes.replay.indexed_cassette import IndexedCassette
from pactape.cassettes.replay.no_match_report import no_match
from pactape.cassettes.replay.parsed_cache import find_copy, store_copy, unpack_request, unpack_response
from pactape.cassettes.replay.request_key import Asked, key_of, same_request
from pactape.cassettes.scrubbing.filters import Cleaner
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.errors import CassetteFormatError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from vcr.request import Request as VcrRequest

    from pactape.cassettes.replay.parsed_cache import Copy
    from pactape.errors import NoMatchError, PactapeError
    from pactape.exchange import Call, Provenance

__all__ = ["Tape", "load_tape"]

_DEFAULT_RULES = ScrubRules()


def load_tape(
    path: Path,
    *,
    mode: RecordMode,
    provenance: Provenance | None,
    live_urls: Mapping[str, str],
    cache: Path | None = None,
    rules: ScrubRules = _DEFAULT_RULES,
) -> Tape:
    """Open the cassette at `path`, which is read when the first request comes; a missing file is empty.

    Args:
        path: The cassette's file.
        mode: When to record and when to replay.
        provenance: The test that uses it, to be written when it records.
        live_urls: Canonical base URL by live base URL; what is written only has the canonical ones.
        cache: A folder for copies that load faster; None to make none.
        rules: The project's own rules of what a secret is.
    """
    tape = Tape(path, mode=mode, provenance=provenance, live_urls=live_urls, cache=cache, rules=rules)
    tape.rewound = mode is not RecordMode.ALL and path.is_file()
    return tape


class Tape(IndexedCassette):
    """A vcrpy cassette that scrubs, matches requests by meaning, and remembers what clients announced.

    Attributes:
        file: The cassette's file.
        misses: The errors of requests that it couldn't answer, and of messages that it hasn't, in order.
        inbox: The messages.
        forgotten: Whether the test has failed, so that neither its recording nor its misses count.
        excused: Whether the test has failed, so that its misses don't count, but its recording does.
    """

    def __init__(
        self,
        path: Path,
        *,
        mode: RecordMode,
        provenance: Provenance | None,
        live_urls: Mapping[str, str],
        cache: Path | None = None,
        rules: ScrubRules = _DEFAULT_RULES,
    ) -> None:
        cleaner = Cleaner(live_urls, rules)
        super().__init__(
            path=str(path),
            record_mode=VcrRecordMode(mode.value),
            match_on=(same_request,),
            before_record_request=cleaner.request,
            before_record_response=cleaner.response,
        )
        self.data: list[tuple[Any, Any]] = []
        self.file = path
        self.misses: list[PactapeError] = []
        self.inbox = Inbox()
        self.forgotten = self.excused = False
        self._notes = Notes(provenance=provenance)
        self._calls: list[Call | None] = []
        self._reads: dict[int, tuple[str, ...] | None] = {}
        self._cleaner = cleaner
        self._rules = rules
        self._cache = None if live_urls else cache  # a copy says what the file does, under no other URL
        self._is_ready = False

    @property
    def replays_only(self) -> bool:
        """Whether no request may reach the network."""
        return bool(self.write_protected)

    @property
    def test(self) -> str:
        """The node id of the test that uses it; empty when it is not known."""
        return self._notes.provenance.test if self._notes.provenance else ""

    def ready(self) -> None:
        """Read the file, unless that has been done.

        Raises:
            CassetteFormatError: It can't be read as a cassette.
        """
        with self._lock:
            if self._is_ready:
                return
            if self.rewound:
                try:
                    self._read()
                except CassetteFormatError as error:
                    self.misses.append(error)
                    raise
            self._is_ready = True

    def _read(self) -> None:
        try:
            data = self.file.read_bytes()
        except OSError as error:
            raise CassetteFormatError(
                f"can't be read ({error.strerror})", where=self.file, remedy="make the file readable"
            ) from error
        copy = find_copy(self._cache, data, self._rules) if self._cache else None
        notes = self._take_over(copy) if copy else self._parse(data)
        self._loaded_count = self._indexed = len(self.data)
        self._calls = list(notes.calls) or [None] * len(self.data)
        self._notes = Notes(provenance=self._notes.provenance or notes.provenance, reads=notes.reads)
        self.inbox = Inbox(notes.messages)

    def _take_over(self, copy: Copy) -> Notes:
        self.data = [(each.request, each.response) for each in copy.interactions]
        for place, each in enumerate(copy.interactions):
            self._index.add_key(place, each.key)
        return copy.notes

    def _parse(self, data: bytes) -> Notes:
        recorded = read_recorded(self.file, data)
        keys = [key_of(self._live(request)) for request in recorded.requests]
        self.data = list(zip(recorded.requests, recorded.responses, strict=True))
        for place, key in enumerate(keys):
            self._index.add_key(place, key)
        if self._cache:
            rows = list(zip(keys, recorded.requests, recorded.responses, strict=True))
            store_copy(self._cache, data, rows, notes=recorded.notes, rules=self._rules)
        return recorded.notes

    @property
    def requests(self) -> list[VcrRequest]:
        """The recorded requests, clean, in order."""
        self.ready()
        return [self.filter_request(_request(request)) for request, _ in self.data]

    def __len__(self) -> int:
        self.ready()
        return len(self.data)

    def find_requests_with_most_matches(self, request: VcrRequest) -> Any:
        """Overrides vcrpy's, which its aiohttp stub uses to follow recorded redirects."""
        self.ready()
        rows = [(_request(recorded), _response(response)) for recorded, response in self.data]
        self.data = [(self.filter_request(recorded), response) for recorded, response in rows]
        return super().find_requests_with_most_matches(request)

    def append(self, request: VcrRequest, response: dict[str, Any]) -> None:
        """Record an interaction, with the call that the client announced for it."""
        call = announced_for(request.method, self._cleaner.canonical(request.uri))
        with self._lock:
            self.ready()
            before = len(self.data)
            super().append(request, response)
            if len(self.data) > before:
                self._calls.append(call)

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Whether a recorded interaction answers `request`.

        Raises:
            CassetteFormatError: The file can't be read as a cassette.
            NoMatchError: No interaction does, and this tape may not record.
        """
        self.ready()
        if super().can_play_response_for(request):
            return True
        if self.replays_only:
            raise self._miss(request)
        return False

    def play_response(self, request: VcrRequest) -> dict[str, Any]:
        """The next recorded response, in containers of its own: vcrpy's stubs change what they are given.

        Raises:
            NoMatchError: Another thread took the last one in between.
        """
        try:
            return _response(super().play_response(request))
        except UnhandledHTTPRequestError:
            raise self._miss(request) from None

    def answer(self, request: VcrRequest) -> dict[str, Any] | None:
        """What `can_play_response_for` and `play_response` give together, in one step; None when nothing answers.

        Raises:
            CassetteFormatError: The file can't be read as a cassette.
            NoMatchError: No interaction answers, and this tape may not record.
        """
        self.ready()
        if not (self.rewound or self.allow_playback_repeats) or self.record_mode == VcrRecordMode.ALL:
            return None
        response = self._play(self._live(request))
        if response is not None:
            return _response(response)
        if self.replays_only:
            raise self._miss(request)
        return None

    def _live(self, request: VcrRequest) -> VcrRequest:
        """Overrides the whole cleaning: most headers don't count."""
        if isinstance(request, Asked):
            return request
        return Asked(*self._cleaner.asked(request.method, request.uri, read_body(request), request.headers))

    def _miss(self, request: VcrRequest) -> NoMatchError:
        live = self.filter_request(request)
        return self.missed(no_match(self.file, live, self.requests, self._notes.provenance))

    def missed(self, error: NoMatchError) -> NoMatchError:
        """Note that something was asked for which it has not, and give the error."""
        self.misses.append(error)
        return error

    def unplayed(self) -> list[str]:
        """What the file held and no request played, as "interactions[3]: GET https://..."; read for this."""
        self.ready()
        with self._lock:
            places = [place for place in range(self._loaded_count) if not self.play_counts[place]]
            requests = [(place, _request(self.data[place][0])) for place in places]
        told = [f"interactions[{place}]: {request.method} {request.uri}" for place, request in requests]
        return [*told, *self.inbox.unplayed()]

    @property
    def was_played(self) -> bool:
        """Whether any request was answered by it, or any message given."""
        return bool(self.play_counts) or self.inbox.was_read

    def forget(self) -> None:
        """Write nothing and raise nothing at the end: the test has failed for a reason of its own."""
        self.dirty = False
        self.forgotten = True

    def excuse(self) -> None:
        """Raise nothing at the end, but write what was recorded: the test has failed, and that is wanted."""
        self.excused = True

    def note_reads(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        paths: tuple[str, ...] | None,
    ) -> None:
        """Remember what the test read of the answer to a request; of several equal ones, of each answer.

        Args:
            method: The request's method.
            url: As it was sent.
            headers: Those that say what the body is.
            body: As it was sent.
            paths: Field paths; None when everything was read.
        """
        live = Asked(*self._cleaner.asked(method, url, body or None, headers))
        with self._lock:
            self.ready()
            for bucket in self._buckets(live) or ():
                for place in bucket.places:
                    self._reads[place] = _united(self._reads.get(place, ()), paths)

    def save(self) -> None:
        """Write the cassette, if it or what was read of it has changed, in one step.

        Raises:
            OutputError: The file can't be written; the old one is still there.
        """
        if not self.dirty:
            self._annotate()
            return
        replaces = self.record_mode == VcrRecordMode.ALL
        write = replace_cassette if replaces else extend_cassette
        notes = Notes(provenance=self._notes.provenance, messages=self.inbox.recorded)
        takes = self._takes(since=0 if replaces else self._loaded_count)
        write(self.file, takes, notes=notes, scrubber=Scrubber(self._rules))
        self.dirty = False

    def _annotate(self) -> None:
        known = dict(enumerate(self._notes.reads))
        received = {place: each.reads for place, each in enumerate(self.inbox.messages)}
        if any(known.get(place) != paths for place, paths in self._reads.items()) or any(
            received[place] != paths for place, paths in self.inbox.reads.items()
        ):
            annotate_cassette(
                self.file,
                self._reads,
                notes=self._notes,
                of_messages=self.inbox.reads,
                scrubber=Scrubber(self._rules),
            )

    def _takes(self, *, since: int) -> list[Take]:
        with self._lock:
            recorded = list(zip(self.data, self._calls, strict=True))
        return [
            Take(request=request, response=response, call=call, reads=self._reads.get(place))
            for place, ((request, response), call) in enumerate(recorded)
            if place >= since
        ]


def _united(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if one is None or other is None else tuple(sorted({*one, *other}))


def _request(request: Any) -> VcrRequest:
    return unpack_request(request) if isinstance(request, msgspec.Raw) else request


def _response(response: Any) -> dict[str, Any]:
    if isinstance(response, msgspec.Raw):
        return unpack_response(response)
    headers = {name: list(values) for name, values in response["headers"].items()}
    return {**response, "headers": headers, "body": dict(response["body"])}
