"""The inventory as a WSGI application."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import msgspec
from flask import Blueprint, Flask, Response

from storefront.framework.access import Access
from storefront.framework.application import provider_app
from storefront.framework.content import Item, json_content, json_response, whole_seconds
from storefront.framework.idempotency import once
from storefront.inventory.repository import InventoryRepository
from storefront.inventory.tables import KEYS, Reservation

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from storefront.database import Database
    from storefront.tokens import TokenVerifier

__all__ = ["NAME", "create_app"]

NAME = "storefront-inventory"
_A_QUARTER_OF_AN_HOUR = 900
_Items = Annotated[tuple[Item, ...], msgspec.Meta(min_length=1, max_length=100)]
_Seconds = Annotated[int, msgspec.Meta(ge=1, le=86_400)]


class _StockRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    items: _Items


class _NewReservation(msgspec.Struct, frozen=True, rename="camel", forbid_unknown_fields=True):
    items: _Items
    hold_seconds: _Seconds | None = _A_QUARTER_OF_AN_HOUR


class _Detail(msgspec.Struct, frozen=True, rename="camel"):
    product_id: str
    available: int


class _Availability(msgspec.Struct, frozen=True):
    available: bool
    details: tuple[_Detail, ...]


class _Line(msgspec.Struct, frozen=True, rename="camel"):
    product_id: str
    quantity: int


class _ReservationView(msgspec.Struct, frozen=True, rename="camel"):
    reservation_id: str
    status: str
    expires_at: datetime | None
    items: tuple[_Line, ...]


def create_app(database: Database, verifier: TokenVerifier) -> Flask:
    """Create the application.

    Args:
        database: With all migrations applied.
        verifier: Checks tokens.
    """
    app = provider_app(NAME)
    access = Access(app, verifier)
    app.register_blueprint(_reading(database))
    app.register_blueprint(_reserving(database, access))
    for endpoint in ("reading.check", "reading.get"):
        access.scope(endpoint, "inventory:read")
    for endpoint in ("reserving.reserve", "reserving.confirm", "reserving.cancel"):
        access.scope(endpoint, "inventory:reserve")
    return app


def _reading(database: Database) -> Blueprint:
    routes = Blueprint("reading", __name__)

    @routes.post("/availability")
    def check() -> Response:
        demand = _quantities(json_content(_StockRequest).items)
        _expire(database)
        with database.transaction() as session:
            stock = InventoryRepository(session).available(demand)
        enough = all(stock[product] >= quantity for product, quantity in demand.items())
        details = tuple(_Detail(product, number) for product, number in stock.items())
        return json_response(_Availability(available=enough, details=details))

    @routes.get("/reservations/<id>")
    def get(id: str) -> Response:  # noqa: A002 -- the document's name
        with database.transaction() as session:
            return json_response(_view(InventoryRepository(session).get(id)))

    return routes


def _reserving(database: Database, access: Access) -> Blueprint:
    routes = Blueprint("reserving", __name__)

    @routes.post("/reservations")
    def reserve() -> Response:
        new_reservation = json_content(_NewReservation)
        _expire(database)

        def action(session: Session) -> _ReservationView:
            products = _quantities(new_reservation.items)
            return _view(InventoryRepository(session).reserve(products, seconds=new_reservation.hold_seconds))

        return once(database, KEYS, client=access.claims.subject, action=action)

    @routes.post("/reservations/<id>/confirmation")
    def confirm(id: str) -> Response:  # noqa: A002 -- as above
        with database.transaction() as session:
            return json_response(_view(InventoryRepository(session).confirm(id)))

    @routes.post("/reservations/<id>/cancellation")
    def cancel(id: str) -> Response:  # noqa: A002 -- as above
        with database.transaction() as session:
            return json_response(_view(InventoryRepository(session).cancel(id)))

    return routes


def _expire(database: Database) -> None:
    """Expire reservations in a separate transaction, so that its locks are released before others are taken."""
    with database.transaction() as session:
        InventoryRepository(session).expire()


def _quantities(items: tuple[Item, ...]) -> dict[str, int]:
    counts: Counter[str] = Counter()
    for item in items:
        counts[item.product_id] += item.quantity
    return dict(counts)


def _view(reservation: Reservation) -> _ReservationView:
    ends = reservation.expires_at
    return _ReservationView(
        reservation_id=str(reservation.id),
        status=reservation.status,
        expires_at=ends and whole_seconds(ends),
        items=tuple(_Line(line.product_id, line.quantity) for line in reservation.lines),
    )
