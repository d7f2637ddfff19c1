"""Badges: what they say, and the parameters that the official ones have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
import requests

from tests.broker.helpers.client import Client

if TYPE_CHECKING:
    from tests.broker.helpers.stock import StockTools

BETWEEN = "/pacts/provider/OrderService/consumer/shop-web"


@pytest.fixture
def broker(stock: StockTools) -> Client:
    client = Client(stock.url)
    client.publish("shop-web", "1", "OrderService", branch="main", tags=["prod"])
    return client


def title(broker: Client, path: str) -> str:
    answer = requests.get(broker.url + path, timeout=30)
    assert answer.headers["Content-Type"] == "image/svg+xml;charset=utf-8"
    found = re.search("<title>(.*)</title>", answer.text)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("", "shop-web/OrderService pact: unknown"),
        ("?label=consumer", "shop-web pact: unknown"),
        ("?label=provider", "OrderService pact: unknown"),
        ("?initials=true", "sw/os pact: unknown"),
        ("?initials=true&label=provider", "os pact: unknown"),
    ],
)
def test_a_badge_names_the_parties_as_asked(broker: Client, query: str, text: str) -> None:
    assert title(broker, f"{BETWEEN}/latest/badge.svg{query}") == text


def test_a_badge_says_that_the_contract_has_changed_since_it_was_verified(broker: Client) -> None:
    pact = broker.get(f"{BETWEEN}/latest")
    result = {"success": True, "providerApplicationVersion": "7"}
    assert (
        broker.ask("POST", pact["_links"]["pb:publish-verification-results"]["href"], result).status_code
        == 201
    )
    verified = title(broker, f"{BETWEEN}/latest/badge")
    broker.publish("shop-web", "2", "OrderService", path="/other", branch="main")
    assert [verified, title(broker, f"{BETWEEN}/latest/badge")] == [
        "shop-web/OrderService pact: verified",
        "shop-web/OrderService pact: changed",
    ]


def test_a_badge_without_a_contract_says_so(broker: Client) -> None:
    assert title(broker, f"{BETWEEN}/latest/none/badge.svg") == "pact not found: unknown"


def test_a_badge_of_two_tags_names_them(broker: Client) -> None:
    path = "/matrix/provider/OrderService/latest/live/consumer/shop-web/latest/prod/badge.svg"
    assert title(broker, path) == "shop-web (prod)/OrderService (live) pact: unknown"


def test_the_label_of_a_deployment_badge_can_be_chosen(broker: Client) -> None:
    path = "/pacticipants/shop-web/branches/main/latest-version/can-i-deploy/to-environment/test/badge?label=test"
    assert title(broker, path) == "test: no"


def test_initials_of_a_deployment_badge_are_refused_as_it_has_none(broker: Client) -> None:
    path = "/pacticipants/shop-web/branches/main/latest-version/can-i-deploy/to-environment/test/badge"
    assert broker.ask("GET", f"{path}?initials=true").status_code == 400


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("OrderService/main-branch/can-i-merge/badge", "can-i-merge: unknown"),
        ("shop-web/latest-version/none/can-i-deploy/to/prod/badge", "can-i-deploy none to prod: unknown"),
        (
            "shop-web/branches/none/latest-version/can-i-deploy/to-environment/test/badge",
            "can-i-deploy none to test: unknown",
        ),
    ],
)
def test_a_deployment_badge_of_what_is_not_there_is_unknown(broker: Client, path: str, text: str) -> None:
    assert title(broker, f"/pacticipants/{path}") == text


@pytest.mark.parametrize(("success", "answer"), [(True, "yes"), (False, "no")])
def test_a_deployment_badge_of_a_tag_is_the_verdict(broker: Client, success: bool, answer: str) -> None:  # noqa: FBT001 -- a parameter
    broker.verify("shop-web", "1", "7", success=success, provider="OrderService")
    assert broker.ask("PUT", "/pacticipants/OrderService/versions/7/tags/live", {}).status_code == 201
    path = "/pacticipants/shop-web/latest-version/prod/can-i-deploy/to/live/badge"
    assert title(broker, path) == f"can-i-deploy prod to live: {answer}"


def test_a_merge_badge_is_the_verdict_on_the_main_branches(broker: Client) -> None:
    for name in ("shop-web", "OrderService"):
        assert broker.ask("PUT", f"/pacticipants/{name}", {"name": name, "mainBranch": "main"}).ok
    broker.verify("shop-web", "1", "7", provider="OrderService")
    broker.branch("OrderService", "main", "7")
    assert title(broker, "/pacticipants/shop-web/main-branch/can-i-merge/badge") == "can-i-merge: yes"
