"""The provider states of the services: the same rows however often, and whatever was there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from storefront.inventory.states import STATES as INVENTORY
from storefront.notifications.states import STATES as NOTIFICATIONS
from storefront.orders.states import STATES as ORDERS
from storefront.payments.states import STATES as PAYMENTS
from storefront.shipping.states import STATES as SHIPPING
from storefront.system import CHAINS

if TYPE_CHECKING:
    from collections.abc import Callable

    from storefront.system import Storefront

ID = "7a1d2c3e-4b5f-4a6d-8c7e-9f0a1b2c3d4e"
ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
ALL: dict[str, Callable[..., object]] = {**INVENTORY, **PAYMENTS, **SHIPPING, **NOTIFICATIONS, **ORDERS}
PARAMETERS: dict[str, dict[str, Any]] = {
    "products are in stock": {"prod-1": 3},
    "a reservation is held": {"id": ID},
    "a reservation is cancelled": {"id": ID},
    "no reservation exists": {"id": ID},
    "an account has money": {"balance": 10},
    "an account refuses captures": {"balance": 10},
    "no account exists": {},
    "a payment is authorized": {"id": ID, "captured": True, "transaction": ADA},
    "no payment exists": {"id": ID},
    "a shipment exists": {"id": ID},
    "no shipment exists": {"id": ID},
    "nobody was notified": {"recipient": "ada@example.com"},
    "somebody was notified": {"recipient": "ada@example.com"},
    "an order can be placed": {"user": ADA},
    "an order exists": {"id": ID, "user": ADA},
    "no order exists": {"id": ID},
}
MOMENTS = {"created_at", "expires_at", "number"}


def test_the_names_of_all_states_are_different_and_each_has_a_case() -> None:
    sizes = [len(states) for states in (INVENTORY, PAYMENTS, SHIPPING, NOTIFICATIONS, ORDERS)]
    assert (len(ALL), set(ALL)) == (sum(sizes), set(PARAMETERS))


@pytest.mark.parametrize("name", ALL)
def test_a_state_that_is_set_up_twice_leaves_what_it_leaves_once(storefront: Storefront, name: str) -> None:
    ALL[name](**PARAMETERS[name])
    once = rows(storefront)
    ALL[name](**PARAMETERS[name])
    assert rows(storefront) == once


def rows(storefront: Storefront) -> dict[str, Any]:
    """All rows of all services, without ids and moments that are new each time."""
    rows_by_table: dict[str, Any] = {}
    with storefront.database.transaction() as session:
        for table in (table for chain in CHAINS for table in chain.metadata.sorted_tables):
            columns = [column for column in table.columns if column.name not in MOMENTS]
            if table.name == "messages":
                columns = [column for column in columns if column.name != "id"]
            rows_by_table[table.fullname] = sorted(map(repr, session.execute(select(*columns)).all()))
    return rows_by_table


@pytest.mark.parametrize("name", ["a reservation is held", "a payment is authorized", "a shipment exists"])
def test_a_state_is_set_up_whatever_was_there(storefront: Storefront, name: str) -> None:
    service = {**INVENTORY} if name in INVENTORY else {**PAYMENTS} if name in PAYMENTS else {**SHIPPING}
    for before in service:
        ALL[before](**PARAMETERS[before])
        ALL[name](**PARAMETERS[name])
        initial_rows = rows(storefront)
        ALL[name](**PARAMETERS[name])
        assert rows(storefront) == initial_rows
