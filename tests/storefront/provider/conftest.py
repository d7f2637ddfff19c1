"""Asking the running users API."""

from __future__ import annotations

import os
import uuid
from typing import TYPE_CHECKING, Any

import pytest
import requests

if TYPE_CHECKING:
    from collections.abc import Callable

    from storefront.database import Database
    from storefront.users.service import UsersService

    Ask = Callable[..., requests.Response]


@pytest.fixture
def ask(users_service: UsersService) -> Ask:
    """Send a request with a valid token, unless the headers say otherwise: ask("GET", "/users/7")."""
    token = users_service.authorization()

    def send(
        method: str, path: str, *, headers: dict[str, str] | None = None, **body: Any
    ) -> requests.Response:
        own = token if headers is None else headers
        return requests.request(method, users_service.url + path, headers=own, timeout=10, **body)

    return send


@pytest.fixture
def user(ask: Ask) -> dict[str, str]:
    """A user that was just created."""
    created = ask("POST", "/users", json={"email": f"{uuid.uuid4()}@example.com", "name": "Ada Lovelace"})
    return dict(created.json())


@pytest.fixture(scope="session")
def database(users_service: UsersService) -> Database:
    """The running users API's own database: one for each worker."""
    return users_service.database


@pytest.fixture
def required_services() -> bool:
    """Whether a service that is missing is a failure, and not a reason to skip."""
    return os.environ.get("PACTAPE_REQUIRE_SERVICES") == "1"
