"""The guide's section "Service Layer Integration", against the running inventory, payments and notifications."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from storefront.framework.content import NotFoundError
from storefront.inventory.repository import InventoryRepository
from storefront.inventory.states import products_are_in_stock
from storefront.notifications.states import nobody_was_notified
from storefront.orders.repository import OrderRepository
from storefront.orders.requests import Customer, Item, OrderData, OrderOutcome, Payment
from storefront.orders.service import OrderService
from storefront.payments.states import an_account_has_money

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.guide.conftest import Watched

ORDER = OrderData(
    items=(Item("1", 2, Decimal("25.00")), Item("2", 1, Decimal("15.00"))),
    customer=Customer(id="customer-1", email="customer@example.com", name="John Doe"),
    payment=Payment(method="credit_card", token="payment-token-123"),
)
ITEMS = [{"productId": "1", "quantity": 2, "price": 25.00}, {"productId": "2", "quantity": 1, "price": 15.00}]


class TestGivenOrderServiceIntegrationWhenProcessingACompleteOrder:
    """GIVEN OrderService integration, WHEN processing a complete order."""

    @pytest.fixture(autouse=True)
    def given(self, watched: Watched) -> Iterator[None]:
        self.watched = watched
        self.database = watched.storefront.database
        services = watched.storefront.services(instead=watched.urls())
        self.notifications = services.notifications
        self.service = OrderService(
            services.payments, services.inventory, services.notifications, self.database
        )
        products_are_in_stock(**{"1": 10, "2": 5})
        an_account_has_money(token="payment-token-123", balance=100)
        nobody_was_notified(recipient="customer@example.com")
        yield
        self.service.close()

    def stock(self) -> dict[str, int]:
        with self.database.transaction() as session:
            return InventoryRepository(session).available({"1": 0, "2": 0})

    def order(self, result: OrderOutcome) -> dict[str, Any]:
        with self.database.transaction() as session:
            order = OrderRepository(session).get(str(result.order_id))
            return {name: getattr(order, name) for name in ("status", "total", "items", "customer")}

    def test_then_should_complete_successful_order_workflow(self) -> None:
        """THEN should complete successful order workflow."""
        result = self.service.process_order(ORDER)

        assert self.watched.requests_made() == [
            "POST /availability",
            "POST /reservations",
            "POST /reservations",
            "POST /transactions",
            "POST /messages",
        ]
        assert self.watched.body_of("POST /availability") == {"items": ITEMS}
        assert [body["items"] for name, body in self.watched.calls if name == "POST /reservations"] == [
            ITEMS[:1],
            ITEMS[1:],
        ]
        assert self.watched.body_of("POST /transactions") == {
            "amount": 65.00,
            "method": "credit_card",
            "token": "payment-token-123",
        }
        assert self.order(result) == {
            "status": "completed",
            "total": Decimal("65.00"),
            "items": [msgspec.to_builtins(item) for item in ORDER.items],
            "customer": msgspec.to_builtins(ORDER.customer),
        }
        (message,) = self.notifications.messages_to("customer@example.com")
        assert (message.kind, message.content) == ("order-confirmation", {"orderId": result.order_id})
        assert msgspec.to_builtins(result) == {
            "success": True,
            "orderId": str(uuid.UUID(result.order_id)),
            "transactionId": str(uuid.UUID(result.transaction_id)),
        }
        assert self.stock() == {"1": 8, "2": 4}

    def test_then_should_handle_payment_failure_and_rollback(self) -> None:
        """THEN should handle payment failure and rollback."""
        an_account_has_money(token="payment-token-123", balance=64.99)

        result = self.service.process_order(ORDER)

        assert self.watched.requests_made()[-3:] == [
            "POST /reservations/…/cancellation",
            "POST /reservations/…/cancellation",
            "POST /messages",
        ]
        assert self.stock() == {"1": 10, "2": 5}
        assert self.order(result)["status"] == "failed"
        (message,) = self.notifications.messages_to("customer@example.com")
        assert (message.kind, message.content) == (
            "order-failure",
            {"orderId": result.order_id, "reason": "Payment failed: Insufficient funds"},
        )
        assert msgspec.to_builtins(result) == {
            "success": False,
            "error": "Payment failed: Insufficient funds",
            "orderId": str(uuid.UUID(result.order_id)),
        }

    def test_then_should_handle_inventory_unavailability(self) -> None:
        """THEN should handle inventory unavailability."""
        products_are_in_stock(**{"1": 1, "2": 5})
        order_id = str(uuid.uuid4())

        result = self.service.process_order(ORDER, order_id=order_id)

        # Should not proceed with order creation
        with self.database.transaction() as session, pytest.raises(NotFoundError):
            OrderRepository(session).get(order_id)
        assert self.watched.requests_made() == ["POST /availability"]
        assert msgspec.to_builtins(result) == {"success": False, "error": "Some items are not available"}
