"""Test helpers: a provider of users, and a pact with it."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pytest
from pactape.http_bodies import header

from tests.helpers.apis import json_response, serving_api

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pactape.exchange import Response
    from pactape.serving import ReceivedRequest


SECRET = "s3cr3t-t0ken"


def pact(
    *, provider: str = "users", field: str = "email", state: str | None = "a user exists"
) -> dict[str, Any]:
    rule = {"combine": "AND", "matchers": [{"match": "type"}]}
    bearer = {"combine": "AND", "matchers": [{"match": "regex", "regex": r"^Bearer \S+$"}]}
    return {
        "consumer": {"name": "web"},
        "provider": {"name": provider},
        "interactions": [
            {
                "type": "Synchronous/HTTP",
                "description": "gets a user",
                "providerStates": [{"name": state, "params": {"id": "7"}}] if state else [],
                "request": {
                    "method": "GET",
                    "path": "/users/7",
                    "headers": {"Authorization": ["Bearer credentials"]},
                    "matchingRules": {"header": {"Authorization": bearer}},
                },
                "response": {
                    "status": 200,
                    "body": {
                        "content": {field: "a@example.com"},
                        "contentType": "application/json",
                        "encoded": False,
                    },
                    "matchingRules": {"body": {f"$.{field}": rule}},
                },
            }
        ],
        "metadata": {"pactSpecification": {"version": "4.0"}},
    }


@contextmanager
def running(users: dict[str, dict[str, str]]) -> Iterator[str]:
    """Serve users by their ids to clients with the secret."""

    def respond(request: ReceivedRequest) -> Response:
        authorized = header(request.headers, "Authorization") == f"Bearer {SECRET}"
        user = users.get(request.target.removeprefix("/users/"))
        return json_response(user, 200 if authorized and user else 401)

    with serving_api(respond) as api:
        yield api.url


@pytest.fixture
def users() -> dict[str, dict[str, str]]:
    return {}


def write_pact(folder: Path, document: dict[str, Any], name: str = "web-users.json") -> Path:
    path = folder / name
    path.write_text(json.dumps(document), encoding="utf-8")
    return path
