"""Provider states of the payments; they are idempotent."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import delete

from storefront.framework.states import rows
from storefront.payments.repository import PaymentRepository
from storefront.payments.tables import KEYS, Payment

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = ["STATES"]

_TOKEN = "scrubbed"  # noqa: S105 -- the replacement of payment tokens in recordings and contracts


def an_account_has_money(*, balance: float = 100.0, token: str = _TOKEN) -> None:
    """The payment token belongs to an account with this balance and no payments."""
    with rows(KEYS) as session:
        PaymentRepository(session).open(token, balance=Decimal(str(balance)))


def an_account_refuses_captures(*, balance: float = 100.0, token: str = _TOKEN) -> None:
    """The same, but captures are declined."""
    with rows(KEYS) as session:
        PaymentRepository(session).open(token, balance=Decimal(str(balance)), refuses_captures=True)


def no_account_exists(*, token: str = _TOKEN) -> None:
    """The payment token belongs to no account."""
    with rows(KEYS) as session:
        PaymentRepository(session).close(token)


def a_payment_is_authorized(
    *,
    id: str,  # noqa: A002 -- the wire's name
    amount: float = 74.99,
    captured: bool = False,
    refused: bool = False,
    transaction: str | None = None,
) -> None:
    """A payment is authorized or captured, or its capture will be declined; its account has no other payment."""
    token = f"state-{id}"
    with rows(KEYS) as session:
        payments = PaymentRepository(session)
        payments.open(token, balance=Decimal(1000), refuses_captures=refused)
        payment = payments.authorize(token, Decimal(str(amount)))
        if captured:
            payments.capture(str(payment.id))
            payment.transaction_id = uuid.UUID(transaction) if transaction else payment.transaction_id
        payment.id = uuid.UUID(id)


def no_payment_exists(*, id: str) -> None:  # noqa: A002 -- as above
    """No payment and no transaction has this id."""
    with rows(KEYS) as session:
        mine = (Payment.id == uuid.UUID(id)) | (Payment.transaction_id == uuid.UUID(id))
        session.execute(delete(Payment).where(mine))


STATES: Mapping[str, Callable[..., object]] = {
    "an account has money": an_account_has_money,
    "an account refuses captures": an_account_refuses_captures,
    "no account exists": no_account_exists,
    "a payment is authorized": a_payment_is_authorized,
    "no payment exists": no_payment_exists,
}
