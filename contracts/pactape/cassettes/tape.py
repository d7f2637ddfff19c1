"""The cassette that vcrpy plays and records on, made safe: nothing is written before it is scrubbed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from vcr import matchers
from vcr.errors import UnhandledHTTPRequestError
from vcr.record_mode import RecordMode as VcrRecordMode
from vcr.util import read_body

from pactape.cassettes.announcing import announced_for
from pactape.cassettes.cleaning import Cleaner, content_type_of
from pactape.cassettes.index import frozen
from pactape.cassettes.indexed import IndexedCassette
from pactape.cassettes.meaning import meaning_of, query_meaning
from pactape.cassettes.mode import RecordMode
from pactape.cassettes.nearest import no_match
from pactape.cassettes.notes import Notes
from pactape.cassettes.reading import read_recorded
from pactape.cassettes.saving import Take, extend_cassette, replace_cassette

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from vcr.request import Request as VcrRequest

    from pactape.errors import NoMatchError
    from pactape.exchange import Call, Provenance

__all__ = ["Tape", "load_tape"]


def load_tape(
    path: Path, *, mode: RecordMode, provenance: Provenance | None, live_urls: Mapping[str, str]
) -> Tape:
    """Open the cassette at `path`; a missing file gives an empty tape.

    Args:
        path: The cassette's file.
        mode: When to record and when to replay.
        provenance: The test that uses it, to be written when it records.
        live_urls: Canonical base URL by live base URL; what is written only has the canonical ones.

    Raises:
        CassetteFormatError: The file can't be read as a cassette.
    """
    tape = Tape(path, mode=mode, provenance=provenance, live_urls=live_urls)
    if path.is_file() and mode is not RecordMode.ALL:
        tape.load_file()
    return tape


class Tape(IndexedCassette):
    """A vcrpy cassette that scrubs, matches bodies by meaning, and remembers what clients announced.

    Attributes:
        misses: The errors of requests that no recorded interaction answered, in order.
        forgotten: Whether the test has failed, so that neither its recording nor its misses count.
    """

    def __init__(
        self, path: Path, *, mode: RecordMode, provenance: Provenance | None, live_urls: Mapping[str, str]
    ) -> None:
        cleaner = Cleaner(live_urls)
        super().__init__(
            path=str(path),
            record_mode=VcrRecordMode(mode.value),
            match_on=(
                matchers.method,
                matchers.scheme,
                matchers.host,
                matchers.port,
                matchers.path,
                same_query,
                same_meaning,
            ),
            before_record_request=cleaner.request,
            before_record_response=cleaner.response,
        )
        self.file = path
        self.misses: list[NoMatchError] = []
        self.forgotten = False
        self._notes = Notes(provenance=provenance)
        self._calls: list[Call | None] = []
        self._cleaner = cleaner

    @property
    def replays_only(self) -> bool:
        """Whether no request may reach the network."""
        return bool(self.write_protected)

    def load_file(self) -> None:
        """Take over the interactions of the file."""
        recorded = read_recorded(self.file)
        self.data = [
            (self.filter_request(request), response)
            for request, response in zip(recorded.requests, recorded.responses, strict=True)
        ]
        self._loaded_count = len(self.data)
        self._calls = list(recorded.notes.calls) or [None] * len(self.data)
        self._notes = Notes(provenance=self._notes.provenance or recorded.notes.provenance)
        self.dirty = False
        self.rewound = True

    def append(self, request: VcrRequest, response: dict[str, Any]) -> None:
        """Record an interaction, with the call that the client announced for it."""
        call = announced_for(request.method, self._cleaner.canonical(request.uri))
        with self._lock:
            before = len(self.data)
            super().append(request, response)
            if len(self.data) > before:
                self._calls.append(call)

    def can_play_response_for(self, request: VcrRequest) -> bool:
        """Whether a recorded interaction answers `request`.

        Raises:
            NoMatchError: None does, and this tape may not record.
        """
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
            response = super().play_response(request)
        except UnhandledHTTPRequestError:
            raise self._miss(request) from None
        headers = {name: list(values) for name, values in response["headers"].items()}
        return {**response, "headers": headers, "body": dict(response["body"])}

    def _miss(self, request: VcrRequest) -> NoMatchError:
        live = self.filter_request(request)
        self.misses.append(no_match(self.file, live, self.requests, self._notes.provenance))
        return self.misses[-1]

    def forget(self) -> None:
        """Write nothing and raise nothing at the end: the test has failed for a reason of its own."""
        self.dirty = False
        self.forgotten = True

    def save(self) -> None:
        """Write the cassette, if it has changed, in one step.

        Raises:
            OutputError: The file can't be written; the old one is still there.
        """
        if not self.dirty:
            return
        replaces = self.record_mode == VcrRecordMode.ALL
        write = replace_cassette if replaces else extend_cassette
        write(self.file, self._takes(since=0 if replaces else self._loaded_count), notes=self._notes)
        self.dirty = False

    def _takes(self, *, since: int) -> list[Take]:
        with self._lock:
            recorded = list(zip(self.data, self._calls, strict=True))[since:]
        return [Take(request=request, response=response, call=call) for (request, response), call in recorded]


def same_meaning(live: VcrRequest, recorded: VcrRequest) -> bool:
    """Whether two requests' bodies mean the same; vcrpy calls matchers with the live request first."""
    return bool(_meaning(live) == _meaning(recorded))


same_meaning.index_key = lambda request: frozen(_meaning(request))  # type: ignore[attr-defined]


def same_query(live: VcrRequest, recorded: VcrRequest) -> bool:
    """Whether two requests' query strings mean the same."""
    return bool(query_meaning(live.parsed_uri.query) == query_meaning(recorded.parsed_uri.query))


same_query.index_key = lambda request: tuple(query_meaning(request.parsed_uri.query))  # type: ignore[attr-defined]


def _meaning(request: VcrRequest) -> Any:
    body = read_body(request)
    if not isinstance(body, bytes):
        return body or b""
    return meaning_of(body, content_type_of(request.headers))
