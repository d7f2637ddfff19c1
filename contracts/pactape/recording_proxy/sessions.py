"""Sessions: assign requests to tests, and record them into the tests' cassettes."""

from __future__ import annotations

import re
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from pactape.cassettes.scrubbing.rules import ScrubRules
from pactape.cassettes.scrubbing.scrubber import Scrubber
from pactape.contracts.samples.sanitizing import without_secrets
from pactape.converting.cassette_writer import write_cassette
from pactape.errors import BadInputError
from pactape.exchange import Exchange, Provenance, ProviderState

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pactape.exchange import Request, Response

__all__ = ["RecordingSessions", "TestSession", "read_states"]

#: The test of requests without a test's name.
_UNNAMED = "recorded"


class TestSession:
    """The requests of one test, recorded into one cassette.

    Args:
        name: The test's name.
        path: The cassette.
        states: The provider states of the test.
    """

    __test__ = False  # pytest would collect a class with this name

    def __init__(self, name: str, path: Path, states: tuple[ProviderState, ...]) -> None:
        self.name = name
        self.path = path
        self.states = states
        self.exchanges: list[Exchange] = []


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
        self._sessions: dict[str, TestSession] = {}
        self._current = _UNNAMED

    def start(self, name: str, states: tuple[ProviderState, ...] = ()) -> TestSession:
        """Start a test: from now on, requests without a test's name belong to it.

        Raises:
            ProviderStateError: A provider state can't be set up.
        """
        with self._lock:
            self._finish(self._sessions.pop(name, None))
            self._current = name
            return self._session(name, states)

    def finish(self, name: str | None = None) -> TestSession | None:
        """End a test (by default the current one) and write its cassette; return None if the test doesn't exist.

        Raises:
            OutputError: The cassette can't be written.
        """
        with self._lock:
            session = self._sessions.pop(name or self._current, None)
            if name in {None, self._current}:
                self._current = _UNNAMED
            return self._finish(session)

    def finish_all(self) -> list[TestSession]:
        """End all tests, and return those whose cassettes were written.

        Raises:
            OutputError: A cassette can't be written.
        """
        with self._lock:
            return [
                session
                for name in list(self._sessions)
                if (session := self.finish(name)) and session.exchanges
            ]

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

    def record(self, session: TestSession, request: Request, response: Response) -> None:
        """Add an exchange to a session."""
        with self._lock:
            session.exchanges.append(
                Exchange(
                    request=request,
                    response=response,
                    cassette=str(session.path),
                    index=len(session.exchanges),
                    provenance=Provenance(
                        test=session.name, description=_phrase(session.name), states=session.states
                    )
                    if session.name != _UNNAMED
                    else None,
                    recorded_at=datetime.now(UTC),
                )
            )

    def _session(self, name: str, states: tuple[ProviderState, ...]) -> TestSession:
        session = self._sessions.get(name)
        if session is None:
            session = TestSession(name, self._folder / f"{_file_name(name)}.yaml", states)
            for state in states if self._set_up else ():
                self._set_up(state)  # type: ignore[misc]  # set up is not None, or the loop is empty
            self._sessions[name] = session
        return session

    def _finish(self, session: TestSession | None) -> TestSession | None:
        if session is not None and session.exchanges:
            scrubber = Scrubber(self._rules)
            clean = [
                _with_decoded_bodies(without_secrets(exchange, scrubber)) for exchange in session.exchanges
            ]
            write_cassette(session.path, clean, (), scrubber=scrubber)
        return session


def _with_decoded_bodies(exchange: Exchange) -> Exchange:
    """Return an exchange with decoded bodies and their lengths."""
    return msgspec.structs.replace(
        exchange,
        response=msgspec.structs.replace(
            exchange.response,
            headers=tuple(
                (name, str(len(exchange.response.body)) if _states_length(name, exchange) else value)
                for name, value in exchange.response.headers
                if name.lower() != "transfer-encoding"
            ),
        ),
    )


def _states_length(name: str, exchange: Exchange) -> bool:
    return name.lower() == "content-length" and exchange.request.method != "HEAD"


def _file_name(name: str) -> str:
    """Return a file name for a test's name in any language, valid on every file system."""
    return re.sub(r"[^\w.\-]+", "-", name).strip("-.")[:120] or _UNNAMED


def _phrase(name: str) -> str:
    """Return the last part of a test's name as a phrase: "gets a user" for "UserTest::test_gets_a_user"."""
    last = re.split(r"::|[/\\#>]", name)[-1].strip()
    return re.sub(r"[_\s]+", " ", last.removeprefix("test_").removeprefix("test ")).strip()


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
