"""Test helpers: a small client for one broker."""

from __future__ import annotations

import base64
import json
from typing import Any

import requests

from tests.broker.helpers.stock import pact_of

__all__ = ["BETWEEN", "Client", "environment", "numbers", "status"]

#: The path of the contracts between the consumer and the provider of most tests.
BETWEEN = "/pacts/provider/Users/consumer/Web"


class Client:
    """Publishes contracts and results, and asks.

    Args:
        url: The broker's address.
    """

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        """Send a request; a path may be a whole URL."""
        url = path if path.startswith("http") else self.url + path
        return requests.request(method, url, json=body, headers=headers, timeout=30)

    def get(self, path: str) -> Any:
        """Return the JSON at a path, which must be there."""
        answer = self.ask("GET", path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.json()

    def publish(
        self, consumer: str, version: str, provider: str = "Users", *, path: str = "/a", **more: Any
    ) -> requests.Response:
        """Publish a contract whose content depends on `path`."""
        pact = pact_of(consumer, provider, path=path)
        contract = {
            "consumerName": consumer,
            "providerName": provider,
            "specification": "pact",
            "contentType": "application/json",
            "content": base64.b64encode(json.dumps(pact).encode()).decode(),
        }
        body = {
            "pacticipantName": consumer,
            "pacticipantVersionNumber": version,
            "contracts": [contract],
            **more,
        }
        answer = self.ask("POST", "/contracts/publish", body)
        assert answer.status_code == 200, answer.text
        return answer

    def verify(
        self, consumer: str, version: str, by: str, *, success: bool = True, provider: str = "Users"
    ) -> None:
        """Publish a verification result for a consumer version's contract."""
        pact = self.get(f"/pacts/provider/{provider}/consumer/{consumer}/version/{version}")
        target = pact["_links"]["pb:publish-verification-results"]["href"]
        result = {"success": success, "providerApplicationVersion": by}
        assert self.ask("POST", target, result).status_code == 201

    def branch(self, pacticipant: str, branch: str, version: str) -> None:
        """Put a version on a branch."""
        path = f"/pacticipants/{pacticipant}/branches/{branch}/versions/{version}"
        assert self.ask("PUT", path, {}).status_code in {200, 201}

    def selected(self, provider: str = "Users", **query: Any) -> list[dict[str, Any]]:
        """Return what a provider is to verify."""
        answer = self.ask("POST", f"/pacts/provider/{provider}/for-verification", query)
        assert answer.status_code == 200, answer.text
        pacts: list[dict[str, Any]] = answer.json()["_embedded"]["pacts"]
        return pacts

    def selected_versions(self, provider: str = "Users", **query: Any) -> list[str]:
        """Return the consumer versions of what a provider is to verify."""
        names = [pact["_links"]["self"]["name"] for pact in self.selected(provider, **query)]
        return [name.partition("(")[2].partition(")")[0] for name in names]


def status(broker: Client, method: str, path: str, body: Any = None) -> int:
    """Return the status of a response."""
    return broker.ask(method, path, body).status_code


def numbers(broker: Client, path: str) -> list[str]:
    """Return the numbers of the pacticipant versions that are listed at a path."""
    return [pact["number"] for pact in broker.get(path)["_embedded"]["versions"]]


def environment(broker: Client, name: str = "prod") -> str:
    """Create an environment, and return its UUID."""
    body = {"name": name, "production": True, "contacts": [{"name": "Operators"}]}
    uuid: str = broker.ask("POST", "/environments", body).json()["uuid"]
    return uuid
