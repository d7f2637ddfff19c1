"""The order orchestrator: runs the saga of distributed orders."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import msgspec

from storefront.orders.distributed import KIND, DistributedOrder, Services
from storefront.orders.requests import OrderOutcome, OrderRequest
from storefront.orders.saga import Patience, Record, SagaEngine, SagaLog

if TYPE_CHECKING:
    from collections.abc import Callable

    from storefront.database import Database

__all__ = ["OrderOrchestrator"]

_A_MINUTE = 60_000


class OrderOrchestrator:
    """Processes orders over five services; thread-safe.

    Args:
        services: The clients of the services.
        database: Holds orders and the saga log.
        log: The saga log; None creates one with the default lease.
        patience: How compensations are retried.
        checkpoint: Called at each point where tests kill the process.
    """

    def __init__(
        self,
        services: Services,
        database: Database,
        *,
        log: SagaLog | None = None,
        patience: Patience | None = None,
        checkpoint: Callable[[str], object] | None = None,
    ) -> None:
        self.log = log or SagaLog(database)
        saga = DistributedOrder(services, database).saga()
        self.engine = SagaEngine(self.log, (saga,), patience=patience, checkpoint=checkpoint)
        self._milliseconds: float = _A_MINUTE

    def set_timeout(self, milliseconds: float) -> None:
        """Set the total time of an order's steps in milliseconds, from the next order on; a minute by default."""
        self._milliseconds = milliseconds

    def process_order(self, request: OrderRequest, *, order_id: str | None = None) -> OrderOutcome:
        """Process an order; if the id is known, return that order's outcome.

        Args:
            request: The order.
            order_id: A UUID; None creates one.
        """
        order_id = order_id or str(uuid.uuid4())
        content = msgspec.to_builtins(request)
        secrets = {"token": content["paymentMethod"].pop("token")}
        record = self.engine.start(
            order_id, kind=KIND, request=content, secrets=secrets, seconds=self._milliseconds / 1000
        )
        return _outcome(record)

    def close(self) -> None:
        """Wait for running steps."""
        self.engine.close()


def _outcome(record: Record) -> OrderOutcome:
    if record.state not in {"finishing", "completed"}:
        return OrderOutcome(success=False, order_id=record.id, error=record.reason)
    tracking = record.steps["create_shipment"].result["trackingNumber"]
    return OrderOutcome(success=True, order_id=record.id, tracking_number=tracking)
