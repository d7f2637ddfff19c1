"""`use_cassette`: sends HTTP to a cassette instead of the network inside its context."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from pactape.cassettes.interception.allowed_hosts import AllowedHosts
from pactape.cassettes.interception.network_guard import network_closed, network_open
from pactape.cassettes.interception.patches import intercepted
from pactape.cassettes.outcome import TestOutcome, is_skip
from pactape.cassettes.record_mode import RecordMode
from pactape.cassettes.replay.cassette import open_cassette
from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions
from pactape.cassettes.replay.request_keys.match_rules import MatchRules
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.settings import ScrubSettings

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from pactape.cassettes.replay.cassette import Cassette
    from pactape.exchange import Provenance

__all__ = ["attached", "use_cassette", "used_files"]

_DEFAULT_SCRUB = ScrubSettings()
_DEFAULT_RULES = MatchRules()
_used: set[Path] = set()


def used_files() -> frozenset[Path]:
    """Return the files of all cassettes that this process has used."""
    return frozenset(_used)


@contextmanager
def use_cassette(  # noqa: PLR0913 -- options, keyword-only except the first
    path: Path,
    *,
    mode: RecordMode = RecordMode.NONE,
    provenance: Provenance | None = None,
    live_urls: Mapping[str, str] | None = None,
    allow: Sequence[str] = (),
    cache: Path | None = None,
    scrub: ScrubSettings = _DEFAULT_SCRUB,
    match: MatchRules = _DEFAULT_RULES,
    repeats: bool = False,
) -> Iterator[Cassette]:
    """Record to, or replay from, the cassette at `path` every HTTP request made inside the context.

    While it only replays, no thread can reach the network. The recording is written when the context ends without
    an exception; otherwise the file is not changed. What a test recorded before it was skipped is written unless it
    would replace an earlier recording.

    Args:
        path: The cassette's YAML file; relative to the current folder.
        mode: When to record and when to replay.
        provenance: The test that records, written next to the interactions.
        live_urls: Canonical base URL by live base URL, for providers recorded at another URL than in their
            contracts.
        allow: Hosts that are neither recorded nor blocked: "host", "host:port", or the path of a Unix
            socket or of its folder; "localhost" includes the loopback addresses.
        cache: A folder for parsed cassettes, which load faster; it excludes itself from version control.
        scrub: The project's scrub rules.
        match: The parts of requests to ignore.
        repeats: Whether the last response to a request is repeated after all have been replayed.

    Raises:
        CassetteFormatError: The file can't be read as a cassette.
        NoMatchError: A request on any thread had no recorded response.
        NetworkBlockedError: A connection was attempted on any thread while replaying.
        OutputError: The recording can't be written.

    Example:
        >>> from pathlib import Path
        >>> with use_cassette(Path("cassettes/users.yaml")) as cassette:
        ...     len(cassette)
        0
    """
    _used.add(path.absolute())
    test = provenance.test if provenance else ""
    options = LookupOptions(
        rules=match,
        repeats=repeats,
        cache=cache,
        scrub_rules=ScrubRules.from_settings(scrub),
        test=test,
    )
    cassette = open_cassette(path, mode=mode, provenance=provenance, live_urls=live_urls, options=options)
    reason = f"{cassette.file}{test and f' for {test}'}"
    with _saved(cassette), attached(cassette, allow=allow, reason=reason, live_urls=live_urls or {}):
        yield cassette


@contextmanager
def _saved(cassette: Cassette) -> Iterator[None]:
    """Write what was recorded inside the context, unless the test failed."""
    try:
        yield
    except BaseException as error:
        if is_skip(error):
            cassette.outcome = TestOutcome.SKIPPED
            _raise_unmatched(cassette)
            _save(cassette)
        raise
    _save(cassette)


def _save(cassette: Cassette) -> None:
    is_kept = cassette.outcome is TestOutcome.SKIPPED and cassette.replaces_file
    if cassette.outcome is not TestOutcome.FAILED and not is_kept:
        cassette.save()


def _raise_unmatched(cassette: Cassette) -> None:
    for error in cassette.unmatched:
        raise error


@contextmanager
def attached(
    cassette: Cassette,
    *,
    allow: Sequence[str],
    reason: str,
    live_urls: Mapping[str, str] | None = None,
    is_resumable: bool = False,
) -> Iterator[None]:
    """Send every HTTP request made inside the context to a cassette, and close the network while it replays.

    Args:
        cassette: The cassette; it may be attached several times.
        allow: Hosts that are neither recorded nor blocked.
        reason: Why the network is closed, for messages.
        live_urls: Canonical base URL by live base URL, where requests are sent while recording.
        is_resumable: Whether tasks that began inside go on with later cassettes, as those of a fixture do.

    Raises:
        NoMatchError: A request had no recorded response, even if the code inside swallowed the error.
        NetworkBlockedError: A connection was attempted, even if the code inside swallowed the error.
    """
    guard = None
    try:
        with ExitStack() as stack:
            hosts = AllowedHosts(allow)
            stack.enter_context(
                intercepted(cassette.player, hosts, live_urls or {}, is_resumable=is_resumable)
            )
            network = network_closed(reason, allow=allow) if cassette.replays_only else network_open()
            guard = stack.enter_context(network)
            yield
    finally:
        cassette.player.collect_from_children()
        cassette.unmatched.extend(guard.refused if guard else ())
    if cassette.outcome in {TestOutcome.PASSED, TestOutcome.SKIPPED}:
        _raise_unmatched(cassette)
