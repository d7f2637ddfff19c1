"""Test helpers: a broker with contracts and results, and its pages."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import requests

from tests.broker.helpers.stock import pact_of


def publish(url: str, pact: dict[str, Any], version: str = "1", branch: str = "main") -> None:
    consumer, provider = pact["consumer"]["name"], pact["provider"]["name"]
    content = base64.b64encode(json.dumps(pact).encode()).decode()
    contract = {
        "consumerName": consumer,
        "providerName": provider,
        "specification": "pact",
        "content": content,
    }
    body = {"pacticipantName": consumer, "pacticipantVersionNumber": version, "branch": branch}
    answer = requests.post(f"{url}/contracts/publish", json={**body, "contracts": [contract]}, timeout=30)
    answer.raise_for_status()


def report(url: str, consumer: str, provider: str, *, success: bool) -> None:
    address = f"{url}/pacts/provider/{quote(provider, safe='')}/consumer/{quote(consumer, safe='')}/latest"
    target = requests.get(address, timeout=30).json()["_links"]["pb:publish-verification-results"]["href"]
    result = {"success": success, "providerApplicationVersion": "u1", "buildUrl": "javascript:alert(3)"}
    requests.post(target, json=result, timeout=30).raise_for_status()


def seed(url: str) -> None:
    """A small shop: one verified, one failed, one unverified contract."""
    pact = pact_of("Web Shop", "Users")
    interaction = pact["interactions"][0]
    interaction["response"]["matchingRules"] = {
        "body": {"$.id": {"combine": "AND", "matchers": [{"match": "integer"}]}}
    }
    interaction["comments"] = {"testname": "tests/test_users.py::test_gets_a_user", "references": {}}
    publish(url, pact)
    report(url, "Web Shop", "Users", success=True)
    publish(url, pact_of("Web Shop", "Orders", path="/orders/1"), version="2")
    report(url, "Web Shop", "Orders", success=False)
    publish(url, pact_of("Orders", "Users", path="/users/7"))


def html(url: str) -> str:
    answer = requests.get(url, headers={"Accept": "text/html"}, timeout=30)
    assert answer.headers["Content-Type"].startswith("text/html"), answer.text
    return answer.text
