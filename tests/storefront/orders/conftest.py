"""An order that can be placed, and what it leaves behind in all services."""

from __future__ import annotations

import hashlib
from contextlib import ExitStack
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from storefront.inventory.states import products_are_in_stock
from storefront.orders.orchestrator import OrderOrchestrator
from storefront.orders.requests import Address, Item, OrderRequest, PaymentMethod
from storefront.payments.states import an_account_has_money
from storefront.server import running
from storefront.users.states import a_user_exists

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from wsgiref.types import WSGIApplication

    from storefront.orders.saga import Patience
    from storefront.system import Storefront

    Fault = Callable[[WSGIApplication], WSGIApplication]

USER = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
TOKEN = "pay-token-456"
ORDER = OrderRequest(
    user_id=USER,
    items=(Item("prod-1", 2, Decimal("25.00")), Item("prod-2", 1, Decimal("15.00"))),
    shipping_address=Address("123 Main St", "Anytown", "12345"),
    payment_method=PaymentMethod("credit_card", TOKEN),
)
_TRACES = """
SELECT
  (SELECT json_object_agg(id, on_hand) FROM inventory.products WHERE id IN ('prod-1', 'prod-2')) AS stock,
  (SELECT sum(held) FROM inventory.products WHERE id IN ('prod-1', 'prod-2')) AS held_pieces,
  (SELECT sum(balance) FROM payments.accounts WHERE token_hash = :account) AS money,
  (SELECT sum(held) FROM payments.accounts WHERE token_hash = :account) AS held_money,
  (SELECT count(*) FROM payments.payments WHERE account = :account AND status = 'captured') AS captured,
  (SELECT count(*) FROM shipping.shipments WHERE order_id = :order AND status = 'created') AS shipments,
  (SELECT status FROM orders.orders WHERE id = CAST(:order AS uuid)) AS status,
  (SELECT array_agg(kind ORDER BY number) FROM notifications.messages WHERE content->>'orderId' = :order) AS told
"""
#: What an order leaves that went through, and one that was undone.
COMPLETED = {
    "stock": {"prod-1": 8, "prod-2": 4},
    "held_pieces": 0,
    "money": Decimal("25.01"),
    "held_money": 0,
    "captured": 1,
    "shipments": 1,
    "status": "completed",
    "told": ["order-confirmation"],
}
UNDONE = {
    "stock": {"prod-1": 10, "prod-2": 5},
    "held_pieces": 0,
    "money": Decimal("100.00"),
    "held_money": 0,
    "captured": 0,
    "shipments": 0,
    "status": "failed",
    "told": ["order-error"],
}


class Shop:
    """The running services, with faults in front of them where a test puts some."""

    def __init__(self, storefront: Storefront, stack: ExitStack) -> None:
        self.storefront = storefront
        self.database = storefront.database
        self.order = ORDER
        self.completed, self.undone = COMPLETED, UNDONE
        self._stack = stack

    def orchestrator(
        self,
        *,
        patience: Patience | None = None,
        checkpoint: Callable[[str], object] | None = None,
        **faults: Fault,
    ) -> OrderOrchestrator:
        """An orchestrator whose calls of the named services meet a fault."""
        urls = {
            name: self._stack.enter_context(running(fault(self.storefront.apps[name])))
            for name, fault in faults.items()
        }
        orchestrator = OrderOrchestrator(
            self.storefront.services(instead=urls), self.database, patience=patience, checkpoint=checkpoint
        )
        self._stack.callback(orchestrator.close)
        return orchestrator

    def traces(self, order_id: str) -> dict[str, Any]:
        """What an order left in all services."""
        account = hashlib.sha256(TOKEN.encode()).hexdigest()
        with self.database.transaction() as session:
            row = session.execute(text(_TRACES), {"account": account, "order": order_id}).one()
        return row._asdict()

    def query(self, statement: str, **values: Any) -> Any:
        """The first value that a query gives."""
        with self.database.transaction() as session:
            return session.execute(text(statement), values).scalar()


@pytest.fixture
def shop(storefront: Storefront) -> Iterator[Shop]:
    a_user_exists(id=USER, email="user@example.com", name="John Doe")
    products_are_in_stock(**{"prod-1": 10, "prod-2": 5})
    an_account_has_money(token=TOKEN, balance=100)
    with ExitStack() as stack:
        yield Shop(storefront, stack)
