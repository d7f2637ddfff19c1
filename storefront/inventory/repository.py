"""Stock and reservations in the database.

To avoid deadlocks, locks are taken in one order: reservations before products, products by id.
"""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select, update

from storefront.framework.content import NotFoundError, row_id
from storefront.framework.problems import RefusalError
from storefront.inventory.tables import Product, Reservation, ReservedLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy.orm import Session

__all__ = ["InventoryRepository", "OutOfStockError", "ReservationEndedError"]


class OutOfStockError(RefusalError):
    """A product is out of stock."""


class ReservationEndedError(RefusalError):
    """The reservation was cancelled or has expired."""


class InventoryRepository:
    """Stock and reservations within one transaction.

    Args:
        session: The transaction's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def available(self, products: Mapping[str, int]) -> dict[str, int]:
        """Return the available quantity of each product; 0 for an unknown product."""
        rows = self._session.scalars(select(Product).where(Product.id.in_(products)))
        quantities = {row.id: row.on_hand - row.held for row in rows}
        return {product: quantities.get(product, 0) for product in products}

    def reserve(self, products: Mapping[str, int], *, seconds: int | None) -> Reservation:
        """Reserve products.

        Args:
            products: The quantity of each product.
            seconds: How long the reservation lasts; None: until it is cancelled.

        Raises:
            OutOfStockError: Not all of them are available; nothing is reserved.
        """
        stock = self._lock(products)
        for product, quantity in products.items():
            row = stock.get(product)
            if row is None or row.on_hand - row.held < quantity:
                raise OutOfStockError(f"there are not {quantity} of {product}")
            row.held += quantity
        ends = None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
        lines = [ReservedLine(product_id=name, quantity=number) for name, number in sorted(products.items())]
        reservation = Reservation(id=uuid.uuid4(), status="held", expires_at=ends, lines=lines)
        self._session.add(reservation)
        self._session.flush()
        return reservation

    def get(self, reservation_id: str) -> Reservation:
        """Return the reservation with this id.

        Raises:
            NotFoundError: It doesn't exist.
        """
        return self._get(reservation_id, lock=False)

    def confirm(self, reservation_id: str) -> Reservation:
        """Take the reserved products out of stock; idempotent.

        Raises:
            NotFoundError: The reservation doesn't exist.
            ReservationEndedError: The reservation was cancelled or has expired.
        """
        reservation = self._get(reservation_id, lock=True)
        if reservation.status == "confirmed":
            return reservation
        if reservation.status != "held" or _is_over(reservation):
            raise ReservationEndedError("the reservation was cancelled or has expired")
        for row, quantity in self._stock_of(reservation):
            row.on_hand -= quantity
            row.held -= quantity
        return self._set(reservation, "confirmed")

    def cancel(self, reservation_id: str) -> Reservation:
        """Cancel a reservation, even a confirmed one, and put its products back into stock; idempotent.

        Raises:
            NotFoundError: The reservation doesn't exist.
        """
        reservation = self._get(reservation_id, lock=True)
        if reservation.status == "held":
            for row, quantity in self._stock_of(reservation):
                row.held -= quantity
        elif reservation.status == "confirmed":
            for row, quantity in self._stock_of(reservation):
                row.on_hand += quantity
        return self._set(reservation, "cancelled")

    def expire(self) -> int:
        """Expire the reservations whose time is over, and return their number."""
        over = select(Reservation).where(
            Reservation.status == "held", Reservation.expires_at < datetime.now(UTC)
        )
        reservations = self._session.scalars(over.with_for_update(skip_locked=True)).all()
        freed_quantities: Counter[str] = Counter()
        for reservation in reservations:
            freed_quantities.update({line.product_id: line.quantity for line in reservation.lines})
            reservation.status = "expired"
        stock = self._lock(freed_quantities)
        for product, quantity in freed_quantities.items():
            stock[product].held -= quantity
        return len(reservations)

    def put(self, product: str, *, on_hand: int) -> None:
        """Set the stock of a product, and delete its reservations."""
        lines = select(ReservedLine.reservation_id).where(ReservedLine.product_id == product)
        for reservation in self._session.scalars(select(Reservation).where(Reservation.id.in_(lines))).all():
            self.cancel(str(reservation.id))
        self._session.merge(Product(id=product, on_hand=on_hand, held=0))
        self._session.execute(update(Product).where(Product.id == product).values(held=0))

    def _get(self, reservation_id: str, *, lock: bool) -> Reservation:
        key = row_id(reservation_id, what="reservation")
        row = self._session.get(Reservation, key, with_for_update=lock or None)
        if row is None:
            raise NotFoundError(f"there is no reservation {reservation_id}")
        return row

    def _set(self, reservation: Reservation, status: str) -> Reservation:
        reservation.status = status
        self._session.flush()
        return reservation

    def _stock_of(self, reservation: Reservation) -> list[tuple[Product, int]]:
        stock = self._lock({line.product_id: line.quantity for line in reservation.lines})
        return [(stock[line.product_id], line.quantity) for line in reservation.lines]

    def _lock(self, products: Mapping[str, int]) -> dict[str, Product]:
        statement = select(Product).where(Product.id.in_(products)).order_by(Product.id).with_for_update()
        return {
            row.id: row for row in self._session.scalars(statement.execution_options(populate_existing=True))
        }


def _is_over(reservation: Reservation) -> bool:
    return reservation.expires_at is not None and reservation.expires_at < datetime.now(UTC)
