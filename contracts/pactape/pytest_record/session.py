"""The cassette session of a test: its cassette, its provider states, and observation while it runs."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes import use_cassette
from pactape.pytest_record.markers import cassette_marker
from pactape.pytest_record.states import set_up_states

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    import pytest

    from pactape.cassettes import ReceivedMessage
    from pactape.cassettes.replay.cassette import Cassette
    from pactape.pytest_record.config import RecordingConfig

    Track = Callable[[int, Any], Any]

__all__ = ["CassetteSession", "cassette_session"]


class CassetteSession:
    """A test's cassette while the test runs.

    Args:
        cassette: The cassette.
        config: The configuration of the project.
        track: Returns a message's content, by index, as a tracked value; None if nothing is observed.
    """

    def __init__(self, cassette: Cassette, config: RecordingConfig, track: Track | None = None) -> None:
        self.cassette = cassette
        self._config = config
        self._track = track

    def receive(
        self, description: str, *, provider: str, live: Callable[[], object] | None = None
    ) -> ReceivedMessage:
        """Return the next recorded message or, while recording, a live one.

        Args:
            description: The subject of the message: "a user was created".
            provider: The key of the provider that sends it.
            live: Receives a real message while recording; returns a JSON value, its bytes, or a `ReceivedMessage`.

        Raises:
            NoMatchError: No such message is recorded, or all have been replayed.
            SettingsError: The settings don't have the provider.
            BadInputError: `live` is missing while recording, or the received content is not JSON.
        """
        key = self._config.provider(provider).key
        index, message = self.cassette.receive(description, provider=key, live=live)
        if self._track is None:
            return message
        return msgspec.structs.replace(message, content=self._track(index, message.content))


@contextmanager
def cassette_session(
    config: RecordingConfig, item: pytest.Item, *, live_urls: Mapping[str, str]
) -> Iterator[CassetteSession]:
    """Record or replay the requests inside the context.

    Args:
        config: The configuration of the project.
        item: A test marked `cassette`.
        live_urls: Live base URL by provider key.
    """
    provenance = config.provenance(item)
    path = config.cassette_path(item)
    marker = cassette_marker(item)
    with ExitStack() as stack:
        if config.will_record(path):
            set_up_states(provenance.states, config.settings)
            stack.enter_context(_announcements())
        cassette = stack.enter_context(
            use_cassette(
                path,
                mode=config.mode_for(path),
                provenance=provenance,
                live_urls={url: config.provider(key).url for key, url in live_urls.items()},
                allow=config.allowed_hosts(marker),
                cache=config.settings.cache_folder,
                scrub=config.settings.scrub,
                match=config.match_rules.adding(marker.ignore, ignore_body=marker.body == "ignore"),
                repeats=marker.repeats or config.settings.match.repeats,
            )
        )
        if config.is_shared(path):
            cassette.share(outdated=config.outdated(path))
        is_observed = config.options.observes or config.will_record(path)
        track = stack.enter_context(_observation(cassette)) if is_observed else None
        yield CassetteSession(cassette, config, track)


def _observation(cassette: Cassette) -> AbstractContextManager[Track]:
    from pactape.observing import recording_usage  # noqa: PLC0415 -- start-up time: replays aren't observed

    return recording_usage(cassette)


@contextmanager
def _announcements() -> Iterator[None]:
    """Receive the announcements of clients about their calls, if such clients are installed."""
    if find_spec("pactape_clients") is None:
        yield
        return
    from pactape.integrations.pactape_clients import listening  # noqa: PLC0415 -- an optional integration

    with listening():
        yield
