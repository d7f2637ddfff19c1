"""Single flight: of many threads that want the same thing at once, one goes and the others share its result."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

__all__ = ["SingleFlight"]

T = TypeVar("T")


class SingleFlight(Generic[T]):
    """Runs at most one function for each key at a time.

    Example:
        >>> flights = SingleFlight[int]()
        >>> flights.run("answer", lambda: 42)
        42
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._flights: dict[Hashable, Future[T]] = {}

    def run(self, key: Hashable, function: Callable[[], T]) -> T:
        """Call `function`, or wait for the call that is under way for `key` and share what it gives or raises."""
        with self._lock:
            flight = self._flights.get(key)
            leads = flight is None
            if flight is None:
                flight = self._flights[key] = Future()
        return self._lead(key, flight, function) if leads else flight.result()

    def _lead(self, key: Hashable, flight: Future[T], function: Callable[[], T]) -> T:
        try:
            result = function()
        except BaseException as error:
            self._land(key)
            flight.set_exception(error)
            raise
        self._land(key)
        flight.set_result(result)
        return result

    def _land(self, key: Hashable) -> None:
        with self._lock:
            del self._flights[key]
