"""The users API over REST."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest

from storefront.users.app import create_app

if TYPE_CHECKING:
    from collections.abc import Callable

    import requests

    Ask = Callable[..., requests.Response]

NOBODY = "00000000-0000-4000-8000-000000000000"
JSON = {"Content-Type": "application/json"}


def fresh_email() -> str:
    return f"{uuid.uuid4()}@example.com"


def test_a_created_user_is_found_where_the_answer_says(ask: Ask) -> None:
    created = ask("POST", "/users", json={"email": fresh_email(), "name": "Ada"})
    path = f"/users/{created.headers['Location'].rpartition('/')[2]}"
    assert (created.status_code, ask("GET", path).json()) == (201, created.json())


def test_a_user_is_found_by_e_mail_in_any_case(ask: Ask, user: dict[str, str]) -> None:
    assert ask("GET", "/users", params={"email": user["email"].upper()}).json() == {"items": [user]}


def test_a_changed_user_stays_changed(ask: Ask, user: dict[str, str]) -> None:
    ask("PATCH", f"/users/{user['id']}", json={"name": "Ada King", "locale": "de-AT"})
    changed = ask("GET", f"/users/{user['id']}").json()
    assert (changed["name"], changed["locale"], changed["email"]) == ("Ada King", "de-AT", user["email"])


def test_a_deleted_user_is_gone(ask: Ask, user: dict[str, str]) -> None:
    deleted = ask("DELETE", f"/users/{user['id']}")
    assert (deleted.status_code, ask("GET", f"/users/{user['id']}").status_code) == (204, 404)


def test_an_e_mail_address_that_is_taken_is_refused_whatever_its_case(ask: Ask, user: dict[str, str]) -> None:
    refused = ask("POST", "/users", json={"email": user["email"].upper(), "name": "Another"})
    assert (refused.status_code, refused.json()["detail"]) == (409, "another user has this e-mail address")


def test_an_e_mail_address_that_another_has_cannot_be_changed_to(ask: Ask, user: dict[str, str]) -> None:
    other = ask("POST", "/users", json={"email": fresh_email(), "name": "Other"}).json()
    assert ask("PATCH", f"/users/{other['id']}", json={"email": user["email"]}).status_code == 409


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({"email": "nonsense", "name": "Ada"}, "email"),
        ({"email": "a@example.com", "name": "  "}, "name"),
        ({"email": "a@example.com", "name": "x" * 201}, "name"),
        ({"email": "a@example.com", "name": 5}, "name"),
        ({"email": "a@example.com", "name": "nul\x00"}, "name"),
        ({"email": "a@example.com", "name": "Ada", "locale": "!"}, "locale"),
    ],
)
def test_content_that_is_not_valid_is_refused_with_the_field(ask: Ask, content: Any, field: str) -> None:
    refused = ask("POST", "/users", json=content)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


@pytest.mark.parametrize(
    ("method", "path", "options", "status"),
    [
        ("GET", f"/users/{NOBODY}", {}, 404),
        ("GET", "/users/not-a-uuid", {}, 404),
        ("PATCH", f"/users/{NOBODY}", {"json": {"name": "Nobody"}}, 404),
        ("DELETE", f"/users/{NOBODY}", {}, 404),
        ("GET", "/nowhere", {}, 404),
        ("PUT", f"/users/{NOBODY}", {}, 405),
        ("GET", "/users", {}, 400),
        ("POST", "/users", {"data": "email=a", "files": None}, 415),
        ("POST", "/users", {"json": {"email": "a@example.com", "name": "x" * 70_000}}, 413),
        ("POST", "/graphql", {"data": "query"}, 415),
    ],
)
def test_a_refusal_has_its_status_and_a_problem_body(
    ask: Ask, method: str, path: str, options: dict[str, Any], status: int
) -> None:
    refused = ask(method, path, **options)
    problem = (refused.headers["Content-Type"], refused.json()["status"])
    assert (refused.status_code, problem) == (status, ("application/problem+json", status))


def test_content_that_is_not_json_is_refused(ask: Ask, users_service: Any) -> None:
    refused = ask("POST", "/users", headers={**users_service.authorization(), **JSON}, data="{")
    assert (refused.status_code, refused.json()["detail"]) == (400, "the content is not JSON")


def test_a_failure_shows_nothing_of_the_inside() -> None:
    class Broken:
        def transaction(self) -> None:
            raise RuntimeError("postgresql://user:password@db")

    answer = create_app(Broken()).test_client().get("/users/7", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.json["detail"]) == (500, "the service failed")


@pytest.mark.parametrize("given", [None, "request-7"])
def test_every_answer_has_a_request_id_the_caller_s_own_if_there_is_one(ask: Ask, given: str | None) -> None:
    answer = ask("GET", "/health", headers={"X-Request-Id": given} if given else {})
    assert answer.headers["X-Request-Id"] == given if given else uuid.UUID(answer.headers["X-Request-Id"])
