"""The tariff, and shipments in the database."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from storefront.framework.content import NotFoundError, row_id
from storefront.shipping.tables import TRACKING_NUMBERS, Shipment

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from sqlalchemy.orm import Session

__all__ = ["ESTIMATED_DAYS", "ShippingRepository", "shipping_cost"]

#: The delivery time in days.
ESTIMATED_DAYS = 3

_A_PARCEL = Decimal("6.99")
_A_PIECE = Decimal("1.00")


def shipping_cost(pieces: int) -> Decimal:
    """Return the shipping cost of a number of items.

    Example:
        >>> shipping_cost(3)
        Decimal('9.99')
    """
    return _A_PARCEL + pieces * _A_PIECE


class ShippingRepository:
    """Shipments within one transaction.

    Args:
        session: The transaction's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def create(
        self, order_id: str, *, items: Sequence[Mapping[str, Any]], address: Mapping[str, str]
    ) -> Shipment:
        """Create a shipment of items to an address."""
        shipment = Shipment(
            id=uuid.uuid4(),
            order_id=order_id,
            tracking_number=f"TRK{self._session.scalar(TRACKING_NUMBERS.next_value())}",
            status="created",
            items=[dict(item) for item in items],
            address=dict(address),
        )
        self._session.add(shipment)
        self._session.flush()
        return shipment

    def get(self, shipment_id: str) -> Shipment:
        """Return the shipment with this id.

        Raises:
            NotFoundError: It doesn't exist.
        """
        return self._get(shipment_id, lock=False)

    def cancel(self, shipment_id: str) -> Shipment:
        """Cancel a shipment; idempotent.

        Raises:
            NotFoundError: It doesn't exist.
        """
        shipment = self._get(shipment_id, lock=True)
        shipment.status = "cancelled"
        self._session.flush()
        return shipment

    def _get(self, shipment_id: str, *, lock: bool) -> Shipment:
        statement = select(Shipment).where(Shipment.id == row_id(shipment_id, what="shipment"))
        shipment = self._session.scalar(statement.with_for_update() if lock else statement)
        if shipment is None:
            raise NotFoundError(f"there is no shipment {shipment_id}")
        return shipment
