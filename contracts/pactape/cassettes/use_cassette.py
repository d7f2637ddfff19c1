"""Using a cassette: for as long as the context lasts, HTTP goes to the tape and not to the network."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pactape.cassettes.interception.network_guard import network_closed, network_open
from pactape.cassettes.interception.patches import intercepting
from pactape.cassettes.record_mode import RecordMode
from pactape.cassettes.replay.cassette import load_tape
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.settings import ScrubSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from pactape.cassettes.interception.network_guard import Guard
    from pactape.cassettes.replay.cassette import Tape
    from pactape.errors import PactapeError
    from pactape.exchange import Provenance

__all__ = ["use_cassette"]

_DEFAULT_SCRUB = ScrubSettings()


@contextmanager
def use_cassette(
    path: Path,
    *,
    mode: RecordMode = RecordMode.NONE,
    provenance: Provenance | None = None,
    live_urls: Mapping[str, str] | None = None,
    allow: Sequence[str] = (),
    cache: Path | None = None,
    scrub: ScrubSettings = _DEFAULT_SCRUB,
) -> Iterator[Tape]:
    """Record to, or replay from, the cassette at `path` what the code inside the context asks over HTTP.

    While it only replays, no thread reaches the network. What was recorded is written when the context ends
    without an exception; with one, the file stays as it was.

    Args:
        path: The cassette's file, YAML.
        mode: When to record and when to replay.
        provenance: The test that records, to be written beside the interactions.
        live_urls: Canonical base URL by live base URL, for providers that are recorded somewhere else than
            where their contracts say they are.
        allow: What stays open while the cassette replays: "host", "host:port", or the path of a Unix socket
            or of the folder that it is in; "localhost" stands for the loopback addresses. Nothing else does.
        cache: A folder for parsed cassettes, which load faster; kept out of version control by itself.
        scrub: The project's own rules of what a secret is.

    Raises:
        CassetteFormatError: The file can't be read as a cassette.
        NoMatchError: A request had no recorded answer, on whichever thread.
        NetworkBlockedError: A connection was tried while replaying, on whichever thread.
        OutputError: The recording can't be written.

    Example:
        >>> from pathlib import Path
        >>> with use_cassette(Path("cassettes/users.yaml")) as tape:
        ...     len(tape)
        0
    """
    tape = load_tape(
        path,
        mode=mode,
        provenance=provenance,
        live_urls=live_urls or {},
        cache=cache,
        rules=ScrubRules.from_settings(scrub),
    )
    with ExitStack() as stack:
        stack.enter_context(intercepting(tape))
        guard = stack.enter_context(_network(tape, provenance, allow))
        yield tape
    if not (tape.forgotten or tape.excused):
        _raise_first((*tape.misses, *(guard.refused if guard else ())))
    if not tape.forgotten:
        tape.save()


def _network(
    tape: Tape, provenance: Provenance | None, allow: Sequence[str]
) -> AbstractContextManager[Guard | None]:
    if not tape.replays_only:
        return network_open()
    by = f" for {provenance.test}" if provenance else ""
    return network_closed(f"{tape.file}{by}", allow=allow)


def _raise_first(errors: Sequence[PactapeError]) -> None:
    """A miss counts even where the code under test, or a thread, swallowed its error."""
    if errors:
        raise errors[0]
