"""The cassette of one test: what it replays and records, its messages, what was read of it, and its outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pactape.cassettes.format.metadata import CassetteMetadata
from pactape.cassettes.format.writing import (
    RecordedInteraction,
    annotate_cassette,
    extend_cassette,
    merge_cassette,
    replace_cassette,
)
from pactape.cassettes.messages import MessageQueue, ReceivedMessage, no_message
from pactape.cassettes.outcome import TestOutcome
from pactape.cassettes.record_mode import RecordMode
from pactape.cassettes.replay.lookup_options import LookupOptions
from pactape.cassettes.replay.parsed_cache import unpacked_request, unpacked_response
from pactape.cassettes.replay.replay_cassette import ReplayCassette
from pactape.cassettes.replay.self_check import ReplayProblem, check_recording
from pactape.cassettes.replay.source import open_source
from pactape.cassettes.scrubbing.filters import Cleaner

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from pactape.errors import PactapeError
    from pactape.exchange import Call, Provenance

__all__ = ["Cassette", "open_cassette"]

_DEFAULT_OPTIONS = LookupOptions()


def open_cassette(
    path: Path,
    *,
    mode: RecordMode,
    provenance: Provenance | None = None,
    live_urls: Mapping[str, str] | None = None,
    options: LookupOptions = _DEFAULT_OPTIONS,
) -> Cassette:
    """Open the cassette at `path`: its bytes are read now, and parsed when the first request comes.

    Args:
        path: The cassette's file; a missing one is empty.
        mode: When to record and when to replay.
        provenance: The test that uses it, to be written when it records.
        live_urls: Canonical base URL by live base URL; only canonical ones are written.
        options: How recorded responses are found.
    """
    cleaner = Cleaner(live_urls or {}, options.scrub_rules)
    if live_urls:  # cached keys belong to the URLs of the file
        options = LookupOptions(
            rules=options.rules, repeats=options.repeats, scrub_rules=options.scrub_rules, test=options.test
        )
    player = ReplayCassette(open_source(path), mode=mode, cleaner=cleaner, options=options)
    return Cassette(player, mode=mode, provenance=provenance, cleaner=cleaner)


class Cassette:
    """A cassette in use.

    Args:
        player: Replays and records its HTTP interactions.
        mode: When to record and when to replay.
        provenance: The test that uses it.
        cleaner: Replaces secrets in what is recorded, in what the test declared and in messages.

    Attributes:
        player: See above.
        outcome: How its test ended; passed, unless the test runner sets another.
    """

    def __init__(
        self, player: ReplayCassette, *, mode: RecordMode, provenance: Provenance | None, cleaner: Cleaner
    ) -> None:
        self.player = player
        self.outcome = TestOutcome.PASSED
        self._mode = mode
        self._provenance = provenance
        self._cleaner = cleaner
        self._is_shared = False
        self._outdated: bytes | None = None
        self._messages: MessageQueue | None = None
        self._reads: dict[int, tuple[str, ...] | None] = {}

    def __len__(self) -> int:
        return len(self.player)

    @property
    def file(self) -> Path:
        """The cassette's file."""
        return self.player.file

    @property
    def replays_only(self) -> bool:
        """Whether no request may reach the network."""
        return self.player.replays_only

    @property
    def was_recorded(self) -> bool:
        """Whether it replays a file that was there before."""
        return bool(self.player.rewound)

    @property
    def unmatched(self) -> list[PactapeError]:
        """The errors of requests without a recorded response, of missing messages and of refused connections."""
        return self.player.unmatched

    @property
    def messages(self) -> MessageQueue:
        """Its messages."""
        if self._messages is None:
            self.player.load()
            self._messages = MessageQueue(self.player.metadata.messages)
        return self._messages

    @property
    def was_played(self) -> bool:
        """Whether any request was answered by it, or any message received."""
        return bool(self.player.play_counts) or self.messages.any_received

    def unplayed(self) -> list[str]:
        """Return what the file held and the test didn't use, one line each."""
        return [*self.player.unplayed(), *self.messages.unplayed()]

    def receive(
        self, description: str, *, provider: str, live: Callable[[], object] | None = None
    ) -> tuple[int, ReceivedMessage]:
        """Return the next recorded message and its index, or while recording a live one.

        Args:
            description: What the message is about.
            provider: The key of the provider that sends it.
            live: Receives a real one: returns a JSON value, its bytes, or a `ReceivedMessage`.

        Raises:
            NoMatchError: The cassette has none left, and may not record.
            BadInputError: There is nothing to record from, or what came is not JSON.
        """
        found = self.messages.receive_recorded(description, provider=provider)
        if found is not None:
            return found
        if self.replays_only:
            error = no_message(
                self.messages,
                description,
                provider=provider,
                path=self.file,
                is_missing=not self.was_recorded,
                test=self._provenance.test if self._provenance else "",
            )
            self.unmatched.append(error)
            raise error
        return self.messages.receive_live(description, provider=provider, live=live)

    def note_reads(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str],
        body: bytes,
        paths: tuple[str, ...] | None,
    ) -> None:
        """Remember which fields the test read of the response to a request; of equal requests, of each response.

        Args:
            method: The request's method.
            url: As it was sent.
            headers: Those that describe the body.
            body: As it was sent.
            paths: Field paths; None when everything was read.
        """
        key = self.player.key_of(method, url, body or None, headers)
        self.note_reads_at(self.player.positions_of(key), paths)

    def note_reads_at(self, positions: Iterable[int], paths: tuple[str, ...] | None) -> None:
        """Remember which fields the test read of the responses at some positions.

        Args:
            positions: Of interactions, from 0.
            paths: Field paths; None when everything was read.
        """
        for position in positions:
            self._reads[position] = _union(self._reads.get(position, ()), paths)

    def check(self, is_constant: Callable[[str], bool]) -> list[ReplayProblem]:
        """Return what the next run would not find in the recording, or find changed.

        Args:
            is_constant: Whether a text stands in the project's own code, so that every run sends it.
        """
        return check_recording(self.player, reads=self._reads, is_constant=is_constant)

    def save_whole(self) -> None:
        """Write everything that was recorded and replayed, in place of what the file holds.

        Raises:
            OutputError: The file can't be written; the old one is still there.
        """
        replace_cassette(
            self.file,
            self._interactions(start=0),
            metadata=CassetteMetadata(provenance=self._provenance, messages=self.messages.new_messages),
            scrubber=self._cleaner.scrubber,
        )
        self.player.dirty = False

    def save(self) -> None:
        """Write the cassette, if it or the fields read of it have changed, in one step.

        Raises:
            OutputError: The file can't be written; the old one is still there.
        """
        new_messages = self.messages.new_messages
        if not (self.player.dirty or new_messages):
            self._annotate()
            return
        if self._is_shared:
            self._merge()
            return
        replaces = self._mode is RecordMode.ALL
        write = replace_cassette if replaces else extend_cassette
        provenance = self._provenance or self.player.metadata.provenance
        write(
            self.file,
            self._interactions(start=0 if replaces else self.player.loaded_count),
            metadata=CassetteMetadata(provenance=provenance, messages=new_messages),
            scrubber=self._cleaner.scrubber,
        )
        self.player.dirty = False

    def share(self, *, outdated: bytes | None) -> None:
        """Let other tests of the run write to the same file.

        Args:
            outdated: The file's bytes from before the run, when it is recorded anew; None to keep what is there.
        """
        self._is_shared, self._outdated = True, outdated

    def _merge(self) -> None:
        merge_cassette(
            self.file,
            self._interactions(start=0),
            metadata=CassetteMetadata(
                provenance=self.player.metadata.provenance or self._provenance,
                messages=self.messages.new_messages,
            ),
            scrubber=self._cleaner.scrubber,
            key_of=self.player.digest_of,
            outdated=self._outdated,
        )
        self.player.dirty = False

    def _annotate(self) -> None:
        metadata = self.player.metadata
        known = dict(enumerate(metadata.reads))
        known_messages = {index: each.reads for index, each in enumerate(self.messages.messages)}
        if any(known.get(index) != paths for index, paths in self._reads.items()) or any(
            known_messages[index] != paths for index, paths in self.messages.reads.items()
        ):
            annotate_cassette(
                self.file,
                self._reads,
                metadata=CassetteMetadata(
                    provenance=self._provenance or metadata.provenance, reads=metadata.reads
                ),
                message_reads=self.messages.reads,
                scrubber=self._cleaner.scrubber,
            )

    def _interactions(self, *, start: int) -> list[RecordedInteraction]:
        rows = list(zip(self.player.data, self.player.calls, strict=True))
        return [
            self._interaction(index, unpacked_request(request), unpacked_response(response), call)
            for index, ((request, response), call) in enumerate(rows)
            if index >= start
        ]

    def _interaction(
        self, index: int, request: Any, response: dict[str, Any], call: Call | None
    ) -> RecordedInteraction:
        if index >= self.player.loaded_count:
            request, response = self._cleaner.again(request, response)
        return RecordedInteraction(
            request=request, response=response, call=call, reads=self._reads.get(index)
        )


def _union(one: tuple[str, ...] | None, other: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if one is None or other is None else tuple(sorted({*one, *other}))
