"""The orders as a WSGI application."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from flask import Blueprint, Flask, Response, request, url_for
from werkzeug.exceptions import BadRequest, Forbidden

from storefront.amounts import cents
from storefront.clients import Address as ClientAddress
from storefront.clients import Item as ClientItem
from storefront.framework.access import Access
from storefront.framework.application import provider_app
from storefront.framework.content import Address, Identifier, Item, NotFoundError, json_content, json_response
from storefront.framework.idempotency import sent_idempotency_key
from storefront.framework.problems import InvalidContentError, RefusalError
from storefront.orders.repository import OrderRepository
from storefront.orders.requests import OrderRequest, PaymentMethod
from storefront.orders.tables import Order, SagaRow

if TYPE_CHECKING:
    from storefront.database import Database
    from storefront.orders.orchestrator import OrderOrchestrator
    from storefront.tokens import TokenVerifier

__all__ = ["NAME", "create_app"]

NAME = "storefront-orders"
_MOST_EXPENSIVE = Decimal(1_000_000)
_ANY, _OWN = "orders:any", "orders:own"
_NAMESPACE = uuid.UUID("9d1f4f0e-3c55-4f0b-8f7e-2f6f0f2f1f55")


class _Method(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    type: Literal["credit_card", "debit_card"]
    token: Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,200}\Z")]


class _NewOrder(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    user_id: Identifier
    items: Annotated[tuple[Item, ...], msgspec.Meta(min_length=1, max_length=100)]
    shipping_address: Address
    payment_method: _Method

    def __post_init__(self) -> None:
        if sum(item.price * item.quantity for item in self.items) > _MOST_EXPENSIVE:
            raise ValueError(f"an order costs at most {_MOST_EXPENSIVE}")


class _OrderView(msgspec.Struct, frozen=True, rename="camel"):
    order_id: str
    user_id: str
    status: str
    total: Decimal
    tracking_number: str | None
    error: str | None


def create_app(database: Database, verifier: TokenVerifier, orchestrator: OrderOrchestrator) -> Flask:
    """Create the application.

    Args:
        database: With all migrations applied.
        verifier: Checks tokens.
        orchestrator: Processes the orders.
    """
    app = provider_app(NAME)
    access = Access(app, verifier)
    app.register_blueprint(_reading(database, access))
    app.register_blueprint(_placing(database, access, orchestrator))
    for endpoint in ("reading.get", "reading.find", "placing.place"):
        access.scope(endpoint, _ANY, _OWN)
    return app


def _reading(database: Database, access: Access) -> Blueprint:
    routes = Blueprint("reading", __name__, url_prefix="/orders")

    @routes.get("/<id>")
    def get(id: str) -> Response:  # noqa: A002 -- the document's name
        with database.transaction() as session:
            order = OrderRepository(session).get(id)
        if not _may(access, order.user_id):
            raise NotFoundError(f"there is no order {id}")  # don't reveal that it exists
        return json_response(_view(order))

    @routes.get("")
    def find() -> Response:
        user_id = request.args.get("userId", "")
        if not user_id or "\x00" in user_id:
            raise BadRequest("the query parameter userId is missing or no id")
        if not _may(access, user_id):
            raise Forbidden("the orders are somebody else's")
        with database.transaction() as session:
            return json_response({"items": [_view(order) for order in OrderRepository(session).of(user_id)]})

    return routes


def _placing(database: Database, access: Access, orchestrator: OrderOrchestrator) -> Blueprint:
    routes = Blueprint("placing", __name__, url_prefix="/orders")

    @routes.post("")
    def place() -> Response:
        new_order = _request(json_content(_NewOrder))
        if not _may(access, new_order.user_id):
            raise Forbidden("an order can be placed only for oneself")
        order_id = str(uuid.uuid5(_NAMESPACE, f"{access.claims.subject} {sent_idempotency_key()}"))
        _refuse_another(database, order_id, new_order)
        orchestrator.process_order(new_order, order_id=order_id)
        response = json_response(_placed(database, order_id), status=201)
        response.headers["Location"] = url_for("reading.get", id=order_id, _external=True)
        return response

    return routes


def _refuse_another(database: Database, order_id: str, new_order: OrderRequest) -> None:
    """Reject a key that was used for another order; payment tokens aren't stored and so not compared."""
    with database.transaction() as session:
        existing = session.get(SagaRow, uuid.UUID(order_id))
    content = msgspec.json.decode(msgspec.json.encode(new_order))  # as the database returns it
    del content["paymentMethod"]["token"]
    if existing is not None and existing.request != content:
        raise InvalidContentError(
            [{"field": "Idempotency-Key", "message": "the key was used for another order"}]
        )


def _placed(database: Database, order_id: str) -> _OrderView:
    try:
        with database.transaction() as session:
            return _view(OrderRepository(session).get(order_id))
    except NotFoundError:
        raise RefusalError("the order is being placed by another request with this key") from None


def _may(access: Access, user_id: str) -> bool:
    claims = access.claims
    return _ANY in claims.scopes or claims.subject == user_id


def _request(new_order: _NewOrder) -> OrderRequest:
    address = new_order.shipping_address
    return OrderRequest(
        user_id=new_order.user_id,
        items=tuple(
            ClientItem(item.product_id, item.quantity, cents(item.price)) for item in new_order.items
        ),
        shipping_address=ClientAddress(address.street, address.city, address.zip_code),
        payment_method=PaymentMethod(new_order.payment_method.type, new_order.payment_method.token),
    )


def _view(order: Order) -> _OrderView:
    return _OrderView(
        order_id=str(order.id),
        user_id=order.user_id,
        status=order.status,
        total=cents(order.total),
        tracking_number=order.tracking_number,
        error=order.error,
    )
