"""A first publication creates no pacticipant whose name differs from another's only in spelling."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from pactape.broker.rules.similar_names import similar_names

from tests.broker.helpers.client import Client
from tests.broker.helpers.stock import pact_of

if TYPE_CHECKING:
    import requests

    from tests.broker.helpers.stock import StockTools


@pytest.mark.parametrize(
    ("name", "other", "is_similar"),
    [
        ("Order Service", "order-service", True),
        ("OrderService", "Orders", True),
        ("HTTPGateway", "http_gateway", True),
        ("orders-api", "Order Provider", True),
        ("Orders::Events", "orders/event", True),
        ("orders-", "orders", True),
        ("orders", "Order Events", False),
        ("web", "webs2", False),
        ("orders", "orders", False),
    ],
)
def test_names_are_similar_when_their_words_are_the_same(name: str, other: str, *, is_similar: bool) -> None:
    assert similar_names(name, [other]) == [other] * is_similar


@pytest.fixture
def broker(stock: StockTools) -> Client:
    client = Client(stock.url)
    client.publish("Web Shop", "1", "Users")
    return client


def publish_all(broker: Client, consumer: str, provider: str) -> requests.Response:
    content = base64.b64encode(json.dumps(pact_of(consumer, provider)).encode()).decode()
    contract = {"consumerName": consumer, "providerName": provider, "specification": "pact"}
    contracts = [{**contract, "contentType": "application/json", "content": content}]
    body = {"pacticipantName": consumer, "pacticipantVersionNumber": "2", "contracts": contracts}
    return broker.ask("POST", "/contracts/publish", body)


def put_one(broker: Client, consumer: str, provider: str) -> requests.Response:
    path = f"/pacts/provider/{provider}/consumer/{consumer}/version/2"
    return broker.ask("PUT", path, pact_of(consumer, provider))


def names(broker: Client) -> list[Any]:
    return [pacticipant["name"] for pacticipant in broker.get("/pacticipants")["_embedded"]["pacticipants"]]


@pytest.mark.parametrize("publish", [publish_all, put_one])
@pytest.mark.parametrize(("consumer", "provider"), [("web-shop", "Users"), ("Web Shop", "User Service")])
def test_a_publication_for_a_similar_name_is_refused_and_creates_nothing(
    broker: Client, publish: Any, consumer: str, provider: str
) -> None:
    answer = publish(broker, consumer, provider)
    assert (answer.status_code, names(broker)) == (409, ["Users", "Web Shop"])
    assert "create-or-update-pacticipant" in answer.json()["notices"][0]["text"]


@pytest.mark.parametrize("publish", [publish_all, put_one])
def test_a_pacticipant_that_was_created_before_may_have_a_similar_name(broker: Client, publish: Any) -> None:
    broker.ask("POST", "/pacticipants", {"name": "web-shop"})
    assert publish(broker, "web-shop", "Users").status_code in {200, 201}


def test_two_new_names_are_not_compared_with_each_other(broker: Client) -> None:
    assert publish_all(broker, "Billing", "Billing Service").status_code == 200
