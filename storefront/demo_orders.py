"""The demo's orders: one that goes through five services, and one that fails and is rolled back."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from storefront.demo_console import Outcome
from storefront.inventory.repository import InventoryRepository
from storefront.inventory.states import products_are_in_stock
from storefront.orders.requests import Address, Item, OrderOutcome, OrderRequest, PaymentMethod
from storefront.payments.states import an_account_has_money, an_account_refuses_captures
from storefront.users.states import a_user_exists

if TYPE_CHECKING:
    from storefront.system import Storefront

__all__ = ["order_goes_through", "order_is_undone"]

_ADA, _EMAIL = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11", "ada@example.com"
_TOKEN = "pay-token-456"  # noqa: S105 -- the token of a made-up card
_ORDER = OrderRequest(
    user_id=_ADA,
    items=(Item("prod-1", 2, Decimal("25.00")), Item("prod-2", 1, Decimal("15.00"))),
    shipping_address=Address("123 Main St", "Anytown", "12345"),
    payment_method=PaymentMethod("credit_card", _TOKEN),
)


def order_goes_through(storefront: Storefront) -> Outcome:
    """Place an order of 65.00 plus 9.99 for shipping: 74.99 is charged."""
    _prepare()
    an_account_has_money(token=_TOKEN, balance=100)
    result = storefront.orchestrator.process_order(_ORDER)
    stock = _stock(storefront)
    steps = len(storefront.orchestrator.log.read(str(result.order_id)).steps)
    summary = f"{steps} steps, 74.99 paid, on its way as {result.tracking_number}; stock is now {stock}"
    return Outcome(summary, good=result.success and stock == {"prod-1": 8, "prod-2": 4})


def order_is_undone(storefront: Storefront) -> Outcome:
    """Place an order whose payment is authorized, but whose capture is declined."""
    _prepare()
    an_account_refuses_captures(token=_TOKEN, balance=100)
    result = storefront.orchestrator.process_order(_ORDER)
    undone, stock = _compensated_steps(storefront, result), _stock(storefront)
    message = storefront.services().notifications.messages_to(_EMAIL)[-1]
    summary = f"{result.error}: {' and '.join(undone)} were undone; stock is {stock} as before"
    good = undone == ["authorize_payment", "reserve_items"] and stock == {"prod-1": 10, "prod-2": 5}
    return Outcome(summary, good=good and not result.success and message.content["error"] == result.error)


def _prepare() -> None:
    a_user_exists(id=_ADA, email=_EMAIL, name="Ada Lovelace")
    products_are_in_stock(**{"prod-1": 10, "prod-2": 5})


def _stock(storefront: Storefront) -> dict[str, int]:
    with storefront.database.transaction() as session:
        return InventoryRepository(session).available({"prod-1": 0, "prod-2": 0})


def _compensated_steps(storefront: Storefront, result: OrderOutcome) -> list[str]:
    steps = storefront.orchestrator.log.read(str(result.order_id)).steps
    undone = [name for name, step in steps.items() if name.startswith("undo ") and step.state == "done"]
    compensated = ("create_shipment", "capture_payment", "authorize_payment", "reserve_items")
    undone_steps = {name.removeprefix("undo ") for name in undone}
    return [name for name in compensated if name in undone_steps and steps[name].state == "done"]
