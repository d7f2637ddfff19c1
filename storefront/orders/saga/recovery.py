"""Taking over the sagas that somebody left: because the process died, or because it is to be tried later."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from sqlalchemy.exc import SQLAlchemyError

if TYPE_CHECKING:
    from storefront.orders.saga.engine import SagaEngine
    from storefront.orders.saga.log import SagaLog

__all__ = ["Recovery"]

_LOGGER = logging.getLogger(__name__)


class Recovery:
    """Leads on what is due, over and over, in a thread of its own.

    Args:
        log: Where sagas are written down.
        engine: Leads them.
        every: Seconds between two looks.
    """

    def __init__(self, log: SagaLog, engine: SagaEngine, *, every: float = 1.0) -> None:
        self._log = log
        self._engine = engine
        self._every = every
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="saga-recovery", daemon=True)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def look(self) -> int:
        """Lead on all that is due; gives how many sagas that were."""
        due = self._log.due(self._engine.kinds)
        for saga_id in due:
            self._engine.lead(saga_id)
        return len(due)

    def _look(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self.look()
            except SQLAlchemyError:
                _LOGGER.exception(
                    "the sagas that are due can't be read; the next look is in %s s", self._every
                )
