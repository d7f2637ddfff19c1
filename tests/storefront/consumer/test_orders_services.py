"""The services as the orders need them: recorded once, replayed ever since."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

import pytest
from pactape_clients.errors import ConflictError, NotFoundError, ResponseError

from storefront.clients import Address, Item

if TYPE_CHECKING:
    from pactape_clients import UserApiClient

    from storefront.clients import InventoryClient, NotificationClient, PaymentClient, ShippingClient

ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
NOBODY = "00000000-0000-4000-8000-000000000000"
RESERVATION = "7a1d2c3e-4b5f-4a6d-8c7e-9f0a1b2c3d4e"
PAYMENT = "8b2e3d4f-5c6a-4b7e-9d8f-0a1b2c3d4e5f"
TRANSACTION = "9c3f4e5a-6d7b-4c8f-8e9a-1b2c3d4e5f6a"
SHIPMENT = "ad4a5f6b-7e8c-4d9a-9fab-2c3d4e5f6a7b"
ITEMS = (Item("prod-1", 2, Decimal("25.00")), Item("prod-2", 1, Decimal("15.00")))
ADDRESS = Address("123 Main St", "Anytown", "12345")
CARD = {"type": "credit_card", "token": "scrubbed"}


def recorded(name: str) -> pytest.MarkDecorator:
    """A recording of the orders' own."""
    return pytest.mark.cassette(f"orders/{name}.yaml")


@recorded("reads_the_user_of_an_order")
@pytest.mark.given("a user exists", id=ADA, email="ada@example.com", name="Ada Lovelace")
def test_reads_the_user_of_an_order(ordering_users: UserApiClient) -> None:
    assert ordering_users.get_user(ADA).email == "ada@example.com"


@recorded("learns_that_the_user_of_an_order_does_not_exist")
@pytest.mark.given("no user exists", id=NOBODY)
def test_learns_that_the_user_of_an_order_does_not_exist(ordering_users: UserApiClient) -> None:
    with pytest.raises(NotFoundError):
        ordering_users.get_user(NOBODY)


@recorded("checks_stock")
@pytest.mark.given("products are in stock", **{"prod-1": 10, "prod-2": 5})
def test_checks_stock(inventory: InventoryClient) -> None:
    availability = inventory.check_stock(ITEMS)
    assert (
        availability.available,
        {detail.product_id: detail.available for detail in availability.details},
    ) == (
        True,
        {"prod-1": 10, "prod-2": 5},
    )


@recorded("reserves_items")
@pytest.mark.given("products are in stock", **{"prod-1": 10, "prod-2": 5})
def test_reserves_items(inventory: InventoryClient) -> None:
    assert inventory.reserve_items(ITEMS, key="order-1:reserve_items").status == "held"


@recorded("is_refused_items_that_are_not_available")
@pytest.mark.given("products are in stock", **{"prod-1": 1, "prod-2": 5})
def test_is_refused_items_that_are_not_available(inventory: InventoryClient) -> None:
    with pytest.raises(ConflictError):
        inventory.reserve_items(ITEMS, key="order-2:reserve_items")


@recorded("confirms_a_reservation")
@pytest.mark.given("a reservation is held", id=RESERVATION)
def test_confirms_a_reservation(inventory: InventoryClient) -> None:
    assert inventory.confirm_reservation(RESERVATION).status == "confirmed"


@recorded("cannot_confirm_a_cancelled_reservation")
@pytest.mark.given("a reservation is cancelled", id=RESERVATION)
def test_cannot_confirm_a_cancelled_reservation(inventory: InventoryClient) -> None:
    with pytest.raises(ConflictError):
        inventory.confirm_reservation(RESERVATION)


@recorded("cancels_a_reservation")
@pytest.mark.given("a reservation is held", id=RESERVATION)
def test_cancels_a_reservation(inventory: InventoryClient) -> None:
    assert inventory.cancel_reservation(RESERVATION).status == "cancelled"


@recorded("learns_that_a_reservation_does_not_exist")
@pytest.mark.given("no reservation exists", id=NOBODY)
def test_learns_that_a_reservation_does_not_exist(inventory: InventoryClient) -> None:
    with pytest.raises(NotFoundError):
        inventory.cancel_reservation(NOBODY)


@recorded("authorizes_a_payment")
@pytest.mark.given("an account has money", balance=100)
def test_authorizes_a_payment(payments: PaymentClient) -> None:
    payment = payments.authorize_payment(
        amount=Decimal("74.99"), method=CARD, key="order-1:authorize_payment"
    )
    assert (payment.status, payment.amount) == ("authorized", Decimal("74.99"))


@recorded("is_declined_a_payment")
@pytest.mark.given("an account has money", balance=10)
def test_is_declined_a_payment(payments: PaymentClient) -> None:
    with pytest.raises(ResponseError, match="Insufficient funds") as refusal:
        payments.authorize_payment(amount=Decimal("74.99"), method=CARD, key="order-2:authorize_payment")
    assert refusal.value.status == 402


@recorded("captures_a_payment")
@pytest.mark.given("a payment is authorized", id=PAYMENT)
def test_captures_a_payment(payments: PaymentClient) -> None:
    assert payments.capture_payment(PAYMENT).status == "completed"


@recorded("is_refused_a_capture")
@pytest.mark.given("a payment is authorized", id=PAYMENT, refused=True)
def test_is_refused_a_capture(payments: PaymentClient) -> None:
    with pytest.raises(ResponseError, match="Payment processing failed") as refusal:
        payments.capture_payment(PAYMENT)
    assert refusal.value.status == 402


@recorded("voids_an_authorization")
@pytest.mark.given("a payment is authorized", id=PAYMENT)
def test_voids_an_authorization(payments: PaymentClient) -> None:
    assert payments.void_authorization(PAYMENT).status == "voided"


@recorded("cannot_void_what_was_captured")
@pytest.mark.given("a payment is authorized", id=PAYMENT, captured=True)
def test_cannot_void_what_was_captured(payments: PaymentClient) -> None:
    with pytest.raises(ConflictError):
        payments.void_authorization(PAYMENT)


@recorded("takes_a_payment_at_once")
@pytest.mark.given("an account has money", balance=100)
def test_takes_a_payment_at_once(payments: PaymentClient) -> None:
    payment = payments.process_payment(
        amount=Decimal("65.00"), method="credit_card", token="scrubbed", key="order-3:process_payment"
    )
    assert payment.status == "completed"


@recorded("refunds_a_payment")
@pytest.mark.given("a payment is authorized", id=PAYMENT, captured=True, transaction=TRANSACTION)
def test_refunds_a_payment(payments: PaymentClient) -> None:
    assert payments.refund_payment(TRANSACTION).status == "refunded"


@recorded("asks_what_shipping_costs")
def test_asks_what_shipping_costs(shipping: ShippingClient) -> None:
    quote = shipping.calculate_shipping(ITEMS, ADDRESS)
    assert (quote.cost, quote.estimated_days) == (Decimal("9.99"), 3)


@recorded("sends_a_shipment")
@pytest.mark.given("no shipment exists", id=NOBODY)
def test_sends_a_shipment(shipping: ShippingClient) -> None:
    shipment = shipping.create_shipment(
        "order-1", items=ITEMS, address=ADDRESS, key="order-1:create_shipment"
    )
    assert re.fullmatch(r"TRK\d{9}", shipment.tracking_number)


@recorded("calls_a_shipment_back")
@pytest.mark.given("a shipment exists", id=SHIPMENT)
def test_calls_a_shipment_back(shipping: ShippingClient) -> None:
    assert shipping.cancel_shipment(SHIPMENT).shipment_id == SHIPMENT


@recorded("cannot_call_back_a_shipment_that_does_not_exist")
@pytest.mark.given("no shipment exists", id=NOBODY)
def test_cannot_call_back_a_shipment_that_does_not_exist(shipping: ShippingClient) -> None:
    with pytest.raises(NotFoundError):
        shipping.cancel_shipment(NOBODY)


@recorded("confirms_an_order_by_e_mail")
@pytest.mark.given("nobody was notified", recipient="ada@example.com")
def test_confirms_an_order_by_e_mail(order_notifications: NotificationClient) -> None:
    content = {"orderId": "order-1", "trackingNumber": "TRK123456789"}
    notification = order_notifications.send_order_confirmation("ada@example.com", content, key="order-1:send")
    assert (notification.kind, notification.content) == ("order-confirmation", content)


@recorded("says_by_e_mail_why_an_order_failed")
@pytest.mark.given("nobody was notified", recipient="ada@example.com")
def test_says_by_e_mail_why_an_order_failed(order_notifications: NotificationClient) -> None:
    content = {"orderId": "order-2", "error": "Payment processing failed"}
    notification = order_notifications.send_error_notification("ada@example.com", content, key="order-2:send")
    assert (notification.kind, notification.content) == ("order-error", content)
