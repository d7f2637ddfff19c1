"""The client of the orders API."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from pactape_clients import RestClient

from storefront.amounts import on_the_wire

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from storefront.clients.inventory import Item
    from storefront.clients.shipping import Address

__all__ = ["OrderClient", "PlacedOrder"]


class PlacedOrder(msgspec.Struct, frozen=True, rename="camel"):
    """An order; fields without a value are None.

    Args:
        order_id: A UUID.
        status: "pending", "completed" or "failed".
        total: The price, shipping included.
        tracking_number: The shipment's tracking number.
        error: Why the order failed.
    """

    order_id: str
    status: str
    total: Decimal | None = None
    tracking_number: str | None = None
    error: str | None = None


class OrderClient(RestClient):
    """The orders API; takes the arguments of `RestClient`."""

    def place_order(
        self,
        user_id: str,
        *,
        items: Sequence[Item],
        address: Address,
        method: Mapping[str, str],
        key: str,
    ) -> PlacedOrder:
        """Place an order, and wait until it is completed or has failed.

        Args:
            user_id: The user who places the order.
            items: At least one.
            address: The shipping address.
            method: "type" and "token".
            key: The idempotency key.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        content = {"userId": user_id, "items": items, "shippingAddress": address, "paymentMethod": method}
        return self.post("/orders", json=on_the_wire(content), idempotency_key=key, returns=PlacedOrder)

    def get_order(self, order_id: str) -> PlacedOrder:
        """Return the order with this id.

        Raises:
            NotFoundError: The order doesn't exist or belongs to another user.
            ClientError: As for `RestClient.get`.
        """
        return self.get("/orders/{id}", path={"id": order_id}, returns=PlacedOrder)
