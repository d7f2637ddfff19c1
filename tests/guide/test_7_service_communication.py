"""The guide's section "Service Communication Testing", against the five running services."""

from __future__ import annotations

import uuid
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any

import msgspec
import pytest
from sqlalchemy import text

from storefront.faults import slow
from storefront.inventory.repository import InventoryRepository
from storefront.inventory.states import products_are_in_stock
from storefront.notifications.states import nobody_was_notified
from storefront.orders.orchestrator import OrderOrchestrator
from storefront.orders.requests import Address, Item, OrderRequest, PaymentMethod
from storefront.payments.states import an_account_has_money, an_account_refuses_captures
from storefront.users.states import a_user_exists

if TYPE_CHECKING:
    from tests.guide.conftest import Watched

USER = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
OTHER = "5f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
ORDER = OrderRequest(
    user_id=USER,
    items=(Item("prod-1", 2, Decimal("25.00")), Item("prod-2", 1, Decimal("15.00"))),
    shipping_address=Address("123 Main St", "Anytown", "12345"),
    payment_method=PaymentMethod("credit_card", "pay-token-456"),
)
ITEMS = [
    {"productId": "prod-1", "quantity": 2, "price": 25.00},
    {"productId": "prod-2", "quantity": 1, "price": 15.00},
]
ADDRESS = {"street": "123 Main St", "city": "Anytown", "zipCode": "12345"}


class TestGivenOrderOrchestratorIntegrationWhenProcessingDistributedOrder:
    """GIVEN OrderOrchestrator integration, WHEN processing distributed order."""

    @pytest.fixture(autouse=True)
    def given(self, watched: Watched) -> None:
        self.watched = watched
        self.database = watched.storefront.database
        a_user_exists(id=USER, email="user@example.com", name="John Doe")
        products_are_in_stock(**{"prod-1": 10, "prod-2": 5})
        an_account_has_money(token="pay-token-456", balance=100)
        nobody_was_notified(recipient="user@example.com")

    def orchestrator(self, **instead: Any) -> OrderOrchestrator:
        services = self.watched.storefront.services(instead=self.watched.urls(**instead))
        return OrderOrchestrator(services, self.database)

    def warmed_up(self, **instead: Any) -> OrderOrchestrator:
        """One that has its tokens and connections, so that its time goes to the order."""
        orchestrator = self.orchestrator(**instead)
        a_user_exists(id=OTHER, email="other@example.com")
        nothing = (Item("unknown", 1, Decimal(1)),)
        orchestrator.process_order(msgspec.structs.replace(ORDER, user_id=OTHER, items=nothing))
        self.watched.calls.clear()
        return orchestrator

    def messages(self) -> list[tuple[str, dict[str, str]]]:
        messages = self.watched.storefront.services().notifications.messages_to("user@example.com")
        return [(message.kind, message.content) for message in messages]

    def stock(self) -> dict[str, int]:
        with self.database.transaction() as session:
            return InventoryRepository(session).available({"prod-1": 0, "prod-2": 0})

    def scalar(self, query: str) -> Any:
        with self.database.transaction() as session:
            return session.execute(text(query)).scalar_one()

    def test_then_should_coordinate_all_services_successfully(self) -> None:
        """THEN should coordinate all services successfully."""
        with self.database.transaction() as session:
            session.execute(text("DELETE FROM shipping.shipments WHERE tracking_number = 'TRK123456789'"))
            session.execute(text("ALTER SEQUENCE shipping.tracking_numbers RESTART WITH 123456789"))

        result = self.orchestrator().process_order(ORDER)

        assert self.watched.requests_made() == [
            "GET /users/…",
            "POST /availability",
            "POST /reservations",
            "POST /quotes",
            "POST /authorizations",
            "POST /authorizations/…/capture",
            "POST /reservations/…/confirmation",
            "POST /shipments",
            "POST /messages",
        ]
        assert self.watched.body_of("POST /availability") == {"items": ITEMS}
        assert self.watched.body_of("POST /reservations")["items"] == ITEMS
        assert self.watched.body_of("POST /quotes") == {"items": ITEMS, "address": ADDRESS}
        assert self.watched.body_of("POST /authorizations") == {
            "amount": 74.99,  # 65.00 + 9.99 shipping
            "method": {"type": "credit_card", "token": "pay-token-456"},
        }
        assert self.watched.body_of("POST /shipments") == {
            "orderId": result.order_id,
            "items": ITEMS,
            "address": ADDRESS,
        }
        assert self.messages() == [
            ("order-confirmation", {"orderId": result.order_id, "trackingNumber": "TRK123456789"})
        ]
        assert result.success is True
        assert result.order_id == str(uuid.UUID(result.order_id))
        assert result.tracking_number == "TRK123456789"

    def test_then_should_handle_service_failures_with_compensation(self) -> None:
        """THEN should handle service failures with compensation."""
        # Payment capture fails
        an_account_refuses_captures(token="pay-token-456", balance=100)

        result = self.orchestrator().process_order(ORDER)

        assert self.watched.requests_made()[-4:] == [
            "POST /authorizations/…/capture",
            "POST /authorizations/…/void",
            "POST /reservations/…/cancellation",
            "POST /messages",
        ]
        assert self.stock() == {"prod-1": 10, "prod-2": 5}
        assert self.messages() == [
            ("order-error", {"orderId": result.order_id, "error": "Payment processing failed"})
        ]
        assert result.success is False
        assert "Payment processing failed" in str(result.error)

    def test_then_should_handle_timeout_scenarios(self) -> None:
        """THEN should handle timeout scenarios."""
        # Shipping service times out
        orchestrator = self.warmed_up(shipping=partial(slow, path="/quotes", seconds=4))
        # Set orchestrator timeout to 2 seconds: the other services answer in less, also on a busy machine
        orchestrator.set_timeout(2000)

        result = orchestrator.process_order(ORDER)

        assert result.success is False
        assert "timeout" in str(result.error)
        assert self.watched.requests_made() == [
            "GET /users/…",
            "POST /availability",
            "POST /reservations",
            "POST /quotes",
            "POST /reservations/…/cancellation",
            "POST /messages",
        ]
        assert self.stock() == {"prod-1": 10, "prod-2": 5}
