"""Recovery: takes over abandoned and delayed sagas."""

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
    """Continues due sagas in a separate thread.

    Args:
        log: The saga log.
        engine: Runs the sagas.
        every: Seconds between two polls.
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
        """Continue all due sagas, and return their number."""
        due = self._log.due(self._engine.kinds)
        for saga_id in due:
            self._engine.lead(saga_id)
        return len(due)

    def _look(self) -> None:
        while not self._stop.wait(self._every):
            try:
                self.look()
            except SQLAlchemyError:
                _LOGGER.exception("can't read the due sagas; next attempt in %s s", self._every)
