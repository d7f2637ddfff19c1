"""Provider states of the inventory; they are idempotent."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from storefront.framework.states import rows
from storefront.inventory.repository import InventoryRepository
from storefront.inventory.tables import KEYS, Product, Reservation, ReservedLine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

__all__ = ["STATES"]

_AN_HOUR = timedelta(hours=1)


def products_are_in_stock(**stock: int) -> None:
    """Each product has exactly this stock and no reservations: `{"prod-1": 10}`."""
    with rows(KEYS) as session:
        for product, on_hand in stock.items():
            InventoryRepository(session).put(product, on_hand=on_hand)


def a_reservation_is_held(*, id: str, product: str = "prod-1", quantity: int = 1) -> None:  # noqa: A002 -- the wire's name
    """A reservation holds a product's whole stock of this quantity for an hour."""
    with rows(KEYS) as session:
        _reservation(session, id, {product: quantity}, status="held")


def a_reservation_is_cancelled(*, id: str, product: str = "prod-1") -> None:  # noqa: A002 -- as above
    """A reservation of one item was cancelled."""
    with rows(KEYS) as session:
        _reservation(session, id, {product: 1}, status="held")
        InventoryRepository(session).cancel(id)


def no_reservation_exists(*, id: str) -> None:  # noqa: A002 -- as above
    """There is no reservation with this id."""
    with rows(KEYS) as session:
        _remove(session, id)


STATES: Mapping[str, Callable[..., object]] = {
    "products are in stock": products_are_in_stock,
    "a reservation is held": a_reservation_is_held,
    "a reservation is cancelled": a_reservation_is_cancelled,
    "no reservation exists": no_reservation_exists,
}


def _remove(session: Session, reservation_id: str) -> None:
    row = session.get(Reservation, uuid.UUID(reservation_id))
    if row is not None:
        InventoryRepository(session).cancel(reservation_id)
        for line in row.lines:
            session.delete(line)
        session.delete(row)
        session.flush()


def _reservation(session: Session, reservation_id: str, products: Mapping[str, int], *, status: str) -> None:
    _remove(session, reservation_id)
    for product, quantity in products.items():
        InventoryRepository(session).put(product, on_hand=quantity)
        session.get_one(Product, product).held = quantity
    lines = [ReservedLine(product_id=product, quantity=number) for product, number in products.items()]
    ends = datetime.now(UTC) + _AN_HOUR
    session.add(Reservation(id=uuid.UUID(reservation_id), status=status, expires_at=ends, lines=lines))
