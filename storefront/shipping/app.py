"""The shipping as a WSGI application."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Annotated

import msgspec
from flask import Blueprint, Flask, Response

from storefront.framework.access import Access
from storefront.framework.application import provider_app
from storefront.framework.content import Address, Identifier, Item, json_content, json_response
from storefront.framework.idempotency import once
from storefront.shipping.repository import ESTIMATED_DAYS, ShippingRepository, shipping_cost
from storefront.shipping.tables import KEYS, Shipment

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storefront.database import Database
    from storefront.tokens import TokenVerifier

__all__ = ["NAME", "create_app"]

NAME = "storefront-shipping"
_Items = Annotated[tuple[Item, ...], msgspec.Meta(min_length=1, max_length=100)]


class _QuoteRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    items: _Items
    address: Address


class _NewShipment(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    order_id: Identifier
    items: _Items
    address: Address


class _Quote(msgspec.Struct, frozen=True, rename="camel"):
    cost: Decimal
    estimated_days: int


class _ShipmentView(msgspec.Struct, frozen=True, rename="camel"):
    shipment_id: str
    tracking_number: str
    status: str


def create_app(database: Database, verifier: TokenVerifier) -> Flask:
    """Create the application.

    Args:
        database: With all migrations applied.
        verifier: Checks tokens.
    """
    app = provider_app(NAME)
    access = Access(app, verifier)
    app.add_url_rule("/quotes", "quote", _quote, methods=["POST"])
    app.register_blueprint(_shipments(database, access))
    for endpoint in ("quote", "shipments.get"):
        access.scope(endpoint, "shipping:read")
    for endpoint in ("shipments.create", "shipments.cancel"):
        access.scope(endpoint, "shipping:ship")
    return app


def _quote() -> Response:
    pieces = sum(item.quantity for item in json_content(_QuoteRequest).items)
    return json_response(_Quote(cost=shipping_cost(pieces), estimated_days=ESTIMATED_DAYS))


def _shipments(database: Database, access: Access) -> Blueprint:
    routes = Blueprint("shipments", __name__, url_prefix="/shipments")

    @routes.post("")
    def create() -> Response:
        new_shipment = json_content(_NewShipment)

        def action(session: Session) -> _ShipmentView:
            items = [{"productId": item.product_id, "quantity": item.quantity} for item in new_shipment.items]
            address = msgspec.to_builtins(new_shipment.address)
            return _view(
                ShippingRepository(session).create(new_shipment.order_id, items=items, address=address)
            )

        return once(database, KEYS, client=access.claims.subject, action=action)

    @routes.get("/<id>")
    def get(id: str) -> Response:  # noqa: A002 -- the document's name
        with database.transaction() as session:
            return json_response(_view(ShippingRepository(session).get(id)))

    @routes.post("/<id>/cancellation")
    def cancel(id: str) -> Response:  # noqa: A002 -- as above
        with database.transaction() as session:
            return json_response(_view(ShippingRepository(session).cancel(id)))

    return routes


def _view(shipment: Shipment) -> _ShipmentView:
    return _ShipmentView(str(shipment.id), shipment.tracking_number, shipment.status)
