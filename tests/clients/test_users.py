from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import responses
from pactape_clients import ClientCredentials, User, UserApiClient
from pactape_clients.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pactape_clients.operations import Operation

BASE = "http://users.test"
WIRE = {
    "id": "u-1",
    "email": "ada@example.test",
    "name": "Ada",
    "createdAt": "2026-01-31T12:00:00Z",
    "updatedAt": "2026-01-31T12:00:00Z",
    "locale": "en",
}
ADA = User(id="u-1", email="ada@example.test", name="Ada", created_at=datetime(2026, 1, 31, 12, tzinfo=UTC))


@pytest.fixture
def server() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(
            f"{BASE}/oauth/token", json={"access_token": "t0p", "token_type": "Bearer", "expires_in": 300}
        )
        yield mock


@pytest.fixture
def users() -> UserApiClient:
    tokens = ClientCredentials(f"{BASE}/oauth/token", client_id="web", client_secret="s3cret")
    return UserApiClient(BASE, tokens=tokens)


def test_gets_a_user(server: responses.RequestsMock, users: UserApiClient) -> None:
    server.get(f"{BASE}/users/u-1", json=WIRE)
    assert users.get_user("u-1") == ADA


def test_a_cached_user_costs_no_call_at_all(server: responses.RequestsMock, users: UserApiClient) -> None:
    server.get(f"{BASE}/users/u-1", json=WIRE)
    users.get_user("u-1")
    before = len(server.calls)
    users.get_user("u-1")
    assert len(server.calls) == before


def test_a_call_announces_its_route_and_model(
    server: responses.RequestsMock, users: UserApiClient, announced: list[Operation]
) -> None:
    server.get(f"{BASE}/users/u-1", json=WIRE)
    users.get_user("u-1")
    users.get_user("u-1")
    assert [(call.name, call.path, call.result) for call in announced] == [
        ("GET /users/{id}", "/users/{id}", User)
    ]


def test_a_read_sends_its_token_and_json_as_content_type(
    server: responses.RequestsMock, users: UserApiClient
) -> None:
    server.get(f"{BASE}/users/u-1", json=WIRE)
    users.get_user("u-1")
    headers = server.calls[-1].request.headers
    assert (headers["Authorization"], headers["Content-Type"]) == ("Bearer t0p", "application/json")


def test_finds_users_by_email(server: responses.RequestsMock, users: UserApiClient) -> None:
    server.get(f"{BASE}/users", json={"items": [WIRE]})
    assert users.find_users(email="ada@example.test") == (ADA,)


def test_creates_a_user(server: responses.RequestsMock, users: UserApiClient) -> None:
    server.post(f"{BASE}/users", status=201, json=WIRE)
    assert users.create_user(email="ada@example.test", name="Ada") == ADA


def test_sends_what_is_to_be_created(server: responses.RequestsMock, users: UserApiClient) -> None:
    server.post(f"{BASE}/users", status=201, json=WIRE)
    users.create_user(email="ada@example.test", name="Ada")
    assert json.loads(server.calls[-1].request.body or b"") == {"email": "ada@example.test", "name": "Ada"}


def test_a_taken_address_is_a_conflict(server: responses.RequestsMock, users: UserApiClient) -> None:
    server.post(
        f"{BASE}/users",
        status=409,
        body=json.dumps({"type": "about:blank", "title": "Conflict", "detail": "taken", "status": 409}),
        content_type="application/problem+json",
    )
    with pytest.raises(ConflictError) as refusal:
        users.create_user(email="ada@example.test", name="Ada")
    assert refusal.value.problem is not None
    assert refusal.value.problem.detail == "taken"


def test_changes_what_is_given_alone(server: responses.RequestsMock, users: UserApiClient) -> None:
    server.patch(f"{BASE}/users/u-1", json=WIRE)
    users.update_user("u-1", name="Ada")
    assert json.loads(server.calls[-1].request.body or b"") == {"name": "Ada"}


@pytest.mark.parametrize("write", ["update", "delete"])
def test_a_write_forgets_the_cached_user(
    server: responses.RequestsMock, users: UserApiClient, write: str
) -> None:
    server.get(f"{BASE}/users/u-1", json=WIRE)
    server.patch(f"{BASE}/users/u-1", json=WIRE)
    server.delete(f"{BASE}/users/u-1", status=204)
    users.get_user("u-1")
    if write == "update":
        users.update_user("u-1", name="Ada")
    else:
        users.delete_user("u-1")
    before = len(server.calls)
    users.get_user("u-1")
    assert len(server.calls) == before + 1


def test_a_missing_user_is_not_found(server: responses.RequestsMock, users: UserApiClient) -> None:
    server.get(f"{BASE}/users/nobody", status=404)
    with pytest.raises(NotFoundError):
        users.get_user("nobody")


def test_a_missing_user_is_not_remembered(server: responses.RequestsMock, users: UserApiClient) -> None:
    server.get(f"{BASE}/users/u-1", status=404)
    server.get(f"{BASE}/users/u-1", json=WIRE)
    with pytest.raises(NotFoundError):
        users.get_user("u-1")
    assert users.get_user("u-1") == ADA


def test_a_cached_user_cannot_be_changed_by_a_caller(
    server: responses.RequestsMock, users: UserApiClient
) -> None:
    server.get(f"{BASE}/users/u-1", json=WIRE)
    user: Any = users.get_user("u-1")
    with pytest.raises(AttributeError):
        user.name = "Eve"
