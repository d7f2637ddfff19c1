"""The clients of the storefront's providers; each reads only the response fields that its callers use."""

from storefront.clients.inventory import Availability, InventoryClient, Item, Reservation
from storefront.clients.notifications import Message, NotificationClient
from storefront.clients.orders import OrderClient, PlacedOrder
from storefront.clients.payments import Authorization, PaymentClient, Transaction
from storefront.clients.shipping import Address, Quote, Shipment, ShippingClient

__all__ = [
    "Address",
    "Authorization",
    "Availability",
    "InventoryClient",
    "Item",
    "Message",
    "NotificationClient",
    "OrderClient",
    "PaymentClient",
    "PlacedOrder",
    "Quote",
    "Reservation",
    "Shipment",
    "ShippingClient",
    "Transaction",
]
