"""The client of the inventory API."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from pactape_clients import RestClient

from storefront.amounts import on_the_wire

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["Availability", "InventoryClient", "Item", "Reservation", "StockDetail"]


class Item(msgspec.Struct, frozen=True, rename="camel"):
    """A product, its quantity and its unit price."""

    product_id: str
    quantity: int
    price: Decimal


class StockDetail(msgspec.Struct, frozen=True, rename="camel"):
    """How many of a product are available."""

    product_id: str
    available: int


class Availability(msgspec.Struct, frozen=True):
    """Whether all items are available, and the stock of each."""

    available: bool
    details: tuple[StockDetail, ...]


class Reservation(msgspec.Struct, frozen=True, rename="camel"):
    """A reservation of items, current or past."""

    reservation_id: str
    status: str


class InventoryClient(RestClient):
    """The inventory API; takes the arguments of `RestClient`."""

    def check_stock(self, items: Sequence[Item]) -> Availability:
        """Return which of the items are available now.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"items": items})
        return self.post("/availability", json=body, returns=Availability)

    def reserve_items(
        self, items: Sequence[Item], *, key: str, hold_seconds: int | None = 900
    ) -> Reservation:
        """Reserve all of the items, or none.

        Args:
            items: At least one.
            key: The idempotency key.
            hold_seconds: How long the reservation lasts; None: until it is cancelled.

        Raises:
            ConflictError: Not all of the items are available.
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"items": items, "holdSeconds": hold_seconds})
        return self.post("/reservations", json=body, idempotency_key=key, returns=Reservation)

    def confirm_reservation(self, reservation_id: str) -> Reservation:
        """Take the reserved items out of stock; idempotent.

        Raises:
            ConflictError: The reservation was cancelled or has expired.
            ClientError: As for `RestClient.post`.
        """
        return self._end("/reservations/{id}/confirmation", reservation_id)

    def cancel_reservation(self, reservation_id: str) -> Reservation:
        """Cancel a reservation and put the items back into stock; idempotent.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._end("/reservations/{id}/cancellation", reservation_id)

    def _end(self, template: str, reservation_id: str) -> Reservation:
        return self.post(template, path={"id": reservation_id}, returns=Reservation)
