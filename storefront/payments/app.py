"""The payments as a WSGI application."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from flask import Blueprint, Flask, Response

from storefront.amounts import cents
from storefront.framework.access import Access
from storefront.framework.application import provider_app
from storefront.framework.content import check_amount, json_content, json_response
from storefront.framework.idempotency import once
from storefront.payments.repository import PaymentRepository
from storefront.payments.tables import KEYS, Payment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storefront.database import Database
    from storefront.tokens import TokenVerifier

__all__ = ["NAME", "create_app"]

NAME = "storefront-payments"
_Token = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,200}\Z")]


class _Method(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["credit_card", "debit_card"]
    token: _Token


class _NewAuthorization(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: Decimal
    method: _Method

    def __post_init__(self) -> None:
        check_amount(self.amount)


class _NewPayment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    amount: Decimal
    method: Literal["credit_card", "debit_card"]
    token: _Token

    def __post_init__(self) -> None:
        check_amount(self.amount)


class _Authorization(msgspec.Struct, frozen=True, rename="camel"):
    authorization_id: str
    status: str
    amount: Decimal


class _Transaction(msgspec.Struct, frozen=True, rename="camel"):
    transaction_id: str
    status: Literal["completed", "refunded"]
    amount: Decimal


def create_app(database: Database, verifier: TokenVerifier) -> Flask:
    """Create the application.

    Args:
        database: With all migrations applied.
        verifier: Checks tokens.
    """
    app = provider_app(NAME)
    access = Access(app, verifier)
    app.register_blueprint(_authorizations(database, access))
    app.register_blueprint(_transactions(database, access))
    for endpoint in ("authorizations.authorize", "authorizations.capture", "authorizations.void"):
        access.scope(endpoint, "payments:pay")
    for endpoint in ("transactions.pay", "transactions.refund"):
        access.scope(endpoint, "payments:pay")
    return app


def _authorizations(database: Database, access: Access) -> Blueprint:
    routes = Blueprint("authorizations", __name__, url_prefix="/authorizations")

    @routes.post("")
    def authorize() -> Response:
        new_authorization = json_content(_NewAuthorization)

        def action(session: Session) -> _Authorization:
            payment = PaymentRepository(session).authorize(
                new_authorization.method.token, new_authorization.amount
            )
            return _authorization(payment)

        return once(database, KEYS, client=access.claims.subject, action=action)

    @routes.post("/<id>/capture")
    def capture(id: str) -> Response:  # noqa: A002 -- the document's name
        with database.transaction() as session:
            return json_response(_transaction(PaymentRepository(session).capture(id)))

    @routes.post("/<id>/void")
    def void(id: str) -> Response:  # noqa: A002 -- as above
        with database.transaction() as session:
            return json_response(_authorization(PaymentRepository(session).void(id)))

    return routes


def _transactions(database: Database, access: Access) -> Blueprint:
    routes = Blueprint("transactions", __name__, url_prefix="/transactions")

    @routes.post("")
    def pay() -> Response:
        new_payment = json_content(_NewPayment)

        def action(session: Session) -> _Transaction:
            payments = PaymentRepository(session)
            authorized = payments.authorize(new_payment.token, new_payment.amount)
            return _transaction(payments.capture(str(authorized.id)))

        return once(database, KEYS, client=access.claims.subject, action=action)

    @routes.post("/<id>/refund")
    def refund(id: str) -> Response:  # noqa: A002 -- as above
        with database.transaction() as session:
            return json_response(_transaction(PaymentRepository(session).refund(id)))

    return routes


def _authorization(payment: Payment) -> _Authorization:
    return _Authorization(str(payment.id), payment.status, cents(payment.amount))


def _transaction(payment: Payment) -> _Transaction:
    status: Literal["completed", "refunded"] = "completed" if payment.status == "captured" else "refunded"
    return _Transaction(str(payment.transaction_id), status, cents(payment.amount))
