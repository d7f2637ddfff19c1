"""Who may do what at the services, and what nobody may."""

from __future__ import annotations

import base64
import json
import uuid
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest
import requests

from storefront.orders.states import an_order_can_be_placed, an_order_exists
from storefront.payments.states import an_account_has_money
from storefront.tokens import TokenIssuer
from storefront.users.states import a_user_exists

if TYPE_CHECKING:
    from collections.abc import Mapping

    from storefront.system import Storefront

ADA = "3f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
BEA = "5f2b8c1e-5d7a-4c9b-9e21-6a0f4b7d8c11"
ORDER = "be5b6a7c-8f9d-4eab-8abc-3d4e5f6a7b8c"
INJECTIONS = [
    "' OR '1'='1",
    "1; DROP TABLE orders.orders; --",
    "%27%20OR%201=1",
    "\\",
    "../../etc/passwd",
    "\u2028",
]


def new_order(**changes: Any) -> dict[str, Any]:
    return {
        "userId": ADA,
        "items": [{"productId": "prod-1", "quantity": 2, "price": 25.00}],
        "shippingAddress": {"street": "123 Main St", "city": "Anytown", "zipCode": "12345"},
        "paymentMethod": {"type": "credit_card", "token": "scrubbed"},
        **changes,
    }


class Asker:
    """Somebody with a token."""

    def __init__(self, storefront: Storefront, subject: str, *scopes: str) -> None:
        self._urls = storefront.urls
        self.token = storefront.issuer.token(subject, scopes)

    def ask(
        self,
        method: str,
        service: str,
        path: str,
        *,
        headers: Mapping[str, str | bytes] | None = None,
        **body: Any,
    ) -> requests.Response:
        own = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": str(uuid.uuid4()),
            **(headers or {}),
        }
        return requests.request(method, self._urls[service] + path, headers=own, timeout=10, **body)


@pytest.fixture
def ada(storefront: Storefront) -> Asker:
    a_user_exists(id=ADA)
    an_order_can_be_placed(user=ADA)
    an_order_exists(id=ORDER, user=ADA)
    return Asker(storefront, ADA, "orders:own")


@pytest.fixture
def bea(storefront: Storefront) -> Asker:
    return Asker(storefront, BEA, "orders:own")


def test_users_read_their_own_orders(ada: Asker) -> None:
    orders = ada.ask("GET", "orders", f"/orders?userId={ADA}").json()["items"]
    assert (
        ada.ask("GET", "orders", f"/orders/{ORDER}").status_code,
        [order["orderId"] for order in orders],
    ) == (
        200,
        [ORDER],
    )


def test_users_cannot_read_one_another_s_orders_nor_learn_that_there_are_any(ada: Asker, bea: Asker) -> None:
    assert ada is not bea
    hidden, unknown = (
        bea.ask("GET", "orders", f"/orders/{order}") for order in (ORDER, str(uuid.UUID(int=0)))
    )
    assert (hidden.status_code, unknown.status_code) == (404, 404)
    assert hidden.json()["detail"].replace(ORDER, "") == unknown.json()["detail"].replace(
        str(uuid.UUID(int=0)), ""
    )
    assert bea.ask("GET", "orders", f"/orders?userId={ADA}").status_code == 403


def test_a_user_can_t_place_an_order_for_another_user(ada: Asker, bea: Asker) -> None:
    assert ada is not bea
    assert bea.ask("POST", "orders", "/orders", json=new_order()).status_code == 403


def test_an_order_that_is_placed_again_with_its_key_is_the_same_order(ada: Asker) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    first, second = (ada.ask("POST", "orders", "/orders", json=new_order(), headers=key) for _ in range(2))
    assert (first.status_code, second.status_code, first.json()) == (201, 201, second.json())
    assert len(ada.ask("GET", "orders", f"/orders?userId={ADA}").json()["items"]) == 2


def test_a_key_serves_one_order_alone(ada: Asker) -> None:
    key = {"Idempotency-Key": str(uuid.uuid4())}
    other = new_order(items=[{"productId": "prod-2", "quantity": 1, "price": 15.00}])
    ada.ask("POST", "orders", "/orders", json=new_order(), headers=key)
    assert ada.ask("POST", "orders", "/orders", json=other, headers=key).status_code == 422


def test_a_payment_that_is_repeated_with_its_key_is_made_once(storefront: Storefront) -> None:
    an_account_has_money(balance=100)
    payer = Asker(storefront, "storefront-orders", "payments:pay")
    key = {"Idempotency-Key": "once"}
    body = {"amount": 60, "method": "credit_card", "token": "scrubbed"}
    first, second, other = (
        payer.ask("POST", "payments", "/transactions", json={**body, "amount": amount}, headers=key)
        for amount in (60, 60, 10)
    )
    assert (first.json(), second.headers["Idempotency-Replayed"], other.status_code) == (
        second.json(),
        "true",
        422,
    )


def test_a_key_of_one_client_is_not_another_s(storefront: Storefront) -> None:
    an_account_has_money(balance=100)
    body = {"amount": 10, "method": "credit_card", "token": "scrubbed"}
    answers = [
        Asker(storefront, client, "payments:pay").ask(
            "POST", "payments", "/transactions", json=body, headers={"Idempotency-Key": "shared"}
        )
        for client in ("one", "two")
    ]
    assert len({answer.json()["transactionId"] for answer in answers}) == 2


@pytest.mark.parametrize("key", ["", "x" * 201, "två", "two words"])
def test_a_key_that_cannot_be_one_is_refused(storefront: Storefront, key: str) -> None:
    payer = Asker(storefront, "storefront-orders", "payments:pay")
    body = {"amount": 10, "method": "credit_card", "token": "scrubbed"}
    headers: dict[str, str | bytes] = {"Idempotency-Key": key.encode("latin-1")}
    assert payer.ask("POST", "payments", "/transactions", json=body, headers=headers).status_code == 400


def test_a_token_for_one_service_is_invalid_at_another(storefront: Storefront) -> None:
    asker = Asker(storefront, "storefront-orders", "payments:pay")
    assert asker.ask("GET", "shipping", f"/shipments/{ORDER}").status_code == 401


def test_a_token_without_the_scope_is_refused_and_the_scope_is_named(storefront: Storefront) -> None:
    asker = Asker(storefront, "storefront-orders", "inventory:read")
    refused = asker.ask("POST", "inventory", f"/reservations/{ORDER}/cancellation")
    challenge = refused.headers["WWW-Authenticate"]
    assert (refused.status_code, 'scope="inventory:reserve"' in challenge) == (403, True)


def forged(storefront: Storefront) -> dict[str, str]:
    """Tokens that look well, but aren't."""
    good = storefront.issuer.token(ADA, ("orders:own",))
    head, body, signature = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    other = base64.urlsafe_b64encode(json.dumps({**claims, "sub": BEA}).encode()).decode().rstrip("=")
    none = base64.urlsafe_b64encode(b'{"alg":"none","typ":"at+jwt"}').decode().rstrip("=")
    return {
        "another key": TokenIssuer().token(ADA, ("orders:own",)),
        "another subject": f"{head}.{other}.{signature}",
        "no signature": f"{none}.{body}.",
        "nonsense": "a.b.c",
        "nothing": "",
    }


@pytest.mark.parametrize("kind", ["another key", "another subject", "no signature", "nonsense", "nothing"])
def test_a_forged_token_is_refused(storefront: Storefront, kind: str) -> None:
    asker = Asker(storefront, ADA, "orders:own")
    asker.token = forged(storefront)[kind]
    assert asker.ask("GET", "orders", f"/orders/{ORDER}").status_code == 401


def test_a_token_is_refused_when_its_time_is_over() -> None:
    issuer = TokenIssuer(lifetime=-1)
    token = issuer.token(ADA, ("orders:own",))
    assert issuer.verifier().claims(token, audience="storefront-orders") is None


@pytest.mark.parametrize("text", INJECTIONS)
def test_what_would_be_sql_elsewhere_is_a_value_here(storefront: Storefront, text: str) -> None:
    asker = Asker(storefront, "storefront-orders", "inventory:read", "notifications:read", "orders:any")
    quoted = quote(text, safe="")
    statuses = [
        asker.ask("GET", "inventory", f"/reservations/{quoted}").status_code,
        asker.ask("GET", "notifications", f"/messages?recipient={quoted}").status_code,
        asker.ask("GET", "orders", f"/orders?userId={quoted}").status_code,
    ]
    items = [{"productId": text, "quantity": 1, "price": 1}]
    response = asker.ask("POST", "inventory", "/availability", json={"items": items})
    assert (statuses, response.status_code in {200, 422}) == ([404, 200, 200], True)


@pytest.mark.parametrize("name", ["X-Request-Id", "Idempotency-Key"])
def test_a_caller_s_header_can_t_inject_another_header(storefront: Storefront, name: str) -> None:
    asker = Asker(storefront, "storefront-orders", "notifications:read")
    response = asker.ask(
        "GET", "notifications", "/messages?recipient=a@b", headers={name: "x\tSet-Cookie: stolen=1"}
    )
    assert ("Set-Cookie" in response.headers, "stolen" in str(response.headers)) == (False, False)


@pytest.mark.parametrize(("service", "path"), [("orders", "/orders"), ("inventory", "/reservations")])
def test_a_body_that_is_too_large_is_refused_even_without_a_content_length(
    storefront: Storefront, service: str, path: str
) -> None:
    asker = Asker(storefront, ADA, "orders:own", "inventory:reserve")
    chunks = iter([b"{", b" " * 70_000, b"}"])
    answer = asker.ask("POST", service, path, data=chunks, headers={"Content-Type": "application/json"})
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "changes",
    [
        {"items": []},
        {"items": [{"productId": "prod-1", "quantity": 0, "price": 1}]},
        {"items": [{"productId": "prod-1", "quantity": 1, "price": -1}]},
        {"items": [{"productId": "prod-1", "quantity": 1, "price": 0.001}]},
        {"items": [{"productId": "prod-1", "quantity": 1000, "price": 9999999.99}]},
        {"items": [{"productId": "prod 1", "quantity": 1, "price": 1}]},
        {"paymentMethod": {"type": "cash", "token": "x"}},
        {"shippingAddress": {"street": "a\nb", "city": "c", "zipCode": "12345"}},
        {"more": 1},
    ],
    ids=str,
)
def test_an_order_that_cannot_be_one_is_refused(ada: Asker, changes: dict[str, Any]) -> None:
    assert ada.ask("POST", "orders", "/orders", json=new_order(**changes)).status_code == 422
