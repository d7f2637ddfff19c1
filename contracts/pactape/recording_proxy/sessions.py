"""Sessions: assign requests to tests, and each test to a cassette."""

from __future__ import annotations

import hashlib
import re
import threading
from typing import TYPE_CHECKING, Any

from pactape.cassettes.format.reading import read_for_replay
from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.errors import BadInputError, CassetteFormatError
from pactape.exchange import ProviderState
from pactape.recording_proxy.session import TestSession

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["RecordingSessions", "read_states"]

#: The test of requests without a test's name, and the name of its cassette.
_UNNAMED, _UNNAMED_FILE = "", "recorded"
_LONGEST_NAME = 120
_HASH_DIGITS = 8


class RecordingSessions:
    """The sessions of a proxy. May be used by several threads.

    Args:
        folder: The folder of cassettes; if a test is recorded again, its cassette is replaced.
        rules: The project's scrub rules.
        set_up: Sets up a provider state before a test's first request; None if the test does that.
    """

    def __init__(
        self,
        folder: Path,
        *,
        rules: ScrubRules | None = None,
        set_up: Callable[[ProviderState], object] | None = None,
    ) -> None:
        self._folder = folder
        self._rules = rules or ScrubRules()
        self._set_up = set_up
        self._lock = threading.RLock()
        self._running: dict[str, TestSession] = {}
        #: The latest session of each cassette, by its name in lower case, as some file systems compare it.
        self._latest: dict[str, TestSession] = {}
        self._current = _UNNAMED

    def start(self, name: str, states: tuple[ProviderState, ...] = ()) -> TestSession:
        """Start a test: from now on, requests without a test's name belong to it.

        Raises:
            ProviderStateError: A provider state can't be set up.
        """
        with self._lock:
            self._running.pop(name, None)
            self._current = name
            return self._session(name, states)

    def finish(self, name: str | None = None) -> TestSession | None:
        """End a test, by default the current one; return None if the test doesn't exist.

        Requests without a test's name are recorded into one cassette, whatever ends in between.
        """
        with self._lock:
            name = self._current if name is None else name
            if name == self._current:
                self._current = _UNNAMED
            return self._running.get(name) if name == _UNNAMED else self._running.pop(name, None)

    def finish_all(self) -> list[TestSession]:
        """End all tests, and return those that didn't end before and have exchanges."""
        with self._lock:
            sessions = list(self._running.values())
            self._running.clear()
            return [session for session in sessions if session.exchanges]

    @property
    def failures(self) -> list[str]:
        """The exchanges that were not recorded, each with the reason."""
        with self._lock:
            return [failure for session in self._latest.values() for failure in session.failures]

    def prepare(self, name: str | None, states: tuple[ProviderState, ...]) -> TestSession:
        """Return the session of a request, after setting up its provider states before the first request.

        Args:
            name: The test in the request; None for the current one.
            states: The provider states in the request.

        Raises:
            ProviderStateError: A provider state can't be set up.
        """
        with self._lock:
            return self._session(name or self._current, states)

    def _session(self, name: str, states: tuple[ProviderState, ...]) -> TestSession:
        session = self._running.get(name)
        if session is None:
            path = self._path(name)
            session = TestSession(name, path, states, scrubber=Scrubber(self._rules))
            for state in states if self._set_up else ():
                self._set_up(state)  # type: ignore[misc]  # set up is not None, or the loop is empty
            self._running[name] = session
            replaced = self._latest.get(path.name.lower())
            if replaced is not None:
                replaced.replace()
            self._latest[path.name.lower()] = session
        return session

    def _path(self, name: str) -> Path:
        """Return a test's cassette; a hash in its name keeps it apart from that of a test with a similar name."""
        stem = Scrubber(self._rules).text(_file_name(name))
        path = self._folder / f"{stem}.yaml"
        other = self._latest.get(path.name.lower())
        if (other is not None and other.name != name) or _is_of_another_test(path, name):
            digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH_DIGITS]
            path = self._folder / f"{stem}-{digest}.yaml"
        return path


def _file_name(name: str) -> str:
    """Return a file name for a test's name in any language, valid on every file system."""
    return re.sub(r"[^\w.\-]+", "-", name).strip("-.")[:_LONGEST_NAME] or _UNNAMED_FILE


def _is_of_another_test(path: Path, name: str) -> bool:
    """Return whether a cassette was recorded by another test, in an earlier run."""
    if not path.is_file():
        return False
    try:
        provenance = read_for_replay(path).metadata.provenance
    except CassetteFormatError:
        return True  # it is not ours to replace
    return provenance is not None and provenance.test != name


def read_states(value: Any) -> tuple[ProviderState, ...]:
    """Parse provider states as clients send them: names, or objects with name and parameters.

    Raises:
        BadInputError: A state has another form.
    """
    items = value if isinstance(value, list) else [value] if value else []
    states = []
    for item in items:
        if isinstance(item, str) and item:
            states.append(ProviderState(name=item))
        elif isinstance(item, dict) and isinstance(item.get("name"), str):
            parameters = item.get("params", item.get("parameters", {}))
            states.append(ProviderState(name=item["name"], parameters=parameters or {}))
        else:
            raise BadInputError(
                f"{item!r} is not a provider state", remedy='send a name, or {"name": …, "params": {…}}'
            )
    return tuple(states)
