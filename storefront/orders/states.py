"""Provider states of the orders, with the rows of the services that they call, since all of these are real.

They are idempotent.
"""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import delete

from storefront.framework.states import rows
from storefront.inventory.states import products_are_in_stock
from storefront.orders.tables import Order, SagaRow
from storefront.payments.states import an_account_has_money
from storefront.users.states import a_user_exists

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy.orm import Session

__all__ = ["STATES"]


def an_order_can_be_placed(*, user: str, balance: float = 100.0) -> None:
    """A user without orders has this balance; the stock is ten of "prod-1" and five of "prod-2"."""
    with rows() as session:
        _forget(session, Order.user_id == user)
    a_user_exists(id=user)
    products_are_in_stock(**{"prod-1": 10, "prod-2": 5})
    an_account_has_money(balance=balance)


def an_order_exists(*, id: str, user: str) -> None:  # noqa: A002 -- the wire's name
    """A user has a completed and shipped order."""
    with rows() as session:
        _forget(session, Order.id == uuid.UUID(id))
        session.add(
            Order(
                id=uuid.UUID(id),
                user_id=user,
                status="completed",
                items=[{"productId": "prod-1", "quantity": 1, "price": "15.00"}],
                customer={},
                total=Decimal("22.99"),
                tracking_number="TRK123456789",
            )
        )


def no_order_exists(*, id: str) -> None:  # noqa: A002 -- as above
    """There is no order with this id."""
    with rows() as session:
        _forget(session, Order.id == uuid.UUID(id))


STATES: Mapping[str, Callable[..., object]] = {
    "an order can be placed": an_order_can_be_placed,
    "an order exists": an_order_exists,
    "no order exists": no_order_exists,
}


def _forget(session: Session, which: object) -> None:
    order_ids = session.scalars(delete(Order).where(which).returning(Order.id)).all()  # type: ignore[arg-type]  # a column's comparison
    session.execute(delete(SagaRow).where(SagaRow.id.in_(order_ids)))
