"""Accounts and payments in the database; a payment is locked before its account."""

from __future__ import annotations

import hashlib
import uuid
from decimal import Decimal
from typing import TYPE_CHECKING

from sqlalchemy import delete, select

from storefront.framework.content import NotFoundError, row_id
from storefront.framework.problems import RefusalError
from storefront.payments.tables import Account, Payment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

__all__ = ["DeclinedError", "PaymentRepository", "PaymentStateError"]


class DeclinedError(RefusalError):
    """The payment is declined."""

    status = 402


class PaymentStateError(RefusalError):
    """The payment's state doesn't allow the request."""


class PaymentRepository:
    """Accounts and payments within one transaction.

    Args:
        session: The transaction's session.
    """

    def __init__(self, session: Session) -> None:
        self._session = session

    def authorize(self, token: str, amount: Decimal) -> Payment:
        """Authorize an amount on the account of a payment token.

        Raises:
            DeclinedError: The token is unknown or the balance is too low.
        """
        account = self._account(_hash(token))
        if account.balance - account.held < amount:
            raise DeclinedError("Insufficient funds")
        account.held += amount
        payment = Payment(id=uuid.uuid4(), account=account.token_hash, amount=amount, status="authorized")
        self._session.add(payment)
        self._session.flush()
        return payment

    def capture(self, payment_id: str) -> Payment:
        """Capture an authorized amount; idempotent.

        Raises:
            NotFoundError: The payment doesn't exist.
            PaymentStateError: The authorization was voided.
            DeclinedError: The bank declines.
        """
        payment = self._payment(Payment.id == row_id(payment_id, what="authorization"))
        if payment.status in {"captured", "refunded"}:
            return payment
        if payment.status == "voided":
            raise PaymentStateError("the authorization was voided")
        account = self._account(payment.account)
        if account.refuses_captures:
            raise DeclinedError("Payment processing failed")
        account.balance -= payment.amount
        account.held -= payment.amount
        payment.status, payment.transaction_id = "captured", uuid.uuid4()
        self._session.flush()
        return payment

    def void(self, payment_id: str) -> Payment:
        """Void an authorization; idempotent, and has no effect after a refund.

        Raises:
            NotFoundError: The payment doesn't exist.
            PaymentStateError: The amount was captured and must be refunded.
        """
        payment = self._payment(Payment.id == row_id(payment_id, what="authorization"))
        if payment.status == "captured":
            raise PaymentStateError("the authorization was captured")
        if payment.status == "authorized":
            self._account(payment.account).held -= payment.amount
            payment.status = "voided"
            self._session.flush()
        return payment

    def refund(self, transaction_id: str) -> Payment:
        """Refund a captured amount; idempotent.

        Raises:
            NotFoundError: The transaction doesn't exist.
        """
        key = row_id(transaction_id, what="transaction")
        payment = self._payment(Payment.transaction_id == key)
        if payment.status == "captured":
            self._account(payment.account).balance += payment.amount
            payment.status = "refunded"
            self._session.flush()
        return payment

    def open(self, token: str, *, balance: Decimal, refuses_captures: bool = False) -> None:
        """Set an account's balance and delete its payments."""
        key = _hash(token)
        self._session.execute(delete(Payment).where(Payment.account == key))
        account = Account(token_hash=key, balance=balance, held=Decimal(0), refuses_captures=refuses_captures)
        self._session.merge(account)

    def close(self, token: str) -> None:
        """Delete the account of a payment token."""
        key = _hash(token)
        self._session.execute(delete(Payment).where(Payment.account == key))
        self._session.execute(delete(Account).where(Account.token_hash == key))

    def _account(self, token_hash: str) -> Account:
        account = self._session.get(Account, token_hash, with_for_update=True)
        if account is None:
            raise DeclinedError("Card declined")
        return account

    def _payment(self, condition: object) -> Payment:
        statement = select(Payment).where(condition).with_for_update()  # type: ignore[arg-type]  # a column's comparison
        payment = self._session.scalar(statement)
        if payment is None:
            raise NotFoundError("there is no such payment")
        return payment


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
