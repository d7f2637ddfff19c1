"""Orders in the database."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from storefront.framework.content import NotFoundError, row_id
from storefront.orders.tables import Order

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from decimal import Decimal

    from sqlalchemy.orm import Session

__all__ = ["OrderRepository"]

_MOST = 100


class OrderRepository:
    """Orders within one transaction.

    Args:
        session: The transaction's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(
        self,
        order_id: str,
        *,
        user_id: str,
        items: Sequence[Mapping[str, Any]],
        customer: Mapping[str, Any],
        total: Decimal,
    ) -> None:
        """Add a pending order, unless its id exists."""
        values = {"id": uuid.UUID(order_id), "user_id": user_id, "status": "pending"}
        content = {"items": [dict(item) for item in items], "customer": dict(customer), "total": total}
        self._session.execute(insert(Order).values(**values, **content).on_conflict_do_nothing())

    def get(self, order_id: str) -> Order:
        """Return the order with this id.

        Raises:
            NotFoundError: It doesn't exist.
        """
        order = self._session.get(Order, row_id(order_id, what="order"))
        if order is None:
            raise NotFoundError(f"there is no order {order_id}")
        return order

    def of(self, user_id: str) -> Sequence[Order]:
        """Return a user's latest orders, at most 100, the newest first."""
        orders = select(Order).where(Order.user_id == user_id)
        return self._session.scalars(orders.order_by(Order.created_at.desc(), Order.id).limit(_MOST)).all()

    def complete(self, order_id: str, *, total: Decimal | None = None, tracking: str | None = None) -> None:
        """Record that an order was fulfilled."""
        order = self.get(order_id)
        order.status = "completed"
        order.total = order.total if total is None else total
        order.tracking_number = tracking

    def fail(self, order_id: str, *, error: str | None) -> None:
        """Record that an order was rolled back, and why."""
        order = self.get(order_id)
        order.status, order.error = "failed", error
