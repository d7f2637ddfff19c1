"""Tokens: how they are had (RFC 6749), and what they are good for (RFC 6750)."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
import requests
from sqlalchemy import func, select, update

from storefront.users.oauth import register_client
from storefront.users.service import running_users_api
from storefront.users.tables import OAuthClient, OAuthToken

if TYPE_CHECKING:
    from storefront.database import Database
    from storefront.users.service import UsersService

GRANT = {"grant_type": "client_credentials"}


def ask_token(service: UsersService, form: dict[str, str], **options: Any) -> requests.Response:
    options.setdefault("auth", (service.client_id, service.client_secret))
    return requests.post(f"{service.url}/oauth/token", data=form, timeout=10, **options)


def ask_api(service: UsersService, authorization: str) -> requests.Response:
    headers = {"Authorization": authorization} if authorization else {}
    return requests.get(f"{service.url}/users?email=a@example.com", headers=headers, timeout=10)


def test_client_credentials_give_a_short_lived_bearer_token(users_service: UsersService) -> None:
    token = ask_token(users_service, GRANT).json()
    assert (token["token_type"], token["expires_in"]) == ("Bearer", 60)


def test_a_token_opens_the_api(users_service: UsersService) -> None:
    token = ask_token(users_service, GRANT).json()["access_token"]
    assert ask_api(users_service, f"Bearer {token}").status_code == 200


def test_credentials_may_come_in_the_form(users_service: UsersService) -> None:
    credentials = {"client_id": users_service.client_id, "client_secret": users_service.client_secret}
    assert ask_token(users_service, GRANT | credentials, auth=None).status_code == 200


def test_a_refresh_token_gives_a_new_access_token(users_service: UsersService) -> None:
    first = ask_token(users_service, GRANT).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = ask_token(users_service, form).json()
    assert second["access_token"] != first["access_token"]


def test_a_refresh_token_serves_once(users_service: UsersService) -> None:
    first = ask_token(users_service, GRANT).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    ask_token(users_service, form)
    again = ask_token(users_service, form)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")


def test_only_one_of_many_concurrent_uses_of_a_refresh_token_succeeds(users_service: UsersService) -> None:
    first = ask_token(users_service, GRANT).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _number: ask_token(users_service, form).status_code, range(8)))
    assert sorted(answers) == [200] + [400] * 7


def test_a_refresh_token_works_only_for_its_client(users_service: UsersService, database: Database) -> None:
    mine = {
        "grant_type": "refresh_token",
        "refresh_token": ask_token(users_service, GRANT).json()["refresh_token"],
    }
    thief = ("thief", register_client(database, "thief"))
    stolen = ask_token(users_service, mine, auth=thief)
    assert (stolen.json(), ask_token(users_service, mine).status_code) == ({"error": "invalid_grant"}, 200)


def test_a_token_is_kept_by_no_cache(users_service: UsersService) -> None:
    assert ask_token(users_service, GRANT).headers["Cache-Control"] == "no-store"


def test_a_refused_client_learns_how_to_authenticate(users_service: UsersService) -> None:
    refused = ask_token(users_service, GRANT, auth=("nobody", "secret"))
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize("header", ["Basic !!!", "Basic ÿþ", "Basic /////w==", "Basic AAA6AA=="])
def test_credentials_that_cannot_be_read_are_refused(users_service: UsersService, header: str) -> None:
    headers = {"Authorization": header.encode("latin-1")}
    refused = ask_token(users_service, GRANT, auth=None, headers=headers)
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_a_client_with_nul_in_its_name_is_unknown(users_service: UsersService) -> None:
    form = GRANT | {"client_id": "a\x00b", "client_secret": "c"}
    refused = ask_token(users_service, form, auth=None)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_client")


@pytest.mark.parametrize(
    ("form", "auth", "status", "error"),
    [
        (GRANT, ("nobody", "secret"), 401, "invalid_client"),
        (GRANT, ("storefront-web", "wrong"), 401, "invalid_client"),
        (GRANT, None, 401, "invalid_client"),
        ({"grant_type": "password"}, "right", 400, "unsupported_grant_type"),
        ({}, "right", 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, "right", 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "no"}, "right", 400, "invalid_grant"),
    ],
)
def test_a_refusal_has_the_standard_error_code(
    users_service: UsersService, form: dict[str, str], auth: Any, status: int, error: str
) -> None:
    options = {} if auth == "right" else {"auth": auth}
    refused = ask_token(users_service, form, **options)
    assert (refused.status_code, refused.json()["error"]) == (status, error)


@pytest.mark.parametrize(
    ("authorization", "challenge"),
    [
        ("", 'Bearer realm="users"'),
        ("Basic abc", 'Bearer realm="users"'),
        ("Bearer ", 'Bearer realm="users"'),
        ("Bearer unknown", 'Bearer realm="users", error="invalid_token"'),
    ],
)
def test_without_a_valid_token_the_api_is_closed(
    users_service: UsersService, authorization: str, challenge: str
) -> None:
    refused = ask_api(users_service, authorization)
    assert (refused.status_code, refused.headers["WWW-Authenticate"]) == (401, challenge)


def test_an_expired_token_is_refused(users_service: UsersService, database: Database) -> None:
    token = ask_token(users_service, GRANT).json()["access_token"]
    mine = OAuthToken.access_hash == hashlib.sha256(token.encode()).hexdigest()
    with database.transaction() as session:
        session.execute(update(OAuthToken).where(mine).values(expires_at=func.now()))
    assert ask_api(users_service, f"Bearer {token}").status_code == 401


def test_the_lifetime_of_tokens_can_be_set() -> None:
    with running_users_api(token_lifetime=7) as service:
        assert ask_token(service, GRANT).json()["expires_in"] == 7


def test_neither_secrets_nor_tokens_are_stored(users_service: UsersService, database: Database) -> None:
    token = ask_token(users_service, GRANT).json()
    with database.transaction() as session:
        rows = [
            str(row)
            for table in (OAuthClient, OAuthToken)
            for row in session.execute(select(table.__table__))
        ]
    secrets = (users_service.client_secret, token["access_token"], token["refresh_token"])
    assert [secret for secret in secrets if any(secret in row for row in rows)] == []
