"""Worker threads that survive a lost broker or database."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Self

from kombu.exceptions import OperationalError
from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from collections.abc import Callable

    from storefront.events.bus import EventBus

__all__ = ["Loop", "failures"]

_LOGGER = logging.getLogger(__name__)


def failures(bus: EventBus) -> tuple[type[BaseException], ...]:
    """Return the exceptions of a lost broker or database."""
    connection = bus.connection()
    bus_errors = (*connection.connection_errors, *connection.channel_errors)
    return (*bus_errors, OperationalError, OSError, SQLAlchemyError)


class Loop:
    """Runs `action` repeatedly; after a failure, again after `pause`.

    Args:
        action: Runs until it is stopped or fails.
        expected: Failures that are logged and retried.
        name: The thread's name.
        pause: Seconds to wait after a failure.
    """

    def __init__(
        self,
        action: Callable[[threading.Event], None],
        *,
        expected: tuple[type[BaseException], ...],
        name: str,
        pause: float = 0.2,
    ) -> None:
        self._action = action
        self._expected = expected
        self._pause = pause
        self.stop = threading.Event()
        self._thread = threading.Thread(target=self.run, name=name, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop.set()
        self._thread.join()

    def run(self) -> None:
        """Run in this thread, until `stop` is set."""
        while not self.stop.is_set():
            try:
                self._action(self.stop)
            except self._expected as error:
                _LOGGER.warning("%s failed (%s) and is restarted", self._thread.name, error)
                self.stop.wait(self._pause)
