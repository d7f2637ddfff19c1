"""The client of the shipping API."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from pactape_clients import RestClient

from storefront.amounts import on_the_wire

if TYPE_CHECKING:
    from collections.abc import Sequence

    from storefront.clients.inventory import Item

__all__ = ["Address", "Quote", "Shipment", "ShippingClient"]


class Address(msgspec.Struct, frozen=True, rename="camel"):
    """A shipping address."""

    street: str
    city: str
    zip_code: str


class Quote(msgspec.Struct, frozen=True, rename="camel"):
    """A shipment's price and delivery time in days."""

    cost: Decimal
    estimated_days: int


class Shipment(msgspec.Struct, frozen=True, rename="camel"):
    """A shipment, in transit or cancelled."""

    shipment_id: str
    tracking_number: str


class ShippingClient(RestClient):
    """The shipping API; takes the arguments of `RestClient`."""

    def calculate_shipping(self, items: Sequence[Item], address: Address) -> Quote:
        """Quote the shipping of the items to an address.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"items": items, "address": address})
        return self.post("/quotes", json=body, returns=Quote)

    def create_shipment(
        self, order_id: str, *, items: Sequence[Item], address: Address, key: str
    ) -> Shipment:
        """Create a shipment of the items.

        Args:
            order_id: The order's id.
            items: At least one.
            address: The shipping address.
            key: The idempotency key.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"orderId": order_id, "items": items, "address": address})
        return self.post("/shipments", json=body, idempotency_key=key, returns=Shipment)

    def cancel_shipment(self, shipment_id: str) -> Shipment:
        """Cancel a shipment; idempotent.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        path = {"id": shipment_id}
        return self.post("/shipments/{id}/cancellation", path=path, returns=Shipment)
