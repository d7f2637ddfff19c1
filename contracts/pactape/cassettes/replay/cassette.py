"""The cassette of one test: its interactions and messages, the fields read, and the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pactape.cassettes.format.metadata import CassetteMetadata, join_reads
from pactape.cassettes.messages import MessageQueue, ReceivedMessage, no_message
from pactape.cassettes.outcome import TestOutcome
from pactape.cassettes.record_mode import RecordMode
from pactape.cassettes.replay.replay_cassette import ReplayCassette
from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions
from pactape.cassettes.replay.source import open_source
from pactape.cassettes.scrubbing.filters import RecordingFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path
    from types import ModuleType

    from pactape.cassettes.format.writing import RecordedInteraction
    from pactape.cassettes.replay.self_check.self_check import ReplayProblem
    from pactape.errors import PactapeError
    from pactape.exchange import Provenance

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
    """Open the cassette at `path`: its bytes are read now, and parsed at the first request.

    Args:
        path: Its file; a missing file is an empty cassette.
        mode: When to record and when to replay.
        provenance: The test that uses it, to be written when it records.
        live_urls: Canonical base URL by live base URL; only canonical ones are written.
        options: The options for finding recorded responses.
    """
    recording_filter = RecordingFilter(live_urls or {}, options.scrub_rules)
    if live_urls:  # cached keys depend on the URLs of the file
        options = LookupOptions(
            rules=options.rules, repeats=options.repeats, scrub_rules=options.scrub_rules, test=options.test
        )
    player = ReplayCassette(open_source(path), mode=mode, recording_filter=recording_filter, options=options)
    return Cassette(player, mode=mode, provenance=provenance, recording_filter=recording_filter)


class Cassette:
    """A cassette in use.

    Args:
        player: Replays and records its HTTP interactions.
        mode: When to record and when to replay.
        provenance: The test that uses it.
        recording_filter: Replaces secrets in recordings, in the test's declarations and in messages.

    Attributes:
        player: See above.
        outcome: How its test ended; passed unless the test runner sets another outcome.
        values_read: What the test read in addition to bodies: "header x-token", "cookie sid", "redirect of
            http://…", and "header x-token of any response" if the library doesn't show which response.
    """

    def __init__(
        self,
        player: ReplayCassette,
        *,
        mode: RecordMode,
        provenance: Provenance | None,
        recording_filter: RecordingFilter,
    ) -> None:
        self.player = player
        self.outcome = TestOutcome.PASSED
        self._mode = mode
        self._provenance = provenance
        self._filter = recording_filter
        self._is_shared = False
        self._outdated: bytes | None = None
        self._messages: MessageQueue | None = None
        self.values_read: set[str] = set()
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
        """Whether it replays an existing file."""
        return bool(self.player.rewound)

    @property
    def replaces_file(self) -> bool:
        """Whether saving would replace an earlier recording."""
        return self._mode is RecordMode.ALL and self.file.exists()

    @property
    def unmatched(self) -> list[PactapeError]:
        """The errors of requests without a recorded response, of missing messages and of blocked connections."""
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
        """Whether it was used for any request or message."""
        return bool(self.player.play_counts) or self.messages.any_received

    @property
    def adds_to_shared(self) -> bool:
        """Whether it may record to a file that other tests of the run also record to."""
        return self._is_shared and not self.replays_only

    def unplayed(self) -> list[str]:
        """Return the interactions and messages that the test didn't use, one line each."""
        return [*self.player.unplayed(), *self.messages.unplayed()]

    def receive(
        self, description: str, *, provider: str, live: Callable[[], object] | None = None
    ) -> tuple[int, ReceivedMessage]:
        """Return the next recorded message and its index or, while recording, a live one.

        Args:
            description: The subject of the message.
            provider: The key of the provider that sends it.
            live: Receives a real message; returns a JSON value, its bytes, or a `ReceivedMessage`.

        Raises:
            NoMatchError: No message is left, and the cassette may not record.
            BadInputError: `live` is missing, or the received content is not JSON.
        """
        message = self.messages.receive_recorded(description, provider=provider)
        if message is not None:
            return message
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

    def note_reads(self, positions: Iterable[int], paths: tuple[str, ...] | None) -> None:
        """Record which fields the test read of the responses at some positions.

        Args:
            positions: Positions of interactions, from 0.
            paths: Field paths; None if everything was read.
        """
        for position in positions:
            self._reads[position] = join_reads(self._reads.get(position, ()), paths)

    def check(self, is_constant: Callable[[str], bool]) -> list[ReplayProblem]:
        """Return what the next run would not find in the recording, or would find changed.

        Args:
            is_constant: Returns whether a text is a constant in the project's code, so that every run sends it.
        """
        from pactape.cassettes.replay.self_check.self_check import check_recording  # noqa: PLC0415 -- start-up time: replays don't need it

        return check_recording(
            self.player, reads=self._reads, values_read=self.values_read, is_constant=is_constant
        )

    def save_whole(self) -> None:
        """Write everything that was recorded and replayed, replacing the content of the file.

        Raises:
            OutputError: The file can't be written; the old one is unchanged.
        """
        _writing().replace_cassette(
            self.file,
            self._interactions(start=0),
            metadata=CassetteMetadata(provenance=self._provenance, messages=self.messages.new_messages),
            scrubber=self._filter.scrubber,
        )
        self.player.dirty = False

    def save(self) -> None:
        """Write the cassette atomically, if its content or the reads have changed.

        Raises:
            OutputError: The file can't be written; the old one is unchanged.
        """
        new_messages = self.messages.new_messages
        if not (self.player.dirty or new_messages):
            self._annotate()
            return
        if self._is_shared:
            self._merge()
            return
        replaces = self._mode is RecordMode.ALL
        write = _writing().replace_cassette if replaces else _writing().extend_cassette
        provenance = self._provenance or self.player.metadata.provenance
        write(
            self.file,
            self._interactions(start=0 if replaces else self.player.loaded_count),
            metadata=CassetteMetadata(provenance=provenance, messages=new_messages),
            scrubber=self._filter.scrubber,
        )
        self.player.dirty = False

    def share(self, *, outdated: bytes | None) -> None:
        """Allow other tests of the run to write to the same file.

        Args:
            outdated: The file's bytes from before the run, if it is recorded again; None to keep its content.
        """
        self._is_shared, self._outdated = True, outdated

    def _merge(self) -> None:
        _writing().merge_cassette(
            self.file,
            self._interactions(start=0),
            metadata=CassetteMetadata(
                provenance=self.player.metadata.provenance or self._provenance,
                messages=self.messages.new_messages,
            ),
            scrubber=self._filter.scrubber,
            key_of=lambda request: self.player.keying.key_of_request(request).digest,
            outdated=self._outdated,
        )
        self.player.dirty = False

    def _annotate(self) -> None:
        metadata = self.player.metadata
        recorded_reads = dict(enumerate(metadata.reads))
        recorded_message_reads = {
            index: message.reads for index, message in enumerate(self.messages.messages)
        }
        if any(recorded_reads.get(index) != paths for index, paths in self._reads.items()) or any(
            recorded_message_reads[index] != paths for index, paths in self.messages.reads.items()
        ):
            _writing().annotate_cassette(
                self.file,
                self._reads,
                metadata=CassetteMetadata(
                    provenance=self._provenance or metadata.provenance, reads=metadata.reads
                ),
                message_reads=self.messages.reads,
                scrubber=self._filter.scrubber,
            )

    def _interactions(self, *, start: int) -> list[RecordedInteraction]:
        from pactape.cassettes.replay.recorded_interactions import recorded_interactions  # noqa: PLC0415 -- start-up time: replays write nothing

        return recorded_interactions(self.player, self._filter, self._reads, start=start)


def _writing() -> ModuleType:
    from pactape.cassettes.format import writing  # noqa: PLC0415 -- start-up time: replays write nothing

    return writing
