"""The orders and the notifications as the web front end needs them: recorded once, replayed ever since."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pactape_clients.errors import NotFoundError

from storefront.clients import Address, Item, PlacedOrder

if TYPE_CHECKING:
    from storefront.clients import NotificationClient, OrderClient

ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
ORDER = "be5b6a7c-8f9d-4eab-8abc-3d4e5f6a7b8c"
NOBODY = "00000000-0000-4000-8000-000000000000"

pytestmark = pytest.mark.cassette


def place(orders: OrderClient, *, key: str) -> PlacedOrder:
    return orders.place_order(
        ADA,
        items=[Item("prod-1", 2, Decimal("25.00")), Item("prod-2", 1, Decimal("15.00"))],
        address=Address("123 Main St", "Anytown", "12345"),
        method={"type": "credit_card", "token": "scrubbed"},
        key=key,
    )


@pytest.mark.given("an order can be placed", user=ADA)
def test_places_an_order(orders: OrderClient) -> None:
    placed = place(orders, key="cart-1")
    assert (placed.status, placed.total, placed.error) == ("completed", Decimal("74.99"), None)


@pytest.mark.given("an order can be placed", user=ADA, balance=10)
@pytest.mark.cassette(contract=False)  # the same request and shape as of the order that went through
def test_learns_why_an_order_failed(orders: OrderClient) -> None:
    placed = place(orders, key="cart-2")
    assert (placed.status, placed.error) == ("failed", "Insufficient funds")


@pytest.mark.given("an order exists", id=ORDER, user=ADA)
def test_reads_an_order(orders: OrderClient) -> None:
    order = orders.get_order(ORDER)
    assert (order.status, order.total, order.tracking_number) == (
        "completed",
        Decimal("22.99"),
        "TRK123456789",
    )


@pytest.mark.given("no order exists", id=NOBODY)
def test_learns_that_an_order_does_not_exist(orders: OrderClient) -> None:
    with pytest.raises(NotFoundError):
        orders.get_order(NOBODY)


@pytest.mark.given("nobody was notified", recipient="ada@example.com")
def test_shows_somebody_a_message(notifications: NotificationClient) -> None:
    notification = notifications.show_success("ada@example.com", "Welcome, Ada!", key="registration:1")
    assert (notification.kind, notification.content) == ("success", {"message": "Welcome, Ada!"})


@pytest.mark.given("somebody was notified", recipient="ada@example.com", text="Welcome!")
def test_reads_the_messages_to_somebody(notifications: NotificationClient) -> None:
    assert [message.content for message in notifications.messages_to("ada@example.com")] == [
        {"message": "Welcome!"}
    ]
