"""Provider states of the shipping; they are idempotent."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from sqlalchemy import delete

from storefront.framework.states import rows
from storefront.shipping.tables import KEYS, Shipment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

__all__ = ["STATES"]


def a_shipment_exists(*, id: str, tracking: str = "TRK123456789") -> None:  # noqa: A002 -- the wire's name
    """A shipment of one item was created."""
    with rows(KEYS) as session:
        _remove(session, id, tracking)
        shipment = Shipment(
            id=uuid.UUID(id),
            order_id="order-1",
            tracking_number=tracking,
            status="created",
            items=[{"productId": "prod-1", "quantity": 1}],
            address={"street": "123 Main St", "city": "Anytown", "zipCode": "12345"},
        )
        session.add(shipment)


def no_shipment_exists(*, id: str) -> None:  # noqa: A002 -- as above
    """There is no shipment with this id."""
    with rows(KEYS) as session:
        _remove(session, id, "")


STATES: Mapping[str, Callable[..., object]] = {
    "a shipment exists": a_shipment_exists,
    "no shipment exists": no_shipment_exists,
}


def _remove(session: Session, shipment_id: str, tracking: str) -> None:
    mine = (Shipment.id == uuid.UUID(shipment_id)) | (Shipment.tracking_number == tracking)
    session.execute(delete(Shipment).where(mine))
