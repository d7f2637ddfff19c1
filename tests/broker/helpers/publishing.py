"""Test helpers: publish pacts over HTTP."""

from __future__ import annotations

import base64
import json
from typing import Any

import requests

from tests.broker.helpers.stock import pact_of


def publication(**changes: Any) -> dict[str, Any]:
    content = base64.b64encode(json.dumps(pact_of("Web", "Users")).encode()).decode()
    contract = {"consumerName": "Web", "providerName": "Users", "specification": "pact", "content": content}
    return {
        "pacticipantName": "Web",
        "pacticipantVersionNumber": "1",
        "contracts": [{**contract, "contentType": "application/json"}],
        **changes,
    }


def publish(url: str, **headers: str) -> requests.Response:
    return requests.post(f"{url}/contracts/publish", json=publication(), headers=headers, timeout=30)
