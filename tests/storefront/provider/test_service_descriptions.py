"""The OpenAPI documents of the services, held against the running applications."""

from __future__ import annotations

import json
import uuid
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, cast

import msgspec
import pytest
import requests
import yaml
from openapi_core import Config, OpenAPI
from openapi_core.contrib.requests import RequestsOpenAPIRequest, RequestsOpenAPIResponse
from openapi_core.exceptions import OpenAPIError
from openapi_spec_validator import validate

import storefront
from storefront.database import Database
from storefront.inventory import states as inventory
from storefront.notifications import states as notifications
from storefront.orders import app as orders_app
from storefront.orders import states as orders
from storefront.orders.saga import SagaLog
from storefront.payments import states as payments
from storefront.server import running
from storefront.shipping import states as shipping
from storefront.system import PROVIDERS
from storefront.tokens import TokenIssuer
from storefront.users.states import a_user_exists

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from flask import Flask

    from storefront.orders.orchestrator import OrderOrchestrator
    from storefront.system import Storefront

SERVICES = ("inventory", "payments", "shipping", "notifications", "orders")
UNKNOWN_SCHEME = "ignore:Unsupported scheme type:UserWarning"  # openapi-core leaves OAuth 2.0 to others
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


def held(_: Storefront) -> None:
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
    Case("inventory", "getReservation", 200, given=held),
    Case("inventory", "confirmReservation", 200, given=held),
    Case("inventory", "confirmReservation", 409, given=cancelled),
    Case("inventory", "cancelReservation", 200, given=held),
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
    (service, each["operationId"]): Operation(
        service, each["operationId"], method.upper(), path, frozenset(map(int, each["responses"]))
    )
    for service in SERVICES
    for path, item in document(service)["paths"].items()
    for method, each in item.items()
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
    Case(each.service, each.name, status, id=NOBODY)
    for each in OPERATIONS.values()
    for status in sorted(each.statuses - {500})
    if (each.service, each.name, status) not in COVERED
]


@pytest.mark.parametrize("service", SERVICES)
def test_a_document_is_valid_openapi(service: str) -> None:
    validate(document(service))


@pytest.mark.parametrize("service", SERVICES)
def test_a_document_has_the_application_s_routes_and_no_others(storefront: Storefront, service: str) -> None:
    routes = {
        (rule.rule.replace("<", "{").replace(">", "}"), method)
        for rule in storefront.apps[service].url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert {(each.path, each.method) for each in OPERATIONS.values() if each.service == service} == routes


@pytest.mark.filterwarnings(UNKNOWN_SCHEME)
@pytest.mark.parametrize(
    "case", OWN_CASES + COMMON_CASES, ids=lambda case: f"{case.service} {case.operation} {case.status}"
)
def test_an_answer_is_what_the_document_says_and_what_is_not_refused_was_asked_so(
    storefront: Storefront, case: Case
) -> None:
    case.given(storefront)
    answer = send(storefront, case)
    assert answer.status_code == case.status, answer.text
    description = openapi(case.service, storefront.urls[case.service])
    description.validate_response(RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer))
    if answer.ok:
        description.validate_request(RequestsOpenAPIRequest(answer.request))
    if case.status == 422:
        with pytest.raises(OpenAPIError):
            description.validate_request(RequestsOpenAPIRequest(answer.request))


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


def openapi(service: str, url: str) -> OpenAPI:
    decoders: dict[str, Callable[[bytes], Any]] = {"application/problem+json": json.loads}
    config = Config(server_base_url=url, extra_media_type_deserializers=decoders)
    return OpenAPI.from_file_path(str(file(service)), config=config)


class _FailingDatabase(Database):
    """Fails with what must not get out."""

    def __init__(self) -> None: ...

    def transaction(self) -> NoReturn:
        raise RuntimeError("postgresql://user:password@db")


def failing_app(service: str, issuer: TokenIssuer) -> Flask:
    if service == "orders":
        return orders_app.create_app(_FailingDatabase(), issuer.verifier(), cast("OrderOrchestrator", None))
    return PROVIDERS[service](_FailingDatabase(), issuer.verifier())


@pytest.mark.parametrize("service", SERVICES)
def test_a_failure_is_what_the_document_says_and_shows_nothing_of_the_inside(
    storefront: Storefront, service: str
) -> None:
    issuer = TokenIssuer()
    broken = msgspec.structs.replace(storefront, issuer=issuer)
    cases = [
        case
        for case in OWN_CASES
        if case.service == service and case.status < 300 and case.operation not in {"health", "quote"}
    ]
    with running(failing_app(service, issuer)) as url:
        for case in cases:
            answer = send(broken, case, url=url)
            assert (case, answer.status_code, "password" in answer.text) == (case, 500, False)
            openapi(service, url).validate_response(
                RequestsOpenAPIRequest(answer.request), RequestsOpenAPIResponse(answer)
            )
