"""Orders and their outcomes."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec

from storefront.amounts import cents
from storefront.clients import Address, Item

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "Address",
    "Customer",
    "Item",
    "OrderData",
    "OrderOutcome",
    "OrderRequest",
    "Payment",
    "PaymentMethod",
    "total_of",
]


class PaymentMethod(msgspec.Struct, frozen=True):
    """The payment method of a distributed order: the type of card and its token."""

    type: str
    token: str

    def __repr__(self) -> str:
        return f"PaymentMethod(type={self.type!r}, token=***)"


class OrderRequest(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """An order for the orchestrator."""

    user_id: str
    items: tuple[Item, ...]
    shipping_address: Address
    payment_method: PaymentMethod


class Customer(msgspec.Struct, frozen=True):
    """The customer."""

    id: str
    email: str
    name: str


class Payment(msgspec.Struct, frozen=True):
    """The payment of an order: the type of card and its token."""

    method: str
    token: str

    def __repr__(self) -> str:
        return f"Payment(method={self.method!r}, token=***)"


class OrderData(msgspec.Struct, frozen=True, kw_only=True):
    """An order for the order service."""

    items: tuple[Item, ...]
    customer: Customer
    payment: Payment


class OrderOutcome(msgspec.Struct, frozen=True, rename="camel", kw_only=True, omit_defaults=True):
    """The outcome of an order; fields that don't apply are None.

    Args:
        success: Whether it was fulfilled; otherwise it is or will be rolled back.
        order_id: The order's id.
        transaction_id: The payment's transaction.
        tracking_number: The shipment's tracking number.
        error: Why it was rolled back.
    """

    success: bool
    order_id: str | None = None
    transaction_id: str | None = None
    tracking_number: str | None = None
    error: str | None = None


def total_of(items: Iterable[Item]) -> Decimal:
    """Return the total price of the items.

    Example:
        >>> total_of([Item("1", 2, Decimal("25.00")), Item("2", 1, Decimal("15.00"))])
        Decimal('65.00')
    """
    return cents(sum((item.price * item.quantity for item in items), Decimal(0)))
