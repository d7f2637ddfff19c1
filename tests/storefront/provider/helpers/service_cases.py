"""Test helpers: requests to every operation of the services, one for each status of its OpenAPI document."""

from __future__ import annotations

import uuid
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import requests
import yaml

import storefront
from storefront.inventory import states as inventory
from storefront.notifications import states as notifications
from storefront.orders import app as orders_app
from storefront.orders import states as orders
from storefront.orders.saga import SagaLog
from storefront.payments import states as payments
from storefront.shipping import states as shipping
from storefront.users.states import a_user_exists

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from storefront.system import Storefront


SERVICES = ("inventory", "payments", "shipping", "notifications", "orders")
NOBODY = "00000000-0000-4000-8000-000000000000"
ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
ID = "7a1d2c3e-4b5f-4a6d-8c7e-9f0a1b2c3d4e"
OTHER = "8b2e3d4f-5c6a-4b7e-9d8f-0a1b2c3d4e5f"
ITEMS = [{"productId": "prod-1", "quantity": 2, "price": 25.00}]
ADDRESS = {"street": "123 Main St", "city": "Anytown", "zipCode": "12345"}
CARD = {"type": "credit_card", "token": "scrubbed"}
ORDER = {"userId": ADA, "items": ITEMS, "shippingAddress": ADDRESS, "paymentMethod": CARD}
MESSAGE = {
    "recipient": "ada@example.com",
    "channel": "email",
    "kind": "greeting",
    "content": {"text": "Hello"},
}


@cache
def document(service: str) -> dict[str, Any]:
    return dict(yaml.safe_load(file(service).read_text(encoding="utf-8")))


def file(service: str) -> Path:
    return Path(storefront.__file__).parent / service / "openapi.yaml"


class Case(NamedTuple):
    """A request to an operation, and the status that its answer is to have."""

    service: str
    operation: str
    status: int
    body: Any = None
    given: Callable[[Storefront], object] = lambda _: None
    id: str = ID
    query: str = ""
    key: str = ""


def stocked(_: Storefront) -> None:
    inventory.products_are_in_stock(**{"prod-1": 10})


def reserve(_: Storefront) -> None:
    inventory.a_reservation_is_held(id=ID)


def cancelled(_: Storefront) -> None:
    inventory.a_reservation_is_cancelled(id=ID)


def rich(_: Storefront) -> None:
    payments.an_account_has_money(balance=100)


def poor(_: Storefront) -> None:
    payments.an_account_has_money(balance=1)


def authorized(_: Storefront) -> None:
    payments.a_payment_is_authorized(id=ID)


def refusing(_: Storefront) -> None:
    payments.a_payment_is_authorized(id=ID, refused=True)


def captured(_: Storefront) -> None:
    payments.a_payment_is_authorized(id=ID, captured=True, transaction=OTHER)


def voided(running_now: Storefront) -> None:
    payments.a_payment_is_authorized(id=ID)
    send(running_now, Case("payments", "void", 200))


def shipped(_: Storefront) -> None:
    shipping.a_shipment_exists(id=ID)


def notified(_: Storefront) -> None:
    notifications.somebody_was_notified(recipient="ada@example.com")


def ready(_: Storefront) -> None:
    a_user_exists(id=ADA)
    orders.an_order_can_be_placed(user=ADA)


def ordered(_: Storefront) -> None:
    orders.an_order_exists(id=ID, user=ADA)


def being_placed(running_now: Storefront) -> None:
    """Another request with the key has begun, and got no further yet."""
    order_id = str(uuid.uuid5(orders_app._NAMESPACE, "storefront-web busy"))  # noqa: SLF001 -- as the app makes it
    request = {**ORDER, "paymentMethod": {"type": "credit_card"}, "items": [{**ITEMS[0], "price": "25.00"}]}
    SagaLog(running_now.database).begin(order_id, kind="test", request=request, secrets={}, seconds=None)


OWN_CASES = [
    Case("inventory", "checkAvailability", 200, {"items": ITEMS}, stocked),
    Case("inventory", "reserve", 201, {"items": ITEMS, "holdSeconds": None}, stocked),
    Case("inventory", "reserve", 409, {"items": [{**ITEMS[0], "quantity": 1000}]}, stocked),
    Case("inventory", "getReservation", 200, given=reserve),
    Case("inventory", "confirmReservation", 200, given=reserve),
    Case("inventory", "confirmReservation", 409, given=cancelled),
    Case("inventory", "cancelReservation", 200, given=reserve),
    Case("payments", "authorize", 201, {"amount": 74.99, "method": CARD}, rich),
    Case("payments", "authorize", 402, {"amount": 74.99, "method": CARD}, poor),
    Case("payments", "capture", 200, given=authorized),
    Case("payments", "capture", 402, given=refusing),
    Case("payments", "capture", 409, given=voided),
    Case("payments", "void", 200, given=authorized),
    Case("payments", "void", 409, given=captured),
    Case("payments", "pay", 201, {"amount": 65, "method": "debit_card", "token": "scrubbed"}, rich),
    Case("payments", "pay", 402, {"amount": 65, "method": "debit_card", "token": "unknown"}),
    Case("payments", "refund", 200, given=captured, id=OTHER),
    Case("shipping", "quote", 200, {"items": ITEMS, "address": ADDRESS}),
    Case("shipping", "createShipment", 201, {"orderId": "order-1", "items": ITEMS, "address": ADDRESS}),
    Case("shipping", "getShipment", 200, given=shipped),
    Case("shipping", "cancelShipment", 200, given=shipped),
    Case("notifications", "send", 201, MESSAGE),
    Case("notifications", "findMessages", 200, given=notified, query="?recipient=ada@example.com"),
    Case("notifications", "findMessages", 400),
    Case("orders", "placeOrder", 201, ORDER, ready),
    Case("orders", "placeOrder", 409, ORDER, being_placed, key="busy"),
    Case("orders", "findOrders", 200, given=ordered, query=f"?userId={ADA}"),
    Case("orders", "findOrders", 400),
    Case("orders", "getOrder", 200, given=ordered),
    *(Case(service, "health", 200) for service in SERVICES),
]


class Operation(NamedTuple):
    """An operation of a document."""

    service: str
    name: str
    method: str
    path: str
    statuses: frozenset[int]


OPERATIONS = {
    (service, operation["operationId"]): Operation(
        service, operation["operationId"], method.upper(), path, frozenset(map(int, operation["responses"]))
    )
    for service in SERVICES
    for path, item in document(service)["paths"].items()
    for method, operation in item.items()
    if method != "parameters"
}
#: What is the same for all operations: options for requests, by status.
COMMON: Mapping[int, Mapping[str, Any]] = MappingProxyType(
    {
        400: {"data": "{", "headers": {"Content-Type": "application/json"}},
        401: {"json": {}, "headers": {"Authorization": "Bearer no"}},
        403: {"json": {}},
        404: {},
        413: {"json": {"text": "x" * 70_000}},
        415: {"data": "x", "headers": {"Content-Type": "text/plain"}},
        422: {"json": {"unknown": 1}},
    }
)
COVERED = {(case.service, case.operation, case.status) for case in OWN_CASES}
COMMON_CASES = [
    Case(operation.service, operation.name, status, id=NOBODY)
    for operation in OPERATIONS.values()
    for status in sorted(operation.statuses - {500})
    if (operation.service, operation.name, status) not in COVERED
]


def send(running_now: Storefront, case: Case, *, url: str | None = None) -> requests.Response:
    operation = OPERATIONS[case.service, case.operation]
    common = COMMON.get(case.status, {}) if (*case[:3],) not in COVERED else {}
    options = {**({"json": case.body} if case.body is not None else {}), **common}
    token = running_now.authorization(case.service)
    if case.status == 403:
        value = running_now.issuer.token("nobody", (f"{case.service}:nothing",))
        token = {"Authorization": f"Bearer {value}"}
    own = {"Idempotency-Key": case.key or str(uuid.uuid4()), **token, **options.pop("headers", {})}
    where = (url or running_now.urls[case.service]) + operation.path.format(id=case.id) + case.query
    return requests.request(operation.method, where, headers=own, timeout=10, **options)
