"""The current call on this thread: its operation, its settings, and its remaining time."""

from __future__ import annotations

import time
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from pactape_clients.errors import DeadlineExceededError
from pactape_clients.operations import announce
from pactape_clients.settings import DEFAULT_SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from pactape_clients.operations import Operation
    from pactape_clients.settings import Timeouts, TransportSettings

__all__ = [
    "CallContext",
    "bounded",
    "call_in_progress",
    "current_call",
    "remaining_time",
    "time_to_finish",
]

_TO_FINISH = 0.5  # seconds


class CallContext:
    """A call from start to end, including retries and token renewal.

    Args:
        operation: The operation.
        deadline: The time limit of the whole call in seconds; None for no limit.
        settings: How its requests are sent, including token requests.
        values: Its path values or variables, for errors.
        timer: A monotonic clock in seconds.
    """

    __slots__ = ("_ends", "_timer", "operation", "settings", "values")

    def __init__(
        self,
        operation: Operation,
        *,
        deadline: float | None,
        settings: TransportSettings = DEFAULT_SETTINGS,
        values: Mapping[str, Any] | None = None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.operation = operation
        self.settings = settings
        self.values: Mapping[str, Any] = {} if values is None else values
        self._timer = timer
        self._ends = None if deadline is None else timer() + deadline

    @property
    def has_deadline(self) -> bool:
        """Whether a deadline limits the call."""
        return self._ends is not None

    def remaining(self) -> float | None:
        """Return the remaining seconds; None without a limit.

        Raises:
            DeadlineExceededError: No time is left.
        """
        if self._ends is None:
            return None
        seconds = self._ends - self._timer()
        if seconds <= 0:
            raise DeadlineExceededError(
                f"{self.operation.name}: the deadline passed before the response was complete",
                operation=self.operation,
                values=self.values,
            )
        return seconds

    def extended(self, seconds: float) -> CallContext:
        """Return this call with at least this many seconds left, for work at its end."""
        deadline = None if self._ends is None else max(self._ends - self._timer(), seconds)
        return CallContext(
            self.operation, deadline=deadline, settings=self.settings, values=self.values, timer=self._timer
        )

    def announce(self) -> None:
        """Notify the observers that a request of this call is about to be sent."""
        announce(self.operation)


#: The current call on this thread; None outside calls.
current_call: ContextVar[CallContext | None] = ContextVar("pactape_clients_call", default=None)


@contextmanager
def call_in_progress(call: CallContext) -> Iterator[CallContext]:
    """Make `call` the current call inside the context."""
    outer = current_call.set(call)
    try:
        yield call
    finally:
        current_call.reset(outer)


@contextmanager
def time_to_finish() -> Iterator[None]:
    """Allow half a second for work at a call's end, even after its deadline."""
    call = current_call.get()
    if call is None:
        yield
        return
    with call_in_progress(call.extended(_TO_FINISH)):
        yield


def remaining_time() -> float | None:
    """Return the remaining seconds of the current call; None without a limit.

    Raises:
        DeadlineExceededError: No time is left.
    """
    call = current_call.get()
    return None if call is None else call.remaining()


def bounded(timeouts: Timeouts, remaining: float | None) -> Timeouts:
    """Return connect and read time-outs that don't exceed the deadline.

    Example:
        >>> bounded((5.0, 30.0), 8.0)
        (5.0, 8.0)
    """
    if remaining is None:
        return timeouts
    return min(timeouts[0], remaining), min(timeouts[1], remaining)
