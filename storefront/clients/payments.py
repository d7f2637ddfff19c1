"""The payments' client."""

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
    """An amount that is held, or was."""

    authorization_id: str
    status: str
    amount: Decimal


class Transaction(msgspec.Struct, frozen=True, rename="camel"):
    """An amount that was taken, "completed", or given back, "refunded"."""

    transaction_id: str
    status: str


class PaymentClient(RestClient):
    """The payments over REST; arguments as for `RestClient`."""

    def authorize_payment(self, *, amount: Decimal, method: Mapping[str, str], key: str) -> Authorization:
        """Hold an amount.

        Args:
            amount: In whole cents.
            method: "type" and "token".
            key: The idempotency key.

        Raises:
            ResponseError: With status 402, the money is not given.
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"amount": amount, "method": method})
        return self.post("/authorizations", json=body, idempotency_key=key, returns=Authorization)

    def capture_payment(self, authorization_id: str) -> Transaction:
        """Take what is held; doing it again does no harm.

        Raises:
            ResponseError: With status 402, the money is not given.
            ConflictError: It was voided.
            ClientError: As for `RestClient.post`.
        """
        path = {"id": authorization_id}
        return self.post("/authorizations/{id}/capture", path=path, returns=Transaction)

    def void_authorization(self, authorization_id: str) -> Authorization:
        """Let go of what is held; doing it again does no harm.

        Raises:
            ConflictError: It was captured.
            ClientError: As for `RestClient.post`.
        """
        path = {"id": authorization_id}
        return self.post("/authorizations/{id}/void", path=path, returns=Authorization)

    def process_payment(self, *, amount: Decimal, method: str, token: str, key: str) -> Transaction:
        """Take an amount at once.

        Args:
            amount: In whole cents.
            method: "credit_card" or "debit_card".
            token: What stands for the card.
            key: The idempotency key.

        Raises:
            ResponseError: With status 402, the money is not given.
            ClientError: As for `RestClient.post`.
        """
        body = on_the_wire({"amount": amount, "method": method, "token": token})
        return self.post("/transactions", json=body, idempotency_key=key, returns=Transaction)

    def refund_payment(self, transaction_id: str) -> Transaction:
        """Give back what was taken; doing it again does no harm.

        Raises:
            ClientError: As for `RestClient.post`.
        """
        path = {"id": transaction_id}
        return self.post("/transactions/{id}/refund", path=path, returns=Transaction)
