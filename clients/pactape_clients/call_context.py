"""What is known on this thread about the call in progress: its operation, and how long it may still take."""

from __future__ import annotations

import time
from contextvars import ContextVar
from typing import TYPE_CHECKING

from pactape_clients.errors import DeadlineExceededError
from pactape_clients.operations import announce

if TYPE_CHECKING:
    from collections.abc import Callable

    from pactape_clients.operations import Operation

__all__ = ["CURRENT", "CallInProgress", "Timeouts", "allowed_time", "bounded"]

Timeouts = tuple[float, float]


class CallInProgress:
    """A call between its start and its end, retries and token renewal included.

    Args:
        operation: What is being called.
        deadline: Seconds that the whole call may take; None for no limit.
        timer: A monotonic clock in seconds.
    """

    __slots__ = ("_ends", "_timer", "operation")

    def __init__(
        self,
        operation: Operation,
        *,
        deadline: float | None,
        timer: Callable[[], float] = time.monotonic,
    ) -> None:
        self.operation = operation
        self._timer = timer
        self._ends = None if deadline is None else timer() + deadline

    @property
    def has_deadline(self) -> bool:
        """Whether anything limits it."""
        return self._ends is not None

    def remaining(self) -> float | None:
        """Seconds left; None when there is no limit.

        Raises:
            DeadlineExceededError: None are left.
        """
        if self._ends is None:
            return None
        left = self._ends - self._timer()
        if left <= 0:
            raise DeadlineExceededError(
                f"{self.operation.name}: the total deadline passed before an answer came",
                operation=self.operation,
            )
        return left

    def announce(self) -> None:
        """Tell the observers that a request of this call goes out now."""
        announce(self.operation)


CURRENT: ContextVar[CallInProgress | None] = ContextVar("pactape_clients_call", default=None)


def allowed_time() -> float | None:
    """Seconds that the call in progress on this thread has left; None when nothing limits it."""
    call = CURRENT.get()
    return None if call is None else call.remaining()


def bounded(timeouts: Timeouts, remaining: float | None) -> Timeouts:
    """Connect and read time-outs that don't outlast the deadline.

    Example:
        >>> bounded((5.0, 30.0), 8.0)
        (5.0, 8.0)
    """
    if remaining is None:
        return timeouts
    return min(timeouts[0], remaining), min(timeouts[1], remaining)
