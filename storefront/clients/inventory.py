"""The inventory's client."""

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
    """A product, how many of it, and the price of one."""

    product_id: str
    quantity: int
    price: Decimal


class StockDetail(msgspec.Struct, frozen=True, rename="camel"):
    """How many of a product are available."""

    product_id: str
    available: int


class Availability(msgspec.Struct, frozen=True):
    """Whether all the items are available, and how many of each."""

    available: bool
    details: tuple[StockDetail, ...]


class Reservation(msgspec.Struct, frozen=True, rename="camel"):
    """Items that are held, or were."""

    reservation_id: str
    status: str


class InventoryClient(RestClient):
    """The inventory over REST; arguments as for `RestClient`."""

    def check_stock(self, items: Sequence[Item]) -> Availability:
        """Whether the items are available, now.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"items": items})
        return self.post("/availability", json=body, returns=Availability)

    def reserve_items(
        self, items: Sequence[Item], *, key: str, hold_seconds: int | None = 900
    ) -> Reservation:
        """Hold the items, all or none.

        Args:
            items: At least one.
            key: The idempotency key.
            hold_seconds: How long; None until they are released.

        Raises:
            ConflictError: They are not all available.
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"items": items, "holdSeconds": hold_seconds})
        return self.post("/reservations", json=body, idempotency_key=key, returns=Reservation)

    def confirm_reservation(self, reservation_id: str) -> Reservation:
        """Take what is held out of stock; doing it again does no harm.

        Raises:
            ConflictError: It was cancelled or has expired.
            ClientError: As for `RestClient.post`.
        """
        return self._end("/reservations/{id}/confirmation", reservation_id)

    def cancel_reservation(self, reservation_id: str) -> Reservation:
        """Give back what is held or was taken out of stock; doing it again does no harm.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        return self._end("/reservations/{id}/cancellation", reservation_id)

    def _end(self, template: str, reservation_id: str) -> Reservation:
        return self.post(template, path={"id": reservation_id}, returns=Reservation)
