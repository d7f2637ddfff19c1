"""The users API over REST."""

from __future__ import annotations

import json
import re
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storefront.database import Database
from storefront.users.app import create_app
from storefront.users.repository import UserRepository
from tests.helpers.examples import examples

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
    detail = "duplicate email: another user has this e-mail address"
    assert (refused.status_code, refused.json()["detail"]) == (409, detail)


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
        ({"email": "a@example.com\n", "name": "Ada"}, "email"),
        ({"email": "a@example.com", "name": None}, "name"),
        ({"email": "a@example.com"}, "name"),
        ({"email": "a@example.com", "name": "Ada", "nick": "A"}, "nick"),
        (["a@example.com"], ""),
    ],
)
def test_content_that_is_not_valid_is_refused_with_the_field(ask: Ask, content: Any, field: str) -> None:
    refused = ask("POST", "/users", json=content)
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_every_field_that_is_not_valid_is_named(ask: Ask) -> None:
    refused = ask("POST", "/users", json={"email": "nonsense", "locale": 5, "nick": "A"})
    assert [error["field"] for error in refused.json()["errors"]] == ["email", "name", "locale", "nick"]


@pytest.mark.parametrize("field", ["email", "name", "locale"])
def test_a_field_cannot_be_taken_away(ask: Ask, user: dict[str, str], field: str) -> None:
    refused = ask("PATCH", f"/users/{user['id']}", json={field: None})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, field)


def test_a_change_of_nothing_changes_nothing(ask: Ask, user: dict[str, str]) -> None:
    assert ask("PATCH", f"/users/{user['id']}", json={}).json() == user


def test_times_are_in_utc_and_whole_seconds(user: dict[str, str]) -> None:
    form = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
    assert [bool(form.fullmatch(user[name])) for name in ("createdAt", "updatedAt")] == [True, True]


@given(name=st.text(max_size=250), locale=st.text(max_size=40))
@examples(60)
def test_a_text_is_stored_unchanged_or_refused(
    ask: Ask, user: dict[str, str], name: str, locale: str
) -> None:
    response = ask("PATCH", f"/users/{user['id']}", json={"name": name, "locale": locale})
    stored_user = ask("GET", f"/users/{user['id']}").json()
    outcome = (response.status_code, response.json().get("name"), response.json().get("locale"))
    assert outcome in {(200, name, locale), (422, None, None)}
    assert response.status_code == 422 or (stored_user["name"], stored_user["locale"]) == (name, locale)


def test_only_one_of_many_concurrent_users_gets_an_e_mail_address(ask: Ask) -> None:
    new = {"email": fresh_email(), "name": "Ada"}
    with ThreadPoolExecutor(8) as threads:
        statuses = list(threads.map(lambda _number: ask("POST", "/users", json=new).status_code, range(8)))
    assert sorted(statuses) == [201] + [409] * 7


def test_only_one_of_many_concurrent_deletions_of_a_user_succeeds(ask: Ask, user: dict[str, str]) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _number: ask("DELETE", f"/users/{user['id']}").status_code, range(8))
        assert sorted(answers) == [204] + [404] * 7


def test_a_method_that_is_not_allowed_is_refused_with_those_that_are(ask: Ask) -> None:
    allowed = ask("PUT", f"/users/{NOBODY}").headers["Allow"].split(", ")
    assert sorted(allowed) == ["DELETE", "GET", "HEAD", "PATCH"]


def test_a_body_that_does_not_say_its_length_is_bounded_too(ask: Ask, users_service: Any) -> None:
    headers = {**users_service.authorization(), **JSON}
    assert ask("POST", "/users", headers=headers, data=iter([b"x" * 1024] * 80)).status_code == 413


def test_a_body_that_does_not_say_its_length_is_read(ask: Ask, users_service: Any) -> None:
    headers = {**users_service.authorization(), **JSON}
    body = json.dumps({"email": fresh_email(), "name": "Ada"}).encode()
    assert ask("POST", "/users", headers=headers, data=iter([body[:9], body[9:]])).status_code == 201


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


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"[" * 60_000,
        '{"name": "é"}'.encode("latin-1"),
        '{"name": "Ada"}'.encode("utf-16"),
        b'{"name": "\\ud800"}',
        b'{"name": NaN}',
    ],
    ids=["cut", "empty", "deep", "latin-1", "utf-16", "half a character", "NaN"],
)
def test_content_that_is_not_json_is_refused(ask: Ask, users_service: Any, body: bytes) -> None:
    refused = ask("POST", "/users", headers={**users_service.authorization(), **JSON}, data=body)
    assert (refused.status_code, refused.json()["detail"]) == (400, "the content is not JSON")


def test_a_failure_shows_no_internal_details() -> None:
    class Broken(Database):
        def __init__(self) -> None: ...

        def transaction(self) -> NoReturn:
            raise RuntimeError("postgresql://user:password@db")

    answer = create_app(Broken()).test_client().get("/users/7", headers={"Authorization": "Bearer x"})
    assert (answer.status_code, answer.get_json()["detail"]) == (500, "the service failed")


def test_an_answer_has_the_caller_s_request_id(ask: Ask) -> None:
    assert ask("GET", "/health", headers={"X-Request-Id": "request-7"}).headers["X-Request-Id"] == "request-7"


@pytest.mark.parametrize("unfit", [None, "two words", "x" * 129, "é".encode("latin-1")])
def test_a_response_gets_a_new_request_id_when_the_caller_s_is_missing_or_invalid(
    ask: Ask, unfit: str | bytes | None
) -> None:
    answer = ask("GET", "/health", headers={"X-Request-Id": unfit} if unfit else {})
    assert uuid.UUID(answer.headers["X-Request-Id"]).version == 4


def test_a_password_is_stored_as_a_hash_and_never_shown(ask: Ask, database: Database) -> None:
    email = f"{uuid.uuid4()}@example.com"
    created = ask("POST", "/users", json={"email": email, "name": "Ada", "password": "correct horse"})
    with database.transaction() as session:
        users = UserRepository(session)
        right = [users.password_matches(email, typed) for typed in ("correct horse", "wrong horse")]
    assert (created.status_code, "horse" in created.text, right) == (201, False, [True, False])


@pytest.mark.parametrize("password", ["short", "x" * 129, 12345678])
def test_a_password_that_cannot_be_one_is_refused_by_name_and_not_repeated(
    ask: Ask, password: object
) -> None:
    email = f"{uuid.uuid4()}@example.com"
    refused = ask("POST", "/users", json={"email": email, "name": "Ada", "password": password})
    fields = [error["field"] for error in refused.json()["errors"]]
    assert (refused.status_code, fields, str(password) in refused.text) == (422, ["password"], False)
