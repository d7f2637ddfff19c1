"""A run of tests that record or replay: which cassette each test uses, and what is known about the test."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes import ReceivedMessage, RecordMode, use_cassette
from pactape.cassettes.messages import receive
from pactape.cassettes.replay.cassette import Tape
from pactape.errors import SettingsError
from pactape.exchange import Provenance, ProviderState
from pactape.observing import noting_reads
from pactape.provider_states import load_states, set_up
from pactape.settings import Settings, find_root, load_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from pactape.provider_states import States
    from pactape.settings import ProviderSettings

__all__ = ["Playing", "Recording", "default_name", "describe"]

_UNSAFE = re.compile(r"[^\w.\[\]=+-]+")


class Playing(msgspec.Struct, frozen=True, kw_only=True):
    """One test's cassette while the test runs.

    Args:
        tape: The cassette.
        recording: What all tests of the run share.
        track: Gives the content of the message at a place so that what is read of it is noted; None when nobody
            observes.
    """

    tape: Tape
    recording: Recording
    track: Callable[[int, Any], Any] | None = None

    def receive(
        self, description: str, *, provider: str, live: Callable[[], object] | None = None
    ) -> ReceivedMessage:
        """The next recorded message, or while recording a live one.

        Args:
            description: What the message is about: "a user was created".
            provider: The key of the provider that sends it.
            live: Receives a real one, while recording: gives a JSON value, its bytes, or a `ReceivedMessage`.

        Raises:
            NoMatchError: No such message is recorded, or none is left.
            SettingsError: The settings have no such provider.
            BadInputError: There is nothing to record from, or what came is no JSON.
        """
        key = self.recording.provider(provider).key
        place, message = receive(self.tape, description, provider=key, live=live)
        if self.track is None:
            return message
        return msgspec.structs.replace(message, content=self.track(place, message.content))


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """What all marked tests of a run share.

    Args:
        settings: The project's settings.
        mode: When to record and when to replay.
        observes: Whether to note what tests read of replayed answers, too; of recorded ones it always is.
        keeps_failed: Whether what a test recorded is written though the test failed.
        live_urls: Live base URL by provider key, as the command line has them.
    """

    settings: Settings
    mode: RecordMode
    observes: bool = False
    keeps_failed: bool = False
    live_urls: Mapping[str, str] = {}

    @classmethod
    def from_root(
        cls,
        start: Path,
        *,
        mode: str,
        observes: bool = False,
        keeps_failed: bool = False,
        cassettes: str | None = None,
        live: Sequence[str] = (),
    ) -> Recording:
        """Read the settings of the project that `start` lies in.

        Args:
            start: A folder in the project.
            mode: A `RecordMode`'s value.
            observes: See the class.
            keeps_failed: See the class; the settings may ask for it, too.
            cassettes: A folder to use in the place of the settings'.
            live: "KEY=URL" for each provider that is somewhere else than its settings say.

        Raises:
            SettingsError: The settings can't be used.
        """
        settings = load_settings(find_root(start))
        if cassettes is not None:
            settings = msgspec.structs.replace(settings, cassettes=Path(cassettes).absolute())
        recording = cls(
            settings=settings,
            mode=RecordMode(mode),
            observes=observes,
            keeps_failed=keeps_failed or settings.keep_failed,
            live_urls=_urls(live),
        )
        for key in recording.live_urls:
            recording.provider(key)
        return recording

    @property
    def records(self) -> bool:
        """Whether a test of this run may record."""
        return self.mode is not RecordMode.NONE

    def provider(self, key: str) -> ProviderSettings:
        """The provider of this key.

        Raises:
            SettingsError: The settings have none.
        """
        return self.settings.provider(key, option="--pactape-live")

    def claim_cassettes(self, items: Sequence[pytest.Item]) -> None:
        """Check the markers of `items` before any test runs.

        Raises:
            SettingsError: A marker has an argument that it doesn't know, or two tests name one cassette.
        """
        owners: dict[Path, str] = {}
        for item in items:
            path = self.path_of(item)
            if path in owners:
                raise SettingsError(
                    f"{owners[path]} and {item.nodeid} would both use this cassette",
                    where=path,
                    remedy="give one of them a name of its own: @pytest.mark.cassette('name.yaml')",
                )
            owners[path] = item.nodeid

    def path_of(self, item: pytest.Item) -> Path:
        """The cassette of a test: its marker's path, or one named after the test's module, class and name."""
        return self.settings.cassettes / (_options(item).path or default_name(item.nodeid))

    def allows_unused(self, item: pytest.Item) -> bool:
        """Whether a test's marker lets its cassette hold more than the test plays."""
        return _options(item).allow_unused

    @contextmanager
    def of(self, item: pytest.Item, *, live_urls: Mapping[str, str]) -> Iterator[Playing]:
        """Record or replay what happens inside the context, for the test `item`.

        Args:
            item: A test marked `cassette`.
            live_urls: Live base URL by provider key.
        """
        provenance = _provenance(item)
        path = self.path_of(item)
        with ExitStack() as stack:
            if self._will_record(path):
                self._set_up(provenance.states)
                stack.enter_context(_announcements())
            canonical = {url: self.provider(key).url for key, url in live_urls.items()}
            tape = stack.enter_context(
                use_cassette(
                    path,
                    mode=self.mode,
                    provenance=provenance,
                    live_urls=canonical,
                    allow=_options(item).allow,
                    cache=self.settings.cache_folder,
                    scrub=self.settings.scrub,
                )
            )
            observed = self.observes or self._will_record(path)
            track = stack.enter_context(noting_reads(tape)) if observed else None
            yield Playing(tape=tape, recording=self, track=track)

    def _will_record(self, path: Path) -> bool:
        return self.records and not (self.mode is RecordMode.ONCE and path.is_file())

    def _set_up(self, states: Sequence[ProviderState]) -> None:
        """Set the states up, if the project says how: recording a provider of somebody else's, it can't."""
        known = {
            key: load_states(each.states, root=self.settings.root)
            for key, each in self.settings.providers.items()
            if each.states is not None
        }
        if known:
            for state in states:
                set_up(state, _knowing(state, known))


def _urls(live: Sequence[str]) -> dict[str, str]:
    """The URL by provider key of "KEY=URL" texts."""
    found = dict(text.partition("=")[::2] for text in live)
    for key, url in found.items():
        if not url.startswith(("http://", "https://")):
            raise SettingsError(
                f"--pactape-live {key}={url} names no URL",
                remedy="write it as --pactape-live users=http://127.0.0.1:8000",
            )
    return {key: url.rstrip("/") for key, url in found.items()}


def _knowing(state: ProviderState, known: Mapping[str, States]) -> States:
    """The handlers of the first provider that knows the state; all of them, to be named, when none does."""
    for handlers in known.values():
        if state.name in handlers:
            return handlers
    return {name: handler for handlers in known.values() for name, handler in handlers.items()}


class _Options(msgspec.Struct, frozen=True):
    path: str | None = None
    consumer: str | None = None
    contract: bool = True
    allow: tuple[str, ...] = ()
    allow_unused: bool = False


def _options(item: pytest.Item) -> _Options:
    marker = item.get_closest_marker("cassette")
    arguments, keywords = (marker.args, marker.kwargs) if marker else ((), {})
    try:
        return _cassette_options(*arguments, **keywords)
    except TypeError as error:
        raise SettingsError(
            f"the marker can't be used ({error})",
            where=item.nodeid,
            remedy="write @pytest.mark.cassette(path=None, *, consumer=None, contract=True, allow=(), "
            "allow_unused=False)",
        ) from None


def _cassette_options(
    path: str | None = None,
    *,
    consumer: str | None = None,
    contract: bool = True,
    allow: Sequence[str] = (),
    allow_unused: bool = False,
) -> _Options:
    return _Options(path, consumer, contract, tuple(allow), allow_unused)


def _provenance(item: pytest.Item) -> Provenance:
    options = _options(item)
    return Provenance(
        test=item.nodeid,
        description=describe(item.name),
        states=tuple(_state(marker, item) for marker in reversed(list(item.iter_markers("given")))),
        consumer=options.consumer,
        contract=options.contract,
    )


def _state(marker: pytest.Mark, item: pytest.Item) -> ProviderState:
    if len(marker.args) != 1 or not isinstance(marker.args[0], str):
        raise SettingsError(
            "a `given` marker needs one sentence",
            where=item.nodeid,
            remedy='write @pytest.mark.given("a user exists", id="…")',
        )
    try:
        parameters = msgspec.json.decode(msgspec.json.encode(marker.kwargs))
    except TypeError as error:
        raise SettingsError(
            f"a `given` marker's parameters must be JSON values ({error})",
            where=item.nodeid,
            remedy="give texts, numbers, booleans, None, lists and mappings of such",
        ) from None
    return ProviderState(name=marker.args[0], parameters=parameters)


def default_name(nodeid: str) -> str:
    """The file name of a test's cassette.

    Example:
        >>> default_name("tests/test_users.py::TestUsers::test_gets[a b]")
        'test_users.TestUsers.test_gets[a-b].yaml'
    """
    parts = [part for part in nodeid.split("::") if part]
    stem = ".".join([Path(parts[0]).stem, *parts[1:]])
    return f"{_UNSAFE.sub('-', stem)}.yaml"


def describe(test: str) -> str:
    """A test's name as a phrase.

    Example:
        >>> describe("test_gets_a_user[by id]")
        'gets a user [by id]'
    """
    name, bracket, parameters = test.removeprefix("test_").partition("[")
    phrase = name.replace("_", " ").strip() or test
    return f"{phrase} [{parameters}" if bracket else phrase


@contextmanager
def _announcements() -> Iterator[None]:
    """Listen to the clients that announce their calls, as far as they are installed."""
    if find_spec("pactape_clients") is None:
        yield
        return
    from pactape.integrations.pactape_clients import listening  # noqa: PLC0415 -- an optional integration

    with listening():
        yield
