"""Single flight: many threads that want the same thing at once cause one piece of work, and share its end."""

from __future__ import annotations

import copy
import threading
from typing import Generic, TypeVar

__all__ = ["Flight"]

T = TypeVar("T")


class Flight(Generic[T]):
    """One piece of work in progress, led by one thread and awaited by others.

    The leader calls `land` or `crash` exactly once; whoever calls `wait` gets that value or that failure.

    Example:
        >>> flight = Flight()
        >>> flight.land(42)
        >>> flight.wait(timeout=None)
        42
    """

    __slots__ = ("_done", "_error", "_value")

    def __init__(self) -> None:
        self._done = threading.Event()
        self._error: BaseException | None = None
        self._value: T | None = None

    def land(self, value: T) -> None:
        """End with a value."""
        self._value = value
        self._done.set()

    def crash(self, error: BaseException) -> None:
        """End with a failure, which all who wait get too."""
        self._error = error
        self._done.set()

    def wait(self, *, timeout: float | None) -> T:
        """The flight's value, once it has landed.

        Args:
            timeout: Seconds to wait at most; None waits for ever.

        Raises:
            TimeoutError: The time passed first.
            BaseException: A copy of the leader's failure, with the leader's own as its cause. (A copy,
                because threads that raise one object would write into one traceback.) Itself, where its class
                can't be copied.
        """
        if not self._done.wait(timeout):
            raise TimeoutError
        if self._error is not None:
            twin = _twin(self._error)
            raise twin from None if twin is self._error else self._error
        return self._value  # type: ignore[return-value]  # landed, so it is a T


def _twin(error: BaseException) -> BaseException:
    try:
        return copy.copy(error)
    except Exception:  # noqa: BLE001 -- an __init__ of the user's own may raise anything
        return error
