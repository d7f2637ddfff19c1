"""Single flight: if several threads need the same work at once, it is done once, and they share the outcome."""

from __future__ import annotations

import copy
import threading
from typing import Generic, TypeVar

__all__ = ["Flight", "FlightCancelledError"]

T = TypeVar("T")


class FlightCancelledError(Exception):
    """The flight ended without an outcome; waiters should start over."""


class Flight(Generic[T]):
    """A piece of work in progress, led by one thread and awaited by others.

    The leader calls `set_result`, `set_exception` or `cancel`; the first call counts. The names are those of
    `concurrent.futures.Future`; but each waiter gets a copy of the exception, so that threads don't change a shared
    traceback.

    Example:
        >>> flight = Flight()
        >>> flight.set_result(42)
        >>> flight.result(timeout=None)
        42
    """

    __slots__ = ("_completion", "_error", "_value")

    def __init__(self) -> None:
        self._completion = threading.Event()
        self._error: BaseException | None = None
        self._value: T | None = None

    def set_result(self, value: T) -> None:
        """End the flight with a value."""
        if not self._completion.is_set():
            self._value = value
            self._completion.set()

    def set_exception(self, error: Exception) -> None:
        """End the flight with a failure, which every waiter also gets."""
        if not self._completion.is_set():
            self._error = error
            self._completion.set()

    def cancel(self) -> None:
        """End the flight without an outcome; do nothing if it has one."""
        self.set_exception(FlightCancelledError())

    def result(self, *, timeout: float | None) -> T:
        """Return the flight's value, waiting for it.

        Args:
            timeout: The most seconds to wait; None for no limit.

        Raises:
            TimeoutError: The time-out passed.
            FlightCancelledError: The leader ended without an outcome.
            Exception: A copy of the leader's failure, with the original as its cause; the original itself if its
                class can't be copied.
        """
        if not self._completion.wait(timeout):
            raise TimeoutError
        if self._error is not None:
            twin = _copy_of(self._error)
            raise twin from None if twin is self._error else self._error
        return self._value  # type: ignore[return-value]  # it has ended without an error, so it is a T


def _copy_of(error: BaseException) -> BaseException:
    try:
        return copy.copy(error)
    except Exception:  # noqa: BLE001 -- the user's own __init__ may raise anything
        return error
