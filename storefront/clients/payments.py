"""The client of the payments API."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import msgspec
from pactape_clients import RestClient

from storefront.amounts import on_the_wire

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Authorization", "PaymentClient", "Transaction"]


class Authorization(msgspec.Struct, frozen=True, rename="camel"):
    """An authorization of an amount, current or past."""

    authorization_id: str
    status: str
    amount: Decimal


class Transaction(msgspec.Struct, frozen=True, rename="camel"):
    """A payment: "completed" or "refunded"."""

    transaction_id: str
    status: str


class PaymentClient(RestClient):
    """The payments API; takes the arguments of `RestClient`."""

    def authorize_payment(self, *, amount: Decimal, method: Mapping[str, str], key: str) -> Authorization:
        """Authorize an amount.

        Args:
            amount: In whole cents.
            method: "type" and "token".
            key: The idempotency key.

        Raises:
            ResponseError: With status 402: the payment was declined.
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"amount": amount, "method": method})
        return self.post("/authorizations", json=body, idempotency_key=key, returns=Authorization)

    def capture_payment(self, authorization_id: str) -> Transaction:
        """Capture an authorized amount; idempotent.

        Raises:
            ResponseError: With status 402: the payment was declined.
            ConflictError: The authorization was voided.
            ClientError: As for `RestClient.post`.
        """
        path = {"id": authorization_id}
        return self.post("/authorizations/{id}/capture", path=path, returns=Transaction)

    def void_authorization(self, authorization_id: str) -> Authorization:
        """Void an authorization; idempotent.

        Raises:
            ConflictError: The authorization was captured.
            ClientError: As for `RestClient.post`.
        """
        path = {"id": authorization_id}
        return self.post("/authorizations/{id}/void", path=path, returns=Authorization)

    def process_payment(self, *, amount: Decimal, method: str, token: str, key: str) -> Transaction:
        """Charge an amount in one step.

        Args:
            amount: In whole cents.
            method: "credit_card" or "debit_card".
            token: The card's token.
            key: The idempotency key.

        Raises:
            ResponseError: With status 402: the payment was declined.
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"amount": amount, "method": method, "token": token})
        return self.post("/transactions", json=body, idempotency_key=key, returns=Transaction)

    def refund_payment(self, transaction_id: str) -> Transaction:
        """Refund a payment; idempotent.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        path = {"id": transaction_id}
        return self.post("/transactions/{id}/refund", path=path, returns=Transaction)
