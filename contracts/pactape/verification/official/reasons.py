"""Collects the reasons why interactions could not be verified; the official verifier only reports the failure."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Reasons"]

_STATES_FAILED = "setup state change handlers has failed"
_CONNECTION = "\0connection"
_MESSAGE = "\0message:"
_SENDING_FAILED = "error sending request"
_READING_FAILED = "error decoding response body"
#: Tolerance in seconds: the verifier starts to measure a time-out a little after the interaction begins.
_TOLERANCE = 0.9


class Reasons:
    """The failures of handlers, message functions and connections during a run.

    Args:
        timeout: The time limit for a response in seconds.
        state_timeout: The time limit for a handler in seconds; None for that of a response.
    """

    def __init__(self, timeout: float, state_timeout: float | None = None) -> None:
        self._timeout = timeout
        self._option = "--timeout" if state_timeout is None else "--state-timeout"
        self._state_timeout = timeout if state_timeout is None else state_timeout
        self._by_name: dict[str, deque[str]] = defaultdict(deque)
        self._running: dict[str, float] = {}
        self._lock = threading.Lock()

    def add(self, state: str, reason: str) -> None:
        """Add the reason why a provider state could not be set up.

        Args:
            state: The provider state's name.
            reason: The reason, in one sentence.
        """
        with self._lock:
            self._by_name[state].append(reason)

    def add_message(self, description: str, reason: str) -> None:
        """Add the reason why a message could not be produced."""
        self.add(f"{_MESSAGE}{description}", reason)

    def of_message(self, description: str) -> str | None:
        """Return why a message could not be produced, once for each failure; None if it was produced."""
        return self._next(f"{_MESSAGE}{description}")

    def add_connection(self, reason: str) -> None:
        """Add the reason why a request got no response."""
        self.add(_CONNECTION, reason)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Measure the time of a handler, so that a slow handler can be reported."""
        started = time.monotonic()
        self._running[name] = started
        try:
            yield
        finally:
            self._running.pop(name, None)
            seconds = time.monotonic() - started
            if seconds > self._state_timeout:
                self.add(name, self.too_slow(name, seconds))

    def explain(self, message: str, *, states: tuple[str, ...], seconds: float | None) -> str:
        """Return the reason for the verifier's message about an interaction.

        Args:
            message: The verifier's message.
            states: The names of its provider states.
            seconds: The duration of the interaction; None if unknown.
        """
        for name in states if _STATES_FAILED in message else ():
            reason = self._next(name)
            if reason is not None:
                return reason
        if _SENDING_FAILED in message:
            return self._next(_CONNECTION) or self._of_connection(message, seconds)
        if _READING_FAILED in message:
            return (
                self._late_response(seconds) or f"the response is incomplete, or can't be decoded: {message}"
            )
        return message

    def _next(self, name: str) -> str | None:
        with self._lock:
            if self._by_name[name]:
                return self._by_name[name].popleft()
        started = self._running.get(name)
        return None if started is None else self.too_slow(name, time.monotonic() - started)

    def too_slow(self, name: str, seconds: float) -> str:
        """Return the reason for a handler that took too long."""
        return (
            f"the handler of the provider state {name!r} took {seconds:.1f} s, "
            f"and the limit is {self._state_timeout:g} s ({self._option})"
        )

    def _of_connection(self, message: str, seconds: float | None) -> str:
        reason = self._late_response(seconds)
        return f"{reason or 'the connection to the provider failed'}: {message}"

    def _late_response(self, seconds: float | None) -> str | None:
        """Return the reason for a late response; None if it wasn't late."""
        if seconds is None or seconds < self._timeout * _TOLERANCE:
            return None
        return (
            f"the provider did not respond within {self._timeout:g} s "
            f"(it took {seconds:.1f} s; the limit is --timeout)"
        )
