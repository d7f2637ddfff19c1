"""Cassettes of fixtures with a wider scope, for their requests in set-up and teardown.

With separate cassettes, it doesn't matter which test runs first: each test replays alone, in any order and on any
worker.
"""

from __future__ import annotations

import hashlib
import sys
from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING

import pytest

from pactape.cassettes import read_cassette
from pactape.cassettes.names import fixture_cassette_name
from pactape.cassettes.outcome import TestOutcome, is_skip
from pactape.cassettes.replay.cassette import open_cassette
from pactape.cassettes.replay.request_keys.lookup_options import LookupOptions
from pactape.cassettes.use_cassette import attached
from pactape.exchange import Provenance
from pactape.pytest_record.fixture_names import XUNIT, fixture_nodeid
from pactape.pytest_record.markers import cassette_marker

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path
    from typing import Any

    from pactape.pytest_record.config import RecordingConfig, RecordingConfigs
    from pactape.pytest_record.hygiene import HygieneReport

    FixtureDef = pytest.FixtureDef[Any]

__all__ = ["FixtureCassettes"]

_FOREIGN = ("_pytest.", "pactape.", "xdist.", "hypothesis.")


class FixtureCassettes:
    """A pytest plugin that gives fixtures of class, module, package and session scope their cassettes.

    Args:
        configs: The configurations of the run.
        hygiene: The hygiene report of the run; None if it is off.
    """

    def __init__(self, configs: RecordingConfigs, hygiene: HygieneReport | None) -> None:
        self._configs = configs
        self._hygiene = hygiene
        self._users: dict[FixtureDef, list[pytest.Item]] = {}
        self._is_paused = False

    def register(self, items: Sequence[pytest.Item]) -> None:
        """Register the fixtures of marked tests."""
        for item in items:
            info = getattr(item, "_fixtureinfo", None)
            for definitions in info.name2fixturedefs.values() if info else ():
                for definition in definitions:
                    if _is_wider(definition):
                        self._users.setdefault(definition, []).append(item)

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Ignore fixtures inside the context, which start a provider to record from."""
        before, self._is_paused = self._is_paused, True
        try:
            yield
        finally:
            self._is_paused = before

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: FixtureDef, request: pytest.FixtureRequest
    ) -> Generator[None, object, object]:
        """Set up a fixture with its own cassette, and tear it down with the same cassette."""
        session = self._session(fixturedef, request)
        if session is None:
            return (yield)
        fixturedef.addfinalizer(session.end_teardown)
        try:
            with session.set_up():
                value = yield
        except BaseException as error:
            if is_skip(error):
                session.end_skipped()
            raise
        fixturedef.addfinalizer(session.begin_teardown)  # the last one added is called first
        return value

    def _session(self, definition: FixtureDef, request: pytest.FixtureRequest) -> _FixtureSession | None:
        item: pytest.Item = request._pyfuncitem  # noqa: SLF001 -- pytest has the test nowhere else
        is_used = definition in self._users or (
            _is_wider(definition) and item.get_closest_marker("cassette") is not None
        )
        if self._is_paused or not is_used:
            return None
        users = self._users.get(definition, [item])
        config = self._configs.of(users[0].path)
        nodeid = fixture_nodeid(definition, request, config)
        path = config.settings.cassettes / fixture_cassette_name(nodeid, config.scrub_rules)
        if self._hygiene is not None:
            self._hygiene.register_cassette(path)
        markers = [cassette_marker(user) for user in users]
        provenance = Provenance(
            test=nodeid,
            description=f"the fixture {nodeid.rpartition('::')[2]}",
            contract=any(marker.contract for marker in markers),
        )
        return _FixtureSession(
            path,
            config,
            provenance=provenance,
            allow=tuple({host for marker in markers for host in config.allowed_hosts(marker)}),
            live_urls=self._live_urls(request, config),
            has_outer=item.get_closest_marker("cassette") is not None,
            report=self._hygiene,
        )

    def _live_urls(self, request: pytest.FixtureRequest, config: RecordingConfig) -> Mapping[str, str]:
        if not config.records:
            return {}
        with self.paused():
            urls: Mapping[str, str] = request.getfixturevalue("pactape_live_urls")
        return {url: config.provider(key).url for key, url in {**urls, **config.options.live_urls}.items()}


class _FixtureSession:
    """One fixture's cassette from set-up to teardown.

    In a replay without its own recording, the set-up uses the cassette of the test that needs the fixture, as in
    older recordings. The teardown then has no network.
    """

    def __init__(
        self,
        path: Path,
        config: RecordingConfig,
        *,
        provenance: Provenance,
        allow: Sequence[str],
        live_urls: Mapping[str, str],
        has_outer: bool,
        report: HygieneReport | None,
    ) -> None:
        self._config = config
        self._allow = allow
        self._live_urls = live_urls
        self._report = report
        self._reason = f"the {provenance.description}"
        self._teardown: AbstractContextManager[None] | None = None
        self._cassette = open_cassette(
            path,
            mode=config.mode,
            provenance=provenance,
            live_urls=live_urls,
            options=LookupOptions(
                rules=config.match_rules,
                repeats=config.settings.match.repeats,
                cache=config.settings.cache_folder,
                scrub_rules=config.scrub_rules,
            ),
        )
        self._uses_outer = has_outer and self._cassette.replays_only and not self._cassette.was_recorded

    @contextmanager
    def set_up(self) -> Iterator[None]:
        """Attach the cassette during the fixture's set-up."""
        if self._uses_outer:
            yield
            return
        with self._attached():
            yield

    def begin_teardown(self) -> None:
        """Attach the cassette again."""
        self._teardown = self._attached()
        self._teardown.__enter__()

    def end_teardown(self) -> None:
        """Detach the cassette, and write the recording.

        Raises:
            ReplayError: A request had no recorded response, or a connection was attempted.
        """
        if self._teardown is None:
            return
        try:
            self._teardown.__exit__(None, None, None)
        finally:
            self._finish()

    def end_skipped(self) -> None:
        """Write what a set-up that skips its tests has requested, unless it would replace an earlier recording.

        Raises:
            ReplayError: A request had no recorded response.
        """
        for error in self._cassette.unmatched:
            raise error
        if not self._cassette.replaces_file:
            self._finish()

    def _finish(self) -> None:
        cassette = self._cassette
        if cassette.player.dirty and not cassette.unmatched:
            cassette.save_whole()
            if self._report is not None:
                self._report.check_recording(cassette)
                self._report.note_fixture(cassette.file, _digest(cassette.file))
        elif self._report is not None and cassette.outcome is TestOutcome.PASSED:
            self._report.record_usage(cassette, allow_unused=False, is_named=False)

    def _attached(self) -> AbstractContextManager[None]:
        return attached(
            self._cassette,
            allow=self._allow,
            reason=self._reason,
            live_urls=self._live_urls,
            is_resumable=True,
        )


def _digest(path: Path) -> str:
    """Return a digest of the responses in a cassette."""
    responses = [(exchange.request.url, exchange.response.body) for exchange in read_cassette(path)]
    return hashlib.sha256(repr(responses).encode()).hexdigest()


def _is_wider(definition: FixtureDef) -> bool:
    """Return whether a fixture outlives a test and isn't part of pytest, Pactape or a plugin."""
    if definition.scope == "function":
        return False
    module = str(getattr(definition.func, "__module__", ""))
    is_foreign = module.startswith(_FOREIGN) or (module.startswith("pytest_") and _is_installed(module))
    return bool(XUNIT.match(definition.argname)) or not is_foreign


def _is_installed(module: str) -> bool:
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return not {"site-packages", "dist-packages"}.isdisjoint(PurePath(file).parts)
